package import Expressions
internal import Columnar

/// How a join runs.
package struct JoinSpec: Sendable {
  /// Two expressions that must be equal, one a side.
  package struct Key: Sendable {
    /// Over the left columns.
    package var left: BoundExpression
    /// Over the right columns.
    package var right: BoundExpression
    /// `<=>`: NULL equals NULL.
    package var isNullSafe: Bool
  }

  package var kind: JoinKind
  package var keys: [Key]
  /// What must hold besides, over left and right columns.
  package var residual: BoundExpression?
  /// The right side is all there before the first left row is looked at: left rows are not kept.
  package var isRightStatic: Bool
  /// A key is `batch()` of both sides: nothing is kept over the end of a step (SEM-12).
  package var isPerStep: Bool
  /// When rows of either side are over; nil: they are kept as long as the query runs.
  package var time: JoinTime?
  /// One right row a left row, by order.
  package var asOf: AsOfSpec?
}

extension JoinSpec {
  /// Splits a condition over `leftWidth` left columns and the right ones behind them into keys and the rest.
  ///
  /// A key is computed for every row of its side, so one that can fail is taken only if no other condition guards it.
  static func split(_ condition: BoundExpression?, leftWidth: Int) -> (keys: [Key], residual: BoundExpression?) {
    guard let condition else { return ([], nil) }
    var keys: [Key] = []
    var rest: [BoundExpression] = []
    for conjunct in condition.conjuncts {
      if let key = conjunct.joinKey(leftWidth: leftWidth), rest.isEmpty || !(key.left.canFail || key.right.canFail) {
        keys.append(key)
      } else if conjunct.literalValue != .bool(true) {
        rest.append(conjunct)
      }
    }
    return (keys, BoundExpression.chain(rest[...], .and))
  }
}

extension BoundExpression {
  /// `a = b` or `a <=> b` where one operand is of the left side alone and the other of the right side alone.
  fileprivate func joinKey(leftWidth: Int) -> JoinSpec.Key? {
    guard case .call(let call) = node, call.arguments.count == 2,
      ["=", "<=>"].contains(call.function.name), call.arguments.allSatisfy(\.isDeterministic),
      call.arguments[0].type == call.arguments[1].type
    else { return nil }
    let (a, b) = (call.arguments[0], call.arguments[1])
    let isNullSafe = call.function.name == "<=>"
    func toRight(_ expression: BoundExpression) -> BoundExpression { expression.remapped { $0 - leftWidth } }
    if a.isOfSide(0..<leftWidth), b.isOfSide(leftWidth..<Int.max) {
      return JoinSpec.Key(left: a, right: toRight(b), isNullSafe: isNullSafe)
    }
    if b.isOfSide(0..<leftWidth), a.isOfSide(leftWidth..<Int.max) {
      return JoinSpec.Key(left: b, right: toRight(a), isNullSafe: isNullSafe)
    }
    return nil
  }

  /// Whether it uses columns of this side, and of no other.
  func isOfSide(_ side: Range<Int>) -> Bool {
    let used = columnsUsed
    return !used.isEmpty && used.allSatisfy(side.contains)
  }
}
