internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension QueryBinder {
  /// TABLESAMPLE: `n ROWS` are the first n; a percentage and buckets keep each row by chance, so that a stream is sampled
  /// as it goes. Rows that may be taken back cannot be: they would have to meet the same chance again.
  func bind(_ sample: AST.Sample, over input: BoundRelation, span: SourceSpan) throws(SQLError) -> BoundRelation {
    var result = input
    switch sample.amount {
    case .rows(let count):
      result.plan = LimitClause(count: try bindRows(count), offset: 0).applied(to: input.plan)
    case .percent(let number):
      guard let percent = Double(number.text), (0...100).contains(percent) else { throw outOfRange(number.text, span) }
      result.plan = try kept(percent / 100, sample.seed, of: input.plan, span: span)
    case .bucket(let bucket, let total):
      guard let x = Double(bucket.text), let y = Double(total.text), x >= 0, y > 0, x <= y else {
        throw outOfRange("\(bucket.text) of \(total.text)", span)
      }
      result.plan = try kept(x / y, sample.seed, of: input.plan, span: span)
    }
    return result
  }

  private func bindRows(_ count: AST.Expression) throws(SQLError) -> Int? {
    try bindLimit(count, nil)?.count
  }

  private func kept(
    _ fraction: Double, _ seed: AST.NumberLiteral?, of plan: LogicalPlan, span: SourceSpan
  ) throws(SQLError) -> LogicalPlan {
    let binder = expressionBinder(Scope(), .sample)
    var arguments: [BoundExpression] = []
    if let seed {
      guard let number = Int64(seed.text) else {
        throw SQLError(.bind, "INVALID_SAMPLE_SEED", "the seed of REPEATABLE is an integer, found \(seed.text)", span: span)
      }
      arguments.append(.literal(.int64(number), .bigint, span: span))
    }
    let chance = try binder.call("rand", arguments, span: span)
    let limit = BoundExpression.literal(.float64(fraction), .double, span: span)
    return .filter(.init(input: plan, predicate: try binder.call("<", [chance, limit], span: span)))
  }

  private func outOfRange(_ what: String, _ span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "INVALID_TABLESAMPLE_FRACTION", "a sample is between none and all of the rows, found \(what)", span: span,
      hint: "write TABLESAMPLE (10 PERCENT), or (100 ROWS)")
  }
}
