package import Columnar
package import Diagnostics

/// `function(arguments) FILTER (…) OVER (… frame)`: one value a row, computed from rows around it.
///
/// Partition and order are the operator's, since calls that share them share the sorting.
package struct WindowCall: Sendable {
  package var function: BoundWindowFunction
  /// Already cast to the function's parameter types.
  package var arguments: [BoundExpression]
  package var filter: BoundExpression?
  package var frame: WindowFrame
  package var name: String
  package var span: SourceSpan

  package init(
    function: BoundWindowFunction, arguments: [BoundExpression], filter: BoundExpression?, frame: WindowFrame,
    name: String, span: SourceSpan
  ) {
    self.function = function
    self.arguments = arguments
    self.filter = filter
    self.frame = frame
    self.name = name
    self.span = span
  }

  package var field: Field { Field(name, function.result, isNullable: function.isNullable) }
}

/// A window function chosen for given argument types.
package struct BoundWindowFunction: Sendable {
  package var name: String
  package var parameters: [DataType]
  package var result: DataType
  package var isNullable: Bool
  package var kind: WindowFunctionKind

  package init(
    _ name: String, _ parameters: [DataType], returns result: DataType, isNullable: Bool = true,
    kind: WindowFunctionKind
  ) {
    self.name = name
    self.parameters = parameters
    self.result = result
    self.isNullable = isNullable
    self.kind = kind
  }
}

/// What a window function computes.
package enum WindowFunctionKind: Sendable {
  case rowNumber, rank, denseRank, percentRank, cumeDist
  /// The number of the row's share when the partition is dealt out to `count` shares of about equal size.
  case tile(count: Int64)
  /// Argument 0 of the row that is `by` rows further on (back, if negative), of those that are not NULL if `ignoresNulls`;
  /// argument 2 where there is none.
  case shift(by: Int64, ignoresNulls: Bool)
  /// Argument 0 of a row of the frame.
  case pick(FramePlace, ignoresNulls: Bool)
  case aggregate(BoundAggregate)

  package enum FramePlace: Sendable, Hashable {
    case first, last
    /// From 1.
    case nth(Int64)
  }

  /// Whether the function looks at the frame.
  package var usesFrame: Bool {
    switch self {
    case .rowNumber, .rank, .denseRank, .percentRank, .cumeDist, .tile, .shift: false
    case .pick, .aggregate: true
    }
  }
}

/// The rows around a row that a window function sees.
package struct WindowFrame: Sendable {
  package enum Unit: String, Sendable { case rows = "ROWS", range = "RANGE", groups = "GROUPS" }
  package enum Exclusion: String, Sendable {
    case noOthers = "NO OTHERS", currentRow = "CURRENT ROW", group = "GROUP", ties = "TIES"
  }

  package enum Bound: Sendable {
    case unboundedPreceding
    case currentRow
    case unboundedFollowing
    /// ROWS and GROUPS: so many further on; negative ones lie before.
    case offset(Int64)
    /// RANGE: the sort key at the border, computed for each row, NULL if it is beyond all values of its type. For a time
    /// `micros` is the constant distance, negative before the row.
    case value(BoundExpression, isPreceding: Bool, micros: Int64?, text: String)
  }

  package var unit: Unit
  package var start: Bound
  package var end: Bound
  package var exclusion: Exclusion

  package init(_ unit: Unit, _ start: Bound, _ end: Bound, exclusion: Exclusion = .noOthers) {
    self.unit = unit
    self.start = start
    self.end = end
    self.exclusion = exclusion
  }

  package static let wholePartition = WindowFrame(.rows, .unboundedPreceding, .unboundedFollowing)
  package static let upToPeers = WindowFrame(.range, .unboundedPreceding, .currentRow)
  package static let upToRow = WindowFrame(.rows, .unboundedPreceding, .currentRow)

  package var isWholePartition: Bool {
    if case .unboundedPreceding = start, case .unboundedFollowing = end { return exclusion == .noOthers }
    return false
  }

  package func mapExpressions<E: Error>(
    _ transform: (BoundExpression) throws(E) -> BoundExpression
  ) throws(E) -> WindowFrame {
    var copy = self
    copy.start = try start.mapExpressions(transform)
    copy.end = try end.mapExpressions(transform)
    return copy
  }

  package var expressions: [BoundExpression] { [start, end].compactMap(\.expression) }

  /// `ROWS BETWEEN 1 PRECEDING AND CURRENT ROW`
  package var sqlText: String {
    let exclusion = exclusion == .noOthers ? "" : " EXCLUDE \(exclusion.rawValue)"
    return "\(unit.rawValue) BETWEEN \(start.sqlText) AND \(end.sqlText)\(exclusion)"
  }
}

extension WindowFrame.Bound {
  package var expression: BoundExpression? {
    if case .value(let expression, _, _, _) = self { return expression }
    return nil
  }

  func mapExpressions<E: Error>(
    _ transform: (BoundExpression) throws(E) -> BoundExpression
  ) throws(E) -> WindowFrame.Bound {
    guard case .value(let expression, let isPreceding, let micros, let text) = self else { return self }
    return .value(try transform(expression), isPreceding: isPreceding, micros: micros, text: text)
  }

  package var sqlText: String {
    switch self {
    case .unboundedPreceding: "UNBOUNDED PRECEDING"
    case .currentRow: "CURRENT ROW"
    case .unboundedFollowing: "UNBOUNDED FOLLOWING"
    case .offset(let rows): rows < 0 ? "\(rows.magnitude) PRECEDING" : "\(rows) FOLLOWING"
    case .value(_, _, _, let text): text
    }
  }
}

extension WindowCall {
  /// All expressions: arguments, filter, borders of the frame.
  package var expressions: [BoundExpression] { arguments + (filter.map { [$0] } ?? []) + frame.expressions }

  package func mapExpressions<E: Error>(
    _ transform: (BoundExpression) throws(E) -> BoundExpression
  ) throws(E) -> WindowCall {
    var copy = self
    for index in arguments.indices { copy.arguments[index] = try transform(arguments[index]) }
    if let filter { copy.filter = try transform(filter) }
    copy.frame = try frame.mapExpressions(transform)
    return copy
  }
}
