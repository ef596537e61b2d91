internal import Columnar
internal import Expressions

/// Filters and watermarks: as in Spark, a row that a condition drops says nothing of time, if the condition is about other
/// columns than the event time. That holds as well for what joins imply: no key is NULL, and what holds for a key holds for
/// the one that it equals.
///
/// This is meaning, not speed, and so runs before the optimiser and without it.
extension PushFilters {
  func push(_ predicate: BoundExpression, below watermark: LogicalPlan.Watermark) -> LogicalPlan? {
    var moving: [BoundExpression] = []
    var staying: [BoundExpression] = []
    for conjunct in predicate.conjuncts {
      let isOfTime = conjunct.columnsUsed.contains(watermark.column)
      // What can fail must not be asked before what stood in front of it.
      if !isOfTime, conjunct.isDeterministic, !conjunct.canFail || staying.isEmpty {
        moving.append(conjunct)
      } else {
        staying.append(conjunct)
      }
    }
    guard let below = BoundExpression.chain(moving[...], .and) else { return nil }
    var copy = watermark
    copy.input = .filter(.init(input: watermark.input, predicate: below))
    return LogicalPlan.watermark(copy).filtered(BoundExpression.chain(staying[...], .and))
  }

  /// The join with what its condition implies for each side's own rows.
  func inferring(_ join: LogicalPlan.Join) -> LogicalPlan.Join {
    guard let condition = join.condition else { return join }
    let mayFilterLeft = join.kind == .inner || join.kind == .leftSemi
    guard mayFilterLeft || join.kind == .left || join.kind == .leftAnti else { return join }
    let width = join.left.schema.count
    let own = condition.conjuncts
    let leftKnown = join.left.constraints + (mayFilterLeft ? own : [])
    let rightKnown = join.right.constraints.map { $0.remapped { $0 + width } } + own
    var copy = join
    var left: [BoundExpression] = []
    var right: [BoundExpression] = []
    for (l, r) in own.compactMap({ $0.equalColumns(leftWidth: width) }) {
      right += leftKnown.filter { $0.isRepeatable && $0.columnsUsed == [l] }.map { $0.remapped { _ in r - width } }
      left += rightKnown.filter { $0.isRepeatable && $0.columnsUsed == [r] }.map { $0.remapped { _ in l } }
    }
    for column in condition.columnsUsed where condition.isNeverTrue(ifNull: column..<column + 1) {
      if column < width { left += Self.isNotNull(column, join.left) }
      if column >= width { right += Self.isNotNull(column - width, join.right) }
    }
    if mayFilterLeft, join.left.hasWatermark { copy.left = join.left.filtered(BoundExpression.chain(left.distinct[...], .and)) }
    if join.right.hasWatermark { copy.right = join.right.filtered(BoundExpression.chain(right.distinct[...], .and)) }
    return copy
  }

  private static func isNotNull(_ column: Int, _ plan: LogicalPlan) -> [BoundExpression] {
    let field = plan.schema[column]
    // IS NOT NULL takes every type: binding it does not fail.
    guard field.isNullable, plan.mayHide(column),
      let condition = try? FunctionRegistry.builtin.isNotNull(.column(column, field))
    else { return [] }
    return [condition]
  }
}

extension LogicalPlan {
  /// A watermark is declared in it.
  var hasWatermark: Bool {
    if case .watermark = self { return true }
    return inputs.contains(where: \.hasWatermark)
  }

  /// A filter may sink from here to a watermark.
  var reachesWatermark: Bool {
    switch self {
    case .watermark: true
    case .project(let project): project.input.reachesWatermark
    case .filter(let filter): filter.input.reachesWatermark
    case .generate(let generate): generate.input.reachesWatermark
    case .windowAssign(let assign): assign.input.reachesWatermark
    case .join(let join): join.left.reachesWatermark || join.right.reachesWatermark
    case .union(let union): union.inputs.contains(where: \.reachesWatermark)
    case .scan, .values, .aggregate, .distinct, .sort, .limit, .matchRecognize, .recursive, .recursiveReference, .over,
      .rankLimit:
      false
    }
  }

  /// A condition on this column would sink below a watermark.
  fileprivate func mayHide(_ column: Int) -> Bool {
    switch self {
    case .watermark(let watermark): column != watermark.column
    case .filter(let filter): filter.input.mayHide(column)
    case .project(let project): project.columns[column].expression.columnsUsed.allSatisfy { project.input.mayHide($0) }
    default: reachesWatermark
    }
  }

  /// Conditions that hold for all of its rows, as far as they can be read off it.
  fileprivate var constraints: [BoundExpression] {
    switch self {
    case .filter(let filter): return filter.predicate.conjuncts + filter.input.constraints
    case .watermark(let watermark): return watermark.input.constraints
    case .project(let project):
      var places: [Int: Int] = [:]
      for (index, column) in project.columns.enumerated() {
        if let ordinal = column.expression.columnOrdinal, places[ordinal] == nil { places[ordinal] = index }
      }
      return project.input.constraints.filter { $0.columnsUsed.allSatisfy { places[$0] != nil } }.map { $0.remapped { places[$0] ?? $0 } }
    default: return []
    }
  }
}

extension BoundExpression {
  /// `left column = right column`, as ordinals of both sides together.
  fileprivate func equalColumns(leftWidth: Int) -> (Int, Int)? {
    guard case .call(let call) = node, call.function.name == "=", call.arguments.count == 2,
      let a = call.arguments[0].columnOrdinal, let b = call.arguments[1].columnOrdinal,
      call.arguments[0].type == call.arguments[1].type
    else { return nil }
    if a < leftWidth, b >= leftWidth { return (a, b) }
    return b < leftWidth && a >= leftWidth ? (b, a) : nil
  }
}

extension [BoundExpression] {
  /// Equal ones once.
  fileprivate var distinct: [BoundExpression] {
    reduce(into: []) { kept, expression in
      if !kept.contains(where: { $0.isSame(as: expression) }) { kept.append(expression) }
    }
  }
}
