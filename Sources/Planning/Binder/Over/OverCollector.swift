internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// The calls with OVER of one SELECT, equal ones once, and the windows that its WINDOW clause names.
final class OverCollector {
  struct Entry {
    var partitionBy: [BoundExpression]
    var orderBy: [SortKey]
    var call: WindowCall

    /// Everything that is computed from the SELECT's input or groups.
    var expressions: [BoundExpression] { partitionBy + orderBy.map(\.expression) + call.expressions }

    func mapExpressions(_ transform: (BoundExpression) -> BoundExpression) -> Entry {
      var copy = self
      copy.partitionBy = partitionBy.map(transform)
      for index in orderBy.indices { copy.orderBy[index].expression = transform(orderBy[index].expression) }
      copy.call = call.mapExpressions(transform)
      return copy
    }

    func hasWindow(of other: Entry) -> Bool {
      partitionBy.isSame(as: other.partitionBy) && orderBy.count == other.orderBy.count
        && zip(orderBy, other.orderBy).allSatisfy { $0.isSame(as: $1) }
    }
  }

  private(set) var entries: [Entry] = []
  private let windows: [AST.NamedWindow]

  init(_ windows: [AST.NamedWindow]) throws(SQLError) {
    self.windows = windows
    for (index, window) in windows.enumerated() {
      let isRepeated = windows[..<index].contains { $0.name.text.equalsIgnoringCase(window.name.text) }
      if isRepeated {
        throw SQLError(
          .bind, "INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION",
          "window \"\(window.name.text)\" is defined twice in this WINDOW clause", span: window.name.span)
      }
    }
  }

  /// The column that stands for the call's value.
  func add(_ entry: Entry) -> BoundExpression {
    let index = entries.firstIndex { $0.hasWindow(of: entry) && $0.call.isSame(as: entry.call) } ?? entries.count
    if index == entries.count { entries.append(entry) }
    return .column(Placeholder.overs + index, entry.call.field, span: entry.call.span)
  }

  /// The window that OVER means, with what it takes over from a named one.
  func specification(
    _ reference: AST.WindowReference, depth: Int = 0
  ) throws(SQLError) -> AST.WindowSpecification {
    switch reference {
    case .name(let name): return try named(name, depth: depth)
    case .specification(var specification):
      guard let base = specification.base else { return specification }
      let inherited = try named(base, depth: depth)
      if !specification.partitionBy.isEmpty || inherited.frame != nil
        || (!specification.orderBy.isEmpty && !inherited.orderBy.isEmpty)
      {
        throw SQLError(
          .bind, "INVALID_SQL_SYNTAX.INVALID_WINDOW_REFERENCE",
          "a window made of \"\(base.text)\" can only add ORDER BY and a frame that \"\(base.text)\" does not have",
          span: base.span)
      }
      specification.partitionBy = inherited.partitionBy
      if specification.orderBy.isEmpty { specification.orderBy = inherited.orderBy }
      specification.base = nil
      return specification
    }
  }

  private func named(_ name: AST.Identifier, depth: Int) throws(SQLError) -> AST.WindowSpecification {
    // Each step leads to another definition, or in circles.
    guard depth <= windows.count,
      let window = windows.first(where: { $0.name.text.equalsIgnoringCase(name.text) })
    else {
      throw SQLError(
        .bind, "MISSING_WINDOW_SPECIFICATION", "the WINDOW clause does not define \"\(name.text)\"", span: name.span,
        hint: didYouMean(name.text, in: windows.map(\.name.text)) ?? "add WINDOW \(name.text) AS (…)")
    }
    return try specification(.specification(window.specification), depth: depth + 1)
  }
}

extension Placeholder {
  /// The value of the i-th call of an `OverCollector` is column `overs + i`.
  static let overs = 1 << 37

  static func over(_ ordinal: Int) -> Int? { (overs..<subqueries).contains(ordinal) ? ordinal - overs : nil }
}

extension BoundExpression {
  /// Whether the value of a window function is part of it.
  var containsOver: Bool { columnsUsed.contains { Placeholder.over($0) != nil } }
}
