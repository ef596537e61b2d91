internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension SelectBinder {
  /// The key list of DISTINCT ON.
  struct DistinctOn {
    var keys: [BoundExpression]
    var isWithinWatermark: Bool
    var span: SourceSpan
  }

  /// Keys see what ORDER BY sees: output columns by name or position, then what the SELECT reads.
  mutating func bindDistinctOn() throws(SQLError) {
    guard case .distinctOn(let keys, let isWithinWatermark) = select.quantifier else { return }
    let bound = try bindOrderBy(keys.map { AST.SortItem($0) })
    distinctOn = DistinctOn(
      keys: bound.map(\.expression), isWithinWatermark: isWithinWatermark, span: keys.first?.span ?? select.span)
  }
}

extension LogicalPlan {
  /// The event time of its rows, as a column, and how far rows may come out of its order.
  var declaredTime: (column: Int, delayMicros: Int64)? {
    switch self {
    case .watermark(let watermark): return (watermark.column, watermark.delayMicros)
    case .filter(let filter): return filter.input.declaredTime
    case .over(let over): return over.input.declaredTime
    case .rankLimit(let limit): return limit.input.declaredTime
    case .windowAssign(let assign): return assign.input.declaredTime
    case .project(let project):
      guard let time = project.input.declaredTime,
        let column = project.columns.firstIndex(where: { $0.expression.columnOrdinal == time.column })
      else { return nil }
      return (column, time.delayMicros)
    case .scan, .values, .generate, .aggregate, .distinct, .sort, .limit, .union, .join, .matchRecognize, .recursive,
      .recursiveReference:
      return nil
    }
  }
}
