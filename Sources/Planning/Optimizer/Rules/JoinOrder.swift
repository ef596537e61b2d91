internal import Columnar
internal import Diagnostics
internal import Expressions

/// The relations of inner joins in an order in which each meets those before it by equality, where the order of the query
/// makes every pair of two of them first: `FROM part, supplier, partsupp WHERE …`.
///
/// Relations keep the order of the query as far as that goes, and the first stays first, so that rows come out in its order
/// (SEM-11). Nothing is known of sizes here. A query that joins by equality throughout is left as it is.
struct JoinOrder: OptimizerRule {
  let name = "join-order"

  func rewrite(_ plan: LogicalPlan, settings: SessionSettings) -> LogicalPlan {
    guard case .join(let join) = plan, join.kind == .inner else {
      return plan.mapInputs { rewrite($0, settings: settings) }
    }
    var cluster = JoinCluster(span: join.span)
    cluster.take(plan, at: 0)
    cluster.relations = cluster.relations.map {
      JoinCluster.Relation(plan: rewrite($0.plan, settings: settings), columns: $0.columns)
    }
    guard cluster.pairings > 0 else { return cluster.restored(plan) }
    return cluster.reordered() ?? cluster.restored(plan)
  }
}

/// Relations that inner joins alone hold together. Conditions are over all their columns, side by side in the query's order.
private struct JoinCluster {
  struct Relation {
    var plan: LogicalPlan
    var columns: Range<Int>
  }

  let span: SourceSpan
  var relations: [Relation] = []
  private var conditions: [BoundExpression] = []
  /// Joins in the query's order that try every pair.
  private(set) var pairings = 0

  init(span: SourceSpan) { self.span = span }

  // MARK: Taking apart

  mutating func take(_ plan: LogicalPlan, at first: Int) {
    guard case .join(let join) = plan, join.kind == .inner else {
      relations.append(Relation(plan: plan, columns: first..<(first + plan.schema.count)))
      return
    }
    let middle = first + join.left.schema.count
    take(join.left, at: first)
    take(join.right, at: middle)
    let own = (join.condition?.conjuncts ?? []).map { $0.remapped { $0 + first } }
    conditions += own
    let sides = (first..<middle, middle..<(middle + join.right.schema.count))
    if !own.contains(where: { $0.joins(sides.0.contains, sides.1.contains) }) { pairings += 1 }
  }

  /// The joins as they were, over the relations as they are.
  func restored(_ plan: LogicalPlan) -> LogicalPlan {
    var next = 0
    func restore(_ plan: LogicalPlan) -> LogicalPlan {
      guard case .join(var join) = plan, join.kind == .inner else {
        next += 1
        return relations[next - 1].plan
      }
      join.left = restore(join.left)
      join.right = restore(join.right)
      return .join(join)
    }
    return restore(plan)
  }

  // MARK: Putting together

  /// A plan, and which column of the query each of its columns is.
  private struct Part {
    var plan: LogicalPlan
    var columns: [Int]
  }

  /// Nil if no order has fewer joins that try every pair.
  func reordered() -> LogicalPlan? {
    var open = Array(relations.indices)
    // What can fail is asked last, of rows that satisfy all else.
    var waiting = conditions.filter(\.isRepeatable)
    let last = conditions.filter { !$0.isRepeatable }
    var whole: Part?
    var pairings = 0
    while !open.isEmpty {
      let start = relations[open.removeFirst()]
      var part = Part(plan: start.plan, columns: Array(start.columns))
      while let place = open.firstIndex(where: { isMet(relations[$0], by: part, waiting) }) {
        let relation = relations[open.remove(at: place)]
        part = joined(part, Part(plan: relation.plan, columns: Array(relation.columns)), &waiting)
      }
      if let before = whole {
        if !waiting.contains(where: { $0.joins(Set(before.columns).contains, Set(part.columns).contains) }) { pairings += 1 }
        part = joined(before, part, &waiting)
      }
      whole = part
    }
    guard var whole, pairings < self.pairings else { return nil }
    let rest = waiting + last
    if !rest.isEmpty, case .join(var join) = whole.plan {
      let places = positions(whole.columns)
      join.condition = BoundExpression.chain(
        ((join.condition?.conjuncts ?? []) + rest.map { $0.remapped { places[$0] ?? 0 } })[...], .and)
      whole.plan = .join(join)
    }
    let places = positions(whole.columns)
    let schema = whole.plan.schema
    let order = (0..<schema.count).map { places[$0] ?? 0 }
    return .project(
      .init(input: whole.plan, columns: order.map { NamedExpression(.column($0, schema[$0]), as: schema[$0].name) }))
  }

  private func isMet(_ relation: Relation, by part: Part, _ waiting: [BoundExpression]) -> Bool {
    let known = Set(part.columns)
    return waiting.contains { $0.joins(known.contains, relation.columns.contains) }
  }

  /// The join of two parts, with all conditions that it can decide.
  private func joined(_ left: Part, _ right: Part, _ waiting: inout [BoundExpression]) -> Part {
    let columns = left.columns + right.columns
    let places = positions(columns)
    var mine: [BoundExpression] = []
    waiting.removeAll { condition in
      guard condition.columnsUsed.allSatisfy({ places[$0] != nil }) else { return false }
      mine.append(condition.remapped { places[$0] ?? 0 })
      return true
    }
    let join = LogicalPlan.Join(
      left: left.plan, right: right.plan, kind: .inner, condition: BoundExpression.chain(mine[...], .and), span: span)
    return Part(plan: .join(join), columns: columns)
  }

  private func positions(_ columns: [Int]) -> [Int: Int] {
    Dictionary(zip(columns, columns.indices), uniquingKeysWith: { first, _ in first })
  }
}

extension BoundExpression {
  /// Whether it is an equality of something of one side and something of the other, by which rows can be looked up.
  fileprivate func joins(_ isLeft: (Int) -> Bool, _ isRight: (Int) -> Bool) -> Bool {
    guard isRepeatable, case .call(let call) = node, call.arguments.count == 2,
      ["=", "<=>"].contains(call.function.name), call.arguments[0].type == call.arguments[1].type
    else { return false }
    let (a, b) = (call.arguments[0].columnsUsed, call.arguments[1].columnsUsed)
    if a.isEmpty || b.isEmpty { return false }
    return a.allSatisfy(isLeft) && b.allSatisfy(isRight) || b.allSatisfy(isLeft) && a.allSatisfy(isRight)
  }
}
