internal import Columnar
package import Expressions

extension BoundExpression {
  /// Whether both give the same value for every row: equal trees of deterministic calls, wherever they were written.
  ///
  /// This is what makes `a + 1` of a select list the `a + 1` of GROUP BY. Functions are compared by name and types, since
  /// their row code cannot be. `rand()` is never the same as another `rand()`.
  package func isSame(as other: BoundExpression) -> Bool {
    guard type == other.type else { return false }
    switch (node, other.node) {
    case (.literal(let a), .literal(let b)): return a == b
    case (.column(let a), .column(let b)): return a == b
    case (.call(let a), .call(let b)): return a.isSame(as: b)
    case (.cast(let a, let mode), .cast(let b, let otherMode)): return mode == otherMode && a.isSame(as: b)
    case (.and(let a, let b), .and(let c, let d)), (.or(let a, let b), .or(let c, let d)):
      return a.isSame(as: c) && b.isSame(as: d) || a.isSame(as: d) && b.isSame(as: c)
    case (.conditional(let a, let x), .conditional(let b, let y)):
      guard a.count == b.count, (x == nil) == (y == nil) else { return false }
      if let x, let y, !x.isSame(as: y) { return false }
      return zip(a, b).allSatisfy { $0.condition.isSame(as: $1.condition) && $0.value.isSame(as: $1.value) }
    case (.coalesce(let a), .coalesce(let b)): return a.isSame(as: b)
    case (.stepValue(let a), .stepValue(let b)): return a == b
    case (.lambdaVariable(let a), .lambdaVariable(let b)): return a == b
    case (.outer(let a), .outer(let b)): return a == b
    default: return false
    }
  }
}

extension ScalarCall {
  fileprivate func isSame(as other: ScalarCall) -> Bool {
    guard function.isDeterministic, other.function.isDeterministic, lambdas.count == other.lambdas.count else { return false }
    if arguments.count == 2, other.function.name == Self.mirrored[function.name] {
      return function.parameters == other.function.parameters.reversed() && arguments.isSame(as: other.arguments.reversed())
    }
    guard function.name == other.function.name, function.parameters == other.function.parameters else { return false }
    guard zip(lambdas, other.lambdas).allSatisfy({ $0.isSame(as: $1) }) else { return false }
    if arguments.isSame(as: other.arguments) { return true }
    return arguments.count == 2 && Self.commutative.contains(function.name)
      && arguments.isSame(as: other.arguments.reversed())
  }

  /// Comparisons read from the other side.
  private static let mirrored = ["<": ">", ">": "<", "<=": ">=", ">=": "<="]

  /// Operators whose operands may be exchanged: `b + a` is the `a + b` of GROUP BY, as in Spark.
  private static let commutative: Set<String> = ["+", "*", "=", "!=", "<=>", "&", "|", "^"]
}

extension BoundLambda {
  /// Slots are unique in a statement, so two lambdas written alike have different ones.
  fileprivate func isSame(as other: BoundLambda) -> Bool {
    guard slots.count == other.slots.count else { return false }
    let renaming = Dictionary(zip(other.slots, slots), uniquingKeysWith: { first, _ in first })
    return body.isSame(as: other.body.renamingVariables(renaming))
  }
}

extension BoundExpression {
  fileprivate func renamingVariables(_ slots: [Int: Int]) -> BoundExpression {
    if case .lambdaVariable(let slot) = node, let renamed = slots[slot] {
      var copy = self
      copy.node = .lambdaVariable(renamed)
      return copy
    }
    return mapChildren { $0.renamingVariables(slots) }
  }

  /// Number of nodes, counted no further than `limit`.
  func nodeCount(upTo limit: Int) -> Int {
    var count = 1
    for child in children where count < limit { count += child.nodeCount(upTo: limit - count) }
    return count
  }
}

extension [BoundExpression] {
  /// Whether the lists are the same, one by one.
  package func isSame(as other: [BoundExpression]) -> Bool {
    count == other.count && zip(self, other).allSatisfy { $0.isSame(as: $1) }
  }
}

extension AggregateCall {
  /// Whether both compute the same, so that one state serves both.
  package func isSame(as other: AggregateCall) -> Bool {
    guard aggregate.name == other.aggregate.name, aggregate.parameters == other.aggregate.parameters,
      isDistinct == other.isDistinct, aggregate.orderings == other.aggregate.orderings, arguments.isSame(as: other.arguments)
    else { return false }
    switch (filter, other.filter) {
    case (nil, nil): return true
    case (let a?, let b?): return a.isSame(as: b)
    case (nil, _?), (_?, nil): return false
    }
  }
}
