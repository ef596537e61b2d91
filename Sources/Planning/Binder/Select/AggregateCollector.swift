internal import Columnar
internal import Diagnostics
internal import Expressions

/// Columns that stand for what is computed later in a SELECT: the aggregate's and the generator's output.
///
/// While the parts of a SELECT are bound, its input columns have their own ordinals and these have ordinals that no input
/// reaches. They are gone when the SELECT is put together.
enum Placeholder {
  /// Start and end of the i-th window of a `WindowCollector` are columns `windows + 2 * i` and the one behind it.
  static let windows = 1 << 39
  /// The value of the i-th `grouping` call is column `groupings + i`.
  static let groupings = 1 << 36
  /// The value of the i-th subquery is column `subqueries + i`.
  static let subqueries = 1 << 38
  /// Output of the i-th aggregate call is column `aggregates + i`.
  static let aggregates = 1 << 40
  /// The i-th column of the generator of the select list.
  static let generated = 1 << 41
  /// The i-th column of the select list, in ORDER BY.
  static let items = 1 << 42

  static func grouping(_ ordinal: Int) -> Int? { (groupings..<groupings << 1).contains(ordinal) ? ordinal - groupings : nil }

  static func subquery(_ ordinal: Int) -> Int? {
    (subqueries..<windows).contains(ordinal) ? ordinal - subqueries : nil
  }

  static func aggregate(_ ordinal: Int) -> Int? {
    (aggregates..<generated).contains(ordinal) ? ordinal - aggregates : nil
  }

  static func generated(_ ordinal: Int) -> Int? {
    (generated..<items).contains(ordinal) ? ordinal - generated : nil
  }

  static func item(_ ordinal: Int) -> Int? { ordinal >= items ? ordinal - items : nil }

  static func window(_ ordinal: Int) -> Int? { (windows..<aggregates).contains(ordinal) ? ordinal - windows : nil }

  static func isInput(_ ordinal: Int) -> Bool { ordinal < groupings }
}

/// The aggregate calls of one SELECT, equal ones once.
final class AggregateCollector {
  private(set) var calls: [AggregateCall] = []

  /// The column that stands for the call's result.
  func add(_ call: AggregateCall) -> BoundExpression {
    let index = calls.firstIndex { $0.isSame(as: call) } ?? calls.count
    if index == calls.count { calls.append(call) }
    return .column(Placeholder.aggregates + index, call.field, span: call.span)
  }

  var isEmpty: Bool { calls.isEmpty }
}

extension BoundExpression {
  /// Whether the value of an aggregate is part of it.
  var containsAggregate: Bool { columnsUsed.contains { Placeholder.aggregate($0) != nil } }
  var containsGenerated: Bool { columnsUsed.contains { Placeholder.generated($0) != nil } }
  /// Whether a column of the SELECT's input is part of it.
  var containsInput: Bool { columnsUsed.contains(where: Placeholder.isInput) }

  /// The first column reference in reading order that satisfies `test`.
  func firstColumn(where test: (Int) -> Bool) -> BoundExpression? {
    if case .column(let ordinal) = node { return test(ordinal) ? self : nil }
    for child in children {
      if let found = child.firstColumn(where: test) { return found }
    }
    return nil
  }
}
