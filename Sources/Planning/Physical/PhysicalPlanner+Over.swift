internal import Columnar
internal import Diagnostics
internal import Expressions

extension PhysicalPlanner {
  func over(_ over: LogicalPlan.Over, path: String) throws(SQLError) -> PhysicalNode {
    let input = try build(over.input, path: path + ".0", endsQuery: false)
    for expression in over.expressions { try checkRepeatable(expression, over: input) }
    var spec = OverSpec(
      partitionBy: over.partitionBy, orderBy: over.orderBy, calls: over.calls,
      isInputRetractable: input.properties.mayRetract, isPerStep: isPerStep(over.partitionBy, input))
    if !spec.isPerStep { spec.closing = closing(over.partitionBy, input) }
    if emission == .finalOnly, !spec.isPerStep, spec.closing == nil, !input.properties.isBounded {
      spec.finality = OverFinality(over.orderBy, over.calls, input.properties)
    }
    var properties = input.properties.stateless()
    properties.isAppendOnly = spec.isPerStep || spec.closing?.isFinalOnly == true || spec.finality != nil
    properties.wait(for: spec.closing, over.partitionBy, aheadMicros: spec.finality?.aheadMicros ?? 0)
    if spec.finality?.waitsForRows == true { properties.eventTimes = [:] }
    properties.isFinalPerStep = spec.isPerStep
    if !spec.isPerStep { properties.stepColumns = [] }
    properties.stateBound =
      spec.finality.map { .ofFinalOver($0, over, input) } ?? .ofOver(spec, over, input)
    return node("over", path, .over(spec), [input], over.schema, properties)
  }

  func rankLimit(_ limit: LogicalPlan.RankLimit, path: String) throws(SQLError) -> PhysicalNode {
    let input = try build(limit.input, path: path + ".0", endsQuery: false)
    for expression in limit.expressions { try checkRepeatable(expression, over: input) }
    var spec = RankLimitSpec(
      partitionBy: limit.partitionBy, orderBy: limit.orderBy, kind: limit.kind, limit: limit.limit,
      rank: limit.rank, isInputRetractable: input.properties.mayRetract,
      isPerStep: isPerStep(limit.partitionBy, input), isInArrivalOrder: limit.isInArrivalOrder(input.properties))
    if !spec.isPerStep { spec.closing = closing(limit.partitionBy, input) }
    if spec.closing == nil, !spec.isPerStep, !spec.isInArrivalOrder, let ranked = try finalRanks(limit, input) {
      return try build(ranked, path: path, endsQuery: false)
    }
    // What never falls out need not wait.
    if spec.isInArrivalOrder { spec.closing?.isFinalOnly = false }
    if let expiry = limit.expiry, emission != nil, !input.properties.isBounded {
      guard let time = expiry.time, !spec.isInputRetractable else { throw .withinWatermark(expiry) }
      spec.expiry = (time, expiry.delayMicros)
    }
    var properties = input.properties.stateless()
    properties.isAppendOnly = spec.isPerStep || spec.closing?.isFinalOnly == true || spec.isInArrivalOrder
    properties.wait(for: spec.closing, limit.partitionBy, aheadMicros: 0)
    properties.isFinalPerStep = spec.isPerStep
    if !spec.isPerStep { properties.stepColumns = [] }
    let columns = limit.partitionBy.compactMap(\.columnOrdinal)
    if limit.kind == .rowNumber, columns.count == limit.partitionBy.count {
      if limit.limit == 1 {
        properties.key = columns
      } else if limit.rank != nil {
        properties.key = columns + [input.schema.count]
      }
    }
    properties.stateBound = .ofRankLimit(spec, limit, input)
    return node("ranks", path, .rankLimit(spec), [input], limit.schema, properties)
  }

  /// In APPEND the first rows in order of an event time are final once the watermark has passed them: as the ranks of all
  /// rows, which need one state a partition, and a filter above. Nil where that does not do.
  private func finalRanks(_ limit: LogicalPlan.RankLimit, _ input: PhysicalNode) throws(SQLError) -> LogicalPlan? {
    guard emission == .finalOnly, !input.properties.isBounded, limit.expiry == nil, limit.limit <= Int32.max else { return nil }
    let span = limit.orderBy.first?.expression.span ?? .none
    let function = BoundWindowFunction(
      limit.kind.rawValue, [], returns: .int, isNullable: false, kind: WindowFunctionKind(limit.kind))
    let call = WindowCall(
      function: function, arguments: [], filter: nil, frame: .upToRow, name: limit.rank?.name ?? "_rank", span: span)
    guard OverFinality(limit.orderBy, [call], input.properties) != nil else { return nil }
    let over = LogicalPlan.over(
      .init(input: limit.input, partitionBy: limit.partitionBy, orderBy: limit.orderBy, calls: [call]))
    let width = limit.input.schema.count
    let rank = BoundExpression.column(width, over.schema[width], span: span)
    let last = BoundExpression.literal(.int32(Int32(limit.limit)), .int, span: span)
    let isFirst = try FunctionRegistry.builtin.call("<=", [rank, last], isNullable: false, span: span)
    let plan = LogicalPlan.filter(.init(input: over, predicate: isFirst))
    return limit.rank == nil ? plan.keepingFirst(width) : plan
  }

