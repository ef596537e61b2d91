package import Columnar
package import Diagnostics
package import Expressions

extension LogicalPlan {
  /// Each input row with the values of window functions behind its columns. All calls share partition and order.
  package struct Over: Sendable {
    package var input: LogicalPlan
    package var partitionBy: [BoundExpression]
    package var orderBy: [SortKey]
    package var calls: [WindowCall]
    package init(input: LogicalPlan, partitionBy: [BoundExpression], orderBy: [SortKey], calls: [WindowCall]) {
      self.input = input
      self.partitionBy = partitionBy
      self.orderBy = orderBy
      self.calls = calls
    }
    package var schema: Schema { Schema(input.schema.fields + calls.map(\.field)) }
  }

  /// The rows of each partition whose rank is at most `limit`: top-N, deduplication, DISTINCT ON.
  package struct RankLimit: Sendable {
    package var input: LogicalPlan
    package var partitionBy: [BoundExpression]
    /// None: order of the input.
    package var orderBy: [SortKey]
    package var kind: RankKind
    package var limit: Int
    /// The column of the rank behind the input's columns, if somebody looks at it.
    package var rank: Field?
    /// WITHIN WATERMARK: a partition is forgotten once the watermark has passed its first row by the watermark's delay.
    package var expiry: Expiry?
    package init(
      input: LogicalPlan, partitionBy: [BoundExpression], orderBy: [SortKey], kind: RankKind, limit: Int, rank: Field?,
      expiry: Expiry? = nil
    ) {
      self.input = input
      self.partitionBy = partitionBy
      self.orderBy = orderBy
      self.kind = kind
      self.limit = limit
      self.rank = rank
      self.expiry = expiry
    }
    package var schema: Schema { Schema(input.schema.fields + (rank.map { [$0] } ?? [])) }

    package struct Expiry: Sendable {
      /// The event time of a row; nil if none is declared.
      package var time: BoundExpression?
      package var delayMicros: Int64
      package var span: SourceSpan
    }
  }
}

/// How rows are counted that have the same place in the order.
package enum RankKind: String, Sendable {
  case rowNumber = "row_number", rank, denseRank = "dense_rank"
}

extension LogicalPlan.Over {
  var expressions: [BoundExpression] {
    partitionBy + orderBy.map(\.expression) + calls.flatMap(\.expressions)
  }

  func mapExpressions<E: Error>(
    _ transform: (BoundExpression) throws(E) -> BoundExpression
  ) throws(E) -> LogicalPlan.Over {
    var copy = self
    for index in partitionBy.indices { copy.partitionBy[index] = try transform(partitionBy[index]) }
    for index in orderBy.indices { copy.orderBy[index].expression = try transform(orderBy[index].expression) }
    for index in calls.indices { copy.calls[index] = try calls[index].mapExpressions(transform) }
    return copy
  }
}

extension LogicalPlan.RankLimit {
  var expressions: [BoundExpression] {
    partitionBy + orderBy.map(\.expression) + (expiry?.time.map { [$0] } ?? [])
  }

  func mapExpressions<E: Error>(
    _ transform: (BoundExpression) throws(E) -> BoundExpression
  ) throws(E) -> LogicalPlan.RankLimit {
    var copy = self
    for index in partitionBy.indices { copy.partitionBy[index] = try transform(partitionBy[index]) }
    for index in orderBy.indices { copy.orderBy[index].expression = try transform(orderBy[index].expression) }
    if let time = expiry?.time { copy.expiry?.time = try transform(time) }
    return copy
  }
}

extension SortKey {
  func isSame(as other: SortKey) -> Bool {
    isDescending == other.isDescending && nullsFirst == other.nullsFirst && expression.isSame(as: other.expression)
  }
}

extension WindowCall {
  /// Whether both compute the same over the same window.
  func isSame(as other: WindowCall) -> Bool {
    guard function.name == other.function.name, function.parameters == other.function.parameters,
      function.kind.isSame(as: other.function.kind), arguments.isSame(as: other.arguments),
      frame.sqlText == other.frame.sqlText, frame.expressions.isSame(as: other.frame.expressions)
    else { return false }
    switch (filter, other.filter) {
    case (nil, nil): return true
    case (let a?, let b?): return a.isSame(as: b)
    case (nil, _?), (_?, nil): return false
    }
  }
}

extension WindowFunctionKind {
  fileprivate func isSame(as other: WindowFunctionKind) -> Bool {
    switch (self, other) {
    case (.tile(let a), .tile(let b)): a == b
    case (.shift(let a, let x), .shift(let b, let y)): a == b && x == y
    case (.pick(let a, let x), .pick(let b, let y)): a == b && x == y
    case (.aggregate(let a), .aggregate(let b)): a.name == b.name && a.orderings == b.orderings
    case (.rowNumber, .rowNumber), (.rank, .rank), (.denseRank, .denseRank), (.percentRank, .percentRank),
      (.cumeDist, .cumeDist):
      true
    default: false
    }
  }
}
