internal import Columnar
internal import Expressions

/// Filters and joins: a condition goes to the side it is about, where the kind of join allows that.
extension PushFilters {
  /// A filter over a join.
  func push(_ predicate: BoundExpression, below join: LogicalPlan.Join) -> LogicalPlan? {
    let width = join.left.schema.count
    var below = join
    if join.kind == .inner {
      // What holds for pairs is the condition, in the order in which it was asked.
      let (moving, staying) = predicate.split(\.isDeterministic)
      guard let moving else { return nil }
      below.condition = BoundExpression.chain(((join.condition?.conjuncts ?? []) + moving.conjuncts)[...], .and)
      return LogicalPlan.join(below).filtered(staying)
    }
    if let stronger = strengthened(join, by: predicate) {
      below.kind = stronger
      return .filter(.init(input: .join(below), predicate: predicate))
    }
    if join.kind == .full { return nil }
    let (moving, staying) = predicate.split { $0.isRepeatable && $0.isOfSide(0..<width) }
    guard let moving else { return nil }
    below.left = .filter(.init(input: join.left, predicate: moving))
    return LogicalPlan.join(below).filtered(staying)
  }

  /// The kind of join that gives the rows that are left of it: without those that NULLs were put beside.
  private func strengthened(_ join: LogicalPlan.Join, by predicate: BoundExpression) -> JoinKind? {
    let width = join.left.schema.count
    let refusesLoneLeft = predicate.isNeverTrue(ifNull: width..<Int.max)
    switch join.kind {
    case .left: return refusesLoneLeft ? .inner : nil
    case .full:
      guard predicate.isNeverTrue(ifNull: 0..<width) else { return nil }
      return refusesLoneLeft ? .inner : .left
    case .asOfLeft: return refusesLoneLeft ? .asOf : nil
    case .lookupLeft: return refusesLoneLeft ? .lookup : nil
    case .inner, .leftSemi, .leftAnti, .leftMark, .asOf, .lookup: return nil
    }
  }

  /// Parts of the join's own condition that are about one side.
  func distributed(_ join: LogicalPlan.Join) -> LogicalPlan {
    guard let condition = join.condition, join.kind != .full, !join.kind.isAsOf else { return .join(join) }
    let width = join.left.schema.count
    let mayFilterLeft = join.kind == .inner || join.kind == .leftSemi
    var copy = join
    let (right, other) = condition.split { $0.isRepeatable && $0.isOfSide(width..<Int.max) }
    let (left, rest) = other?.split { mayFilterLeft && $0.isRepeatable && $0.isOfSide(0..<width) } ?? (nil, nil)
    copy.condition = rest
    // Of what stays each side is told what it can know.
    let mayAskRight = join.kind == .inner || join.kind == .leftSemi || join.kind == .left || join.kind == .leftAnti
    let stays = rest?.conjuncts ?? []
    let impliedLeft = mayFilterLeft ? stays.compactMap { $0.implied { $0 < width } } : []
    let impliedRight = mayAskRight ? stays.compactMap { $0.implied { $0 >= width } } : []
    copy.left = join.left.filtered(BoundExpression.chain(((left.map { [$0] } ?? []) + impliedLeft)[...], .and))
    copy.right = join.right.filtered(
      BoundExpression.chain(((right.map { [$0] } ?? []) + impliedRight)[...], .and)?.remapped { $0 - width })
    return .join(copy)
  }
}

extension BoundExpression {
  /// Whether the condition is NULL or FALSE (or fails) for rows in which all columns of `ordinals` are NULL.
  func isNeverTrue(ifNull ordinals: Range<Int>) -> Bool {
    switch node {
    case .and(let a, let b): a.isNeverTrue(ifNull: ordinals) || b.isNeverTrue(ifNull: ordinals)
    case .or(let a, let b): a.isNeverTrue(ifNull: ordinals) && b.isNeverTrue(ifNull: ordinals)
    case .call(let call) where call.function.name == "isnotnull": call.arguments[0].isNull(ifNull: ordinals)
    case .literal(let value): value != .bool(true)
    default: isNull(ifNull: ordinals)
    }
  }

  /// Whether the value is NULL for such rows.
  private func isNull(ifNull ordinals: Range<Int>) -> Bool {
    switch node {
    case .column(let ordinal): ordinals.contains(ordinal)
    case .cast(let operand, _): operand.isNull(ifNull: ordinals)
    case .call(let call): call.function.nulls == .propagate && call.arguments.contains { $0.isNull(ifNull: ordinals) }
    case .literal(let value): value.isNull
    case .and, .or, .conditional, .coalesce, .stepValue, .lambdaVariable, .outer: false
    }
  }
}