  /// Whether a partition's rows are of one step, and never taken back.
  private func isPerStep(_ partitionBy: [BoundExpression], _ input: PhysicalNode) -> Bool {
    input.properties.isAppendOnly && partitionBy.contains { $0.isStepNumber(over: input.properties) }
  }

  private func closing(_ partitionBy: [BoundExpression], _ input: PhysicalNode) -> ClosingSpec? {
    var times: [Int: EventTime] = [:]
    for (index, key) in partitionBy.enumerated() { times[index] = key.eventTime(input.properties.eventTimes) }
    return closing(times, input)
  }
}

extension StateBound {
  static func ofOver(_ spec: OverSpec, _ over: LogicalPlan.Over, _ input: PhysicalNode) -> StateBound {
    let names = input.schema.names
    if spec.isPerStep { return .bounded("rows of one step") }
    if let closing = spec.closing {
      let key = over.partitionBy[closing.key].sqlText(columns: names)
      return .bounded(
        "rows of partitions whose \(closing.time.text(of: key)) is ahead of the \(closing.time.domain.words)")
    }
    if input.properties.isBounded { return .bounded("every row, of bounded input") }
    return .unbounded(
      reason: "every row, since any may get another value",
      fix: "order by a column with a WATERMARK and use OUTPUT MODE APPEND, or partition by a window of it or by batch()")
  }
}

extension EdgeProperties {
  /// Rows that were held back come later than their times said: above, they are not late for that.
  fileprivate mutating func wait(for closing: ClosingSpec?, _ partitionBy: [BoundExpression], aheadMicros: Int64) {
    if let closing, closing.isFinalOnly {
      // They come when their partition is over.
      let key = partitionBy[closing.key].columnOrdinal
      eventTimes = eventTimes.filter { $0.key == key }
    }
    if aheadMicros > 0 { eventTimes = eventTimes.compactMapValues { $0.isWindow ? nil : $0.later(by: aheadMicros) } }
  }
}

extension LogicalPlan.RankLimit {
  /// Whether later rows come behind earlier ones: by no key, or by the clock's time.
  fileprivate func isInArrivalOrder(_ input: EdgeProperties) -> Bool {
    guard kind == .rowNumber, input.isAppendOnly else { return false }
    guard let key = orderBy.first else { return true }
    return orderBy.count == 1 && !key.isDescending && key.expression.eventTime(input.eventTimes)?.domain == .processing
  }
}

extension StateBound {
  fileprivate static func ofRankLimit(
    _ spec: RankLimitSpec, _ limit: LogicalPlan.RankLimit, _ input: PhysicalNode
  ) -> StateBound {
    let names = input.schema.names
    if spec.isPerStep { return .bounded("rows of one step") }
    let keys = limit.partitionBy.map { $0.sqlText(columns: names) }.joined(separator: ", ")
    let what = spec.isInputRetractable ? "every row" : spec.limit == 1 ? "1 row" : "\(spec.limit) rows"
    if let closing = spec.closing {
      let key = limit.partitionBy[closing.key].sqlText(columns: names)
      let each = spec.isInputRetractable ? "rows of" : "\(what) for each of the"
      return .bounded(
        "\(each) partitions whose \(closing.time.text(of: key)) is ahead of the \(closing.time.domain.words)")
    }
    if let expiry = spec.expiry {
      let time = expiry.time.sqlText(columns: names)
      return .bounded("1 row per \(keys), until the watermark is \(LiteralText.duration(expiry.delayMicros)) behind its first \(time)")
    }
    if spec.isInputRetractable, !input.properties.isBounded {
      return .unbounded(
        reason: "every row, since any may be taken back", fix: "partition by a window of a column with a WATERMARK, or by batch()")
    }
    if keys.isEmpty { return .bounded(what) }
    if input.properties.isBounded { return .bounded("\(what) per distinct \(keys), of bounded input") }
    return .unbounded(
      reason: "\(what) per distinct \(keys)",
      fix: "partition by a window of a column with a WATERMARK, or use DISTINCT ON (…) WITHIN WATERMARK")
  }
}

extension SQLError {
  fileprivate static func withinWatermark(_ expiry: LogicalPlan.RankLimit.Expiry) -> SQLError {
    let message =
      expiry.time == nil
      ? "WITHIN WATERMARK needs a relation with a WATERMARK" : "WITHIN WATERMARK needs rows that are never taken back"
    return SQLError(
      .plan, "UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK", message, span: expiry.span,
      hint: "write WATERMARK FOR ts AS ts - INTERVAL '10' SECOND in the definition of its stream, or leave WITHIN WATERMARK out")
  }
}

extension WindowFunctionKind {
  fileprivate init(_ kind: RankKind) {
    switch kind {
    case .rowNumber: self = .rowNumber
    case .rank: self = .rank
    case .denseRank: self = .denseRank
    }
  }
}
