internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// Joins with the one row that held at a time: ASOF, and FOR SYSTEM_TIME AS OF.
extension QueryBinder {
  /// Refuses what an ASOF join's condition may not hold: anything but equalities and one inequality.
  func checkAsOf(_ condition: BoundExpression?, leftWidth: Int, span: SourceSpan) throws(SQLError) {
    let (_, order) = JoinSpec.split(condition, leftWidth: leftWidth)
    guard let asOf = AsOfSpec(order, leftWidth: leftWidth) else {
      let place = order?.span ?? condition?.span ?? span
      throw .asOfCondition(span: place.isNone ? span : place)
    }
    for side in [asOf.left, asOf.right] where !AsOfSpec.isOrdered(side.type) { throw .asOfType(side.type, span: side.span) }
  }

  /// `a JOIN b FOR SYSTEM_TIME AS OF a.ts ON a.k = b.k`: the version of b that held at a.ts; as of the processing time,
  /// the rows of b that are there.
  func bindTemporal(
    _ join: AST.Relation.Join, _ time: AST.Expression, span: SourceSpan
  ) throws(SQLError) -> BoundRelation {
    let isOuter: Bool
    switch join.kind {
    case .inner: isOuter = false
    case .left: isOuter = true
    case .right, .full, .cross, .leftSemi, .leftAnti, .asOf, .asOfLeft:
      throw .unsupported(
        "FOR SYSTEM_TIME AS OF in this kind of join", span: time.span, hint: "write JOIN or LEFT JOIN", kind: .bind)
    }
    guard case .on(let expression) = join.condition else {
      throw .unsupported(
        "FOR SYSTEM_TIME AS OF without ON", span: time.span, hint: "write ON a.key = b.key", kind: .bind)
    }
    var relation = join.right
    relation.systemTime = nil
    let left = try bind(join.left)
    let right = try bind(relation)
    let width = left.scope.columns.count
    let binder = expressionBinder(Scope(left.scope.columns + right.scope.columns), .joinCondition)
    let condition = try binder.bindCondition(expression)
    let moment = try expressionBinder(left.scope, .joinCondition).bind(time)
    if left.plan.isProcessingTime(moment) {
      return joined(left, right, isOuter ? .lookupLeft : .lookup, on: condition, span: span)
    }
    guard let column = right.plan.eventTimeColumn else {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE.VERSIONED_TABLE", "nothing says from when on a row of this relation holds",
        span: relation.span,
        hint: "declare a WATERMARK for the column with that time, or join FOR SYSTEM_TIME AS OF proctime()")
    }
    let version = BoundExpression.column(width + column, binder.scope.columns[width + column].field, span: time.span)
    let order = try binder.call(">=", [moment, version], span: time.span)
    let (keys, others) = condition.split { JoinSpec.split($0, leftWidth: width).residual == nil }
    if let others, isOuter {
      throw .unsupported(
        "a condition besides equalities in a LEFT JOIN … FOR SYSTEM_TIME AS OF", span: others.span,
        hint: "filter the left side in a subquery, or use CASE in the select list", kind: .bind)
    }
    let all = BoundExpression.chain([keys, order].compactMap { $0 }[...], .and)
    try checkAsOf(all, leftWidth: width, span: span)
    var result = joined(left, right, isOuter ? .asOfLeft : .asOf, on: all, span: span)
    result.plan = result.plan.filtered(others)
    return result
  }
}

extension AsOfSpec {
  /// Whether values of this type can be compared as 64-bit words.
  static func isOrdered(_ type: DataType) -> Bool {
    switch type.physical {
    case .int8, .int16, .int32, .int64, .float32, .float64: true
    case .null, .bool, .int128, .bytes, .list, .map, .structure: false
    }
  }
}

extension LogicalPlan {
  /// The column that is the rows' event time, if there is one.
  fileprivate var eventTimeColumn: Int? {
    switch self {
    case .watermark(let watermark): return watermark.column
    case .filter(let filter): return filter.input.eventTimeColumn
    case .project(let project):
      guard let below = project.input.eventTimeColumn else { return nil }
      return project.columns.firstIndex { $0.expression.columnOrdinal == below }
    case .scan, .values, .generate, .aggregate, .distinct, .sort, .limit, .union, .windowAssign, .join,
      .matchRecognize, .recursive, .recursiveReference, .over, .rankLimit:
      return nil
    }
  }

  /// Whether an expression over this plan's columns is the time at which the row is processed.
  fileprivate func isProcessingTime(_ expression: BoundExpression) -> Bool {
    switch expression.node {
    case .stepValue(.timestamp): return true
    case .cast(let operand, _): return isProcessingTime(operand)
    case .column(let ordinal):
      switch self {
      case .watermark(let watermark): return watermark.input.isProcessingTime(expression)
      case .filter(let filter): return filter.input.isProcessingTime(expression)
      case .project(let project): return project.input.isProcessingTime(project.columns[ordinal].expression)
      case .scan, .values, .generate, .aggregate, .distinct, .sort, .limit, .union, .windowAssign, .join,
        .matchRecognize, .recursive, .recursiveReference, .over, .rankLimit:
        return false
      }
    default: return false
    }
  }
}
