internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// How a GROUP BY with ROLLUP, CUBE or GROUPING SETS runs: every row is repeated once for each set, with NULL for the keys
/// that the set leaves out and a number that says which those are, and then grouped as usual.
///
/// The repetition is a generator, so it is linear: retractions, windows and watermarks pass through. A key that stands in
/// every set is not touched by it and still says when a group is over (`GROUP BY window(…), ROLLUP (a, b)`).
struct GroupingSets: Sendable {
  /// Sets of one GROUP BY at most: what a CUBE of ten keys has. Every row is multiplied by their number.
  static let setsMax = 1024
  /// Keys at most: the number of a set has one bit for each.
  static let keysMax = 64

  /// Positions among the group keys, for every set.
  var sets: [[Int]]

  /// Positions of the keys that some set leaves out, ascending.
  func varying(of keys: Int) -> [Int] { (0..<keys).filter { key in sets.contains { !$0.contains(key) } } }

  /// Whether one set stands there twice, so that its groups must be told apart.
  var hasRepeats: Bool { Set(sets.map(Set.init)).count < sets.count }

  /// `grouping_id()` of a set: one bit a key, the last key lowest, 1 where the set leaves it out.
  func id(of set: [Int], keys: Int) -> Int64 {
    (0..<keys).reduce(0) { $0 << 1 | (set.contains($1) ? 0 : 1) }
  }
}

/// Rows repeated for grouping sets, as the aggregate above sees them.
struct ExpandedKeys {
  /// The generated column of each key that some set leaves out.
  var columns: [Int: BoundExpression] = [:]
  /// What is grouped by besides the keys.
  var markers: [NamedExpression] = []
}

extension SelectBinder {
  /// Puts the repetition of rows over `plan`; nil where one set is all there is, and nothing is to be repeated. `resolved`
  /// gives keys over `plan`.
  func expanded(
    _ plan: inout LogicalPlan, _ resolved: (BoundExpression) -> BoundExpression
  ) throws(SQLError) -> ExpandedKeys? {
    guard let groupingSets, groupingSets.sets.count > 1 else { return nil }
    let span = select.groupBy?.span ?? select.span
    let varying = groupingSets.varying(of: groupKeys.count)
    for key in varying { plan = try withoutNullTimes(plan, windowKey: groupKeys[key].expression, resolved) }
    var arguments: [BoundExpression] = []
    for key in varying { arguments.append(resolved(groupKeys[key].expression)) }
    let generator = GroupingSetsGenerator.generator(
      keys: varying.map { groupKeys[$0] }, included: groupingSets.sets.map { set in varying.map(set.contains) },
      ids: groupingSets.sets.map { groupingSets.id(of: $0, keys: groupKeys.count) },
      numbersSets: groupingSets.hasRepeats)
    let width = plan.schema.count
    plan = .generate(
      .init(
        input: plan, kept: Array(0..<width), generator: generator, arguments: arguments, isOuter: false,
        fields: generator.fields, span: span))
    var result = ExpandedKeys()
    for (index, field) in generator.fields.enumerated() {
      if index < varying.count {
        let place = groupKeys[varying[index]].expression.span
        result.columns[varying[index]] = .column(width + index, field, span: place)
      } else {
        result.markers.append(NamedExpression(.column(width + index, field, span: span), as: field.name))
      }
    }
    return result
  }

  /// A NULL time lies in no window (SEM-3), so it is in no group either, whatever else the sets group by.
  private func withoutNullTimes(
    _ plan: LogicalPlan, windowKey: BoundExpression, _ resolved: (BoundExpression) -> BoundExpression
  ) throws(SQLError) -> LogicalPlan {
    guard let start = TimeWindows.parts(of: windowKey)?.start, case .call(let call) = resolved(start).node,
      let time = call.arguments.first, time.isNullable
    else { return plan }
    return .filter(.init(input: plan, predicate: try base.call("isnotnull", [time], span: time.span)))
  }
}

/// The calls of `grouping` and `grouping_id` in one SELECT.
final class GroupingCollector {
  struct Entry {
    /// The arguments; those of `grouping_id()` are all keys.
    var keys: [BoundExpression]
    var isID: Bool
    var span: SourceSpan
  }

  private(set) var entries: [Entry] = []

  /// The column that stands for the call's value.
  func add(_ entry: Entry) -> BoundExpression {
    entries.append(entry)
    let field = Field("", entry.isID ? .bigint : .tinyint, isNullable: false)
    return .column(Placeholder.groupings + entries.count - 1, field, span: entry.span)
  }
}

extension ExpressionBinder {
  /// `grouping(key)`, `grouping_id([key, …])`.
  func bindGrouping(_ name: String, _ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> BoundExpression {
    guard let groupings else {
      throw SQLError(
        .bind, "UNSUPPORTED_GROUPING_EXPRESSION",
        "\(name) asks which of several grouping sets a row belongs to, and there are none here", span: span,
        hint: "it belongs to a SELECT with GROUP BY ROLLUP, CUBE or GROUPING SETS")
    }
    var inner = self
    inner.aggregates = nil
    inner.groupings = nil
    // There a name is a column of the output, and no key.
    if clause == .orderBy { inner.aliases = .none }
    let keys = try inner.bindArguments(call, span: span)
    if name == "grouping", keys.count != 1 {
      throw .wrongArgumentCount(name, expected: "1 argument", found: keys.count, span: span)
    }
    return groupings.add(.init(keys: keys, isID: name == "grouping_id", span: span))
  }
}

extension SelectBinder {
  /// The number of the only set.
  private func onlyID(_ span: SourceSpan) -> BoundExpression {
    let id = groupingSets?.sets.first.flatMap { groupingSets?.id(of: $0, keys: groupKeys.count) } ?? 0
    return .literal(.int64(id), .bigint, span: span)
  }

  /// The value of a `grouping` call; `id` is the number of the row's set, nil where there is one set only.
  func groupingValue(_ index: Int, id: BoundExpression?) throws(SQLError) -> BoundExpression {
    guard let entries = base.groupings?.entries, entries.indices.contains(index) else {
      throw .internal("a grouping call without an entry")
    }
    let entry = entries[index]
    if entry.isID {
      let isAll = entry.keys.count == groupKeys.count && zip(entry.keys, groupKeys).allSatisfy { $0.isSame(as: $1.expression) }
      guard entry.keys.isEmpty || isAll else {
        throw SQLError(
          .bind, "GROUPING_ID_COLUMN_MISMATCH", "the arguments of grouping_id are not the keys of GROUP BY in their order",
          span: entry.span, hint: "grouping_id(\(groupKeys.map(\.name).joined(separator: ", "))), or just grouping_id()")
      }
      return id ?? onlyID(entry.span)
    }
    guard let position = groupKeys.firstIndex(where: { $0.expression.isSame(as: entry.keys[0]) }) else {
      throw SQLError(
        .bind, "GROUPING_COLUMN_MISMATCH", "the argument of grouping is no key of GROUP BY", span: entry.span,
        hint: "the keys are \(groupKeys.map(\.name).joined(separator: ", "))")
    }
    let id = id ?? onlyID(entry.span)
    let places = BoundExpression.literal(
      .int32(Int32(truncatingIfNeeded: groupKeys.count - 1 - position)), .int, span: entry.span)
    let one = context.cast(.literal(.int32(1), .int, span: entry.span), to: .bigint)
    let bit = try base.call("&", [try base.call("shiftright", [id, places], span: entry.span), one], span: entry.span)
    return context.cast(bit, to: .tinyint)
  }
}
