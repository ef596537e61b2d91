import Columnar

/// Composes random plans over the reference's tables.
struct RandomPlans {
  var generator: SeededGenerator
  /// Whether each table only ever grows.
  let isAppendOnly: [Bool]
  /// The cases of `plan` that run.
  private static let kinds = 0...21

  /// A plan of up to `operators` operators above its tables.
  mutating func plan(operators: Int) -> ReferencePlan {
    if operators <= 0 { return .table(generator.number(0...ReferencePlan.tables.count - 1)) }
    switch generator.number(Self.kinds) {
    case 0, 1: return filter(plan(operators: operators - 1))
    case 2, 3: return project(plan(operators: operators - 1))
    case 4: return explode(plan(operators: operators - 1))
    case 5, 6, 7: return aggregate(plan(operators: operators - 1))
    case 8:
      return generator.chance(60) ? distinct(plan(operators: operators - 1)) : groupingSets(plan(operators: operators - 1))
    case 9: return topN(plan(operators: operators - 1))
    case 10: return union(plan(operators: operators / 2), plan(operators: (operators - 1) / 2))
    case 11: return match(plan(operators: operators - 1))
    case 12: return recursion(plan(operators: operators / 2), plan(operators: (operators - 1) / 2))
    case 13, 14: return join(plan(operators: operators / 2), plan(operators: (operators - 1) / 2))
    case 16, 17: return over(plan(operators: operators - 1))
    case 18: return rankLimit(plan(operators: operators - 1))
    case 19, 20: return distinctOn(plan(operators: operators - 1))
    case 21: return sessions(plan(operators: operators - 1))
    default: return setOperation(plan(operators: operators / 2), plan(operators: (operators - 1) / 2))
    }
  }

  // MARK: Operators; each gives its input back where it cannot stand above it

  mutating func filter(_ input: ReferencePlan) -> ReferencePlan { .filter(input, condition(input.columns, depth: 2)) }

  mutating func project(_ input: ReferencePlan) -> ReferencePlan {
    let columns = input.columns
    return .project(
      input,
      (0..<generator.number(1...4)).map { _ in
        generator.chance(50)
          ? .column(generator.number(0...columns.count - 1))
          : expression(generator.pick([.bigint, .string, .double, .boolean]), columns, depth: 2)
      })
  }

  mutating func sessions(_ input: ReferencePlan) -> ReferencePlan {
    let columns = input.columns
    let times = columns.indices.filter { columns[$0].isExact && columns[$0].type == .bigint }
    if times.isEmpty { return filter(input) }
    let keys = columns.indices.filter { columns[$0].isExact }
    return .sessions(
      input,
      ReferenceSessions(
        key: generator.chance(70) ? generator.pick(keys) : nil, time: generator.pick(times),
        gapSeconds: Int64(generator.number(1...4)), countsDistinct: generator.chance(30)))
  }

  mutating func explode(_ input: ReferencePlan) -> ReferencePlan {
    let lists = input.columns.indices.filter { input.columns[$0].type.isList }
    if lists.isEmpty { return project(input) }
    return .explode(input, column: generator.pick(lists), isOuter: generator.chance(40))
  }

  mutating func aggregate(_ input: ReferencePlan) -> ReferencePlan {
    let columns = input.columns
    let keys = (0..<generator.number(0...2)).map { _ in key(columns) }
    let calls = (0..<generator.number((keys.isEmpty ? 1 : 0)...3)).map { _ in call(input) }
    return .aggregate(input, keys: keys, calls: calls)
  }

  /// Two to four sets of two keys; one may be there twice.
  mutating func groupingSets(_ input: ReferencePlan) -> ReferencePlan {
    let columns = input.columns
    let first = key(columns)
    var keys = [first]
    let second = key(columns)
    if second.sql() != first.sql() { keys.append(second) }
    let subsets = keys.count == 2 ? [[0, 1], [0], [1], []] : [[0], []]
    let sets = (0..<generator.number(2...4)).map { _ in generator.pick(subsets) }
    let all = Set(sets.joined())
    // Keys that no set has are not known to GROUP BY.
    guard all.count == keys.count else { return aggregate(input) }
    let calls = (0..<generator.number(0...2)).map { _ in call(input) }
    return .groupingSets(input, keys: keys, sets: sets, calls: calls)
  }

  mutating func distinct(_ input: ReferencePlan) -> ReferencePlan {
    input.columns.allSatisfy(\.isExact) ? .distinct(input) : filter(input)
  }

  mutating func union(_ a: ReferencePlan, _ b: ReferencePlan) -> ReferencePlan {
    let (left, right) = aligned(a, b)
    return .union(left, right)
  }

  mutating func recursion(_ base: ReferencePlan, _ pairs: ReferencePlan) -> ReferencePlan {
    func numbers(_ plan: ReferencePlan, _ count: Int, _ generator: inout Self) -> ReferencePlan {
      let columns = plan.columns
      return .project(plan, (0..<count).map { _ in generator.expression(.bigint, columns, depth: 0) })
    }
    return .recursion(
      numbers(base, 1, &self), pairs: numbers(pairs, 2, &self), isLeft: generator.chance(20),
      depth: generator.chance(50) ? generator.number(0...3) : nil)
  }

  mutating func setOperation(_ a: ReferencePlan, _ b: ReferencePlan) -> ReferencePlan {
    let (left, right) = aligned(a, b)
    if (left.columns + right.columns).contains(where: { !$0.isExact }) { return .union(left, right) }
    return .setOperation(left, right, kind: generator.pick(ReferenceSetKind.allCases), isAll: generator.chance(50))
  }

  /// Where the order of the input is not known, the keys leave no ties.
  mutating func topN(_ input: ReferencePlan) -> ReferencePlan {
    let columns = input.columns
    let isOrdered = input.hasKnownOrder(isAppendOnly)
    var candidates = columns.indices.filter { columns[$0].isExact }
    if !isOrdered && candidates.count < columns.count { return filter(input) }
    candidates.shuffle(using: &generator)
    let used = isOrdered ? candidates.prefix(generator.number(0...2)) : candidates[...]
    let keys = used.map {
      ReferenceSortKey(column: $0, isDescending: generator.chance(50), nullsFirst: generator.chance(50))
    }
    return .topN(
      input, keys: keys, count: generator.number(0...6), offset: generator.chance(30) ? generator.number(1...3) : 0)
  }

  mutating func join(_ a: ReferencePlan, _ b: ReferencePlan) -> ReferencePlan {
    let left = a.columns
    let columns = left + b.columns
    var pairs: [(Int, Int)] = []
    for x in left.indices where left[x].isExact {
      for y in left.count..<columns.count where columns[y].isExact && columns[y].type == left[x].type {
        pairs.append((x, y))
      }
    }
    if pairs.isEmpty { return union(a, b) }
    let pair = generator.pick(pairs)
    var on = ReferenceExpression.compare(generator.chance(80) ? .equal : .same, .column(pair.0), .column(pair.1))
    if generator.chance(30) { on = .and(on, condition(columns, depth: 1)) }
    return .join(a, b, kind: generator.pick(ReferenceJoinKind.allCases), on: on)
  }

  /// Both inputs under columns of the same types.
  private mutating func aligned(_ a: ReferencePlan, _ b: ReferencePlan) -> (ReferencePlan, ReferencePlan) {
    let types = (0..<generator.number(1...3)).map { _ in generator.pick([DataType.bigint, .string, .double]) }
    func fitted(_ plan: ReferencePlan, _ generator: inout Self) -> ReferencePlan {
      let columns = plan.columns
      return .project(plan, types.map { generator.expression($0, columns, depth: 1) })
    }
    return (fitted(a, &self), fitted(b, &self))
  }

  // MARK: Expressions

  private mutating func key(_ columns: [ReferenceColumn]) -> ReferenceExpression {
    let exact = columns.indices.filter { columns[$0].isExact }
    if generator.chance(70), !exact.isEmpty { return .column(generator.pick(exact)) }
    // Alone an integer literal would be an ordinal.
    return .coalesce(expression(.bigint, columns, depth: 1), .literal(.int64(0)))
  }

  private mutating func call(_ input: ReferencePlan) -> ReferenceCall {
    let columns = input.columns
    var call = ReferenceCall(function: .count)
    if !generator.chance(20) {
      let isOrdered = input.hasKnownOrder(isAppendOnly)
      call.function = generator.pick(ReferenceCall.Function.allCases.filter { isOrdered || !$0.isOrderSensitive })
      let isNumeric = call.function == .sum || call.function == .avg
      let type = generator.pick(
        call.function == .ownSum ? [DataType.bigint] : isNumeric ? [.bigint, .double] : [.bigint, .double, .string])
      call.argument = expression(type, columns, depth: 1)
      call.isDistinct = !call.function.isOrderSensitive && generator.chance(25)
    }
    if generator.chance(25) { call.filter = condition(columns, depth: 1) }
    return call
  }

  private mutating func condition(_ columns: [ReferenceColumn], depth: Int) -> ReferenceExpression {
    expression(.boolean, columns, depth: depth)
  }

  /// A random expression of this type over exact columns.
  private mutating func expression(
    _ type: DataType, _ columns: [ReferenceColumn], depth: Int
  ) -> ReferenceExpression {
    let fitting = columns.indices.filter { columns[$0].isExact && columns[$0].type == type }
    if depth == 0 || generator.chance(40) {
      if !fitting.isEmpty && generator.chance(85) { return .column(generator.pick(fitting)) }
      return type == .boolean && depth > 0
        ? comparison(columns, depth: depth) : .literal(generator.value(of: type, nullPercent: 0))
    }
    let roll = generator.number(0...5)
    if roll == 0 {
      return .choose(
        condition: condition(columns, depth: depth - 1), then: expression(type, columns, depth: depth - 1),
        otherwise: expression(type, columns, depth: depth - 1))
    }
    if roll == 1 {
      return .coalesce(expression(type, columns, depth: depth - 1), expression(type, columns, depth: depth - 1))
    }
    switch type {
    case .boolean: return logic(columns, depth: depth)
    case .bigint, .double:
      let operation = generator.pick(ReferenceExpression.Arithmetic.allCases)
      // Products of products would overflow in the end.
      let other: ReferenceExpression =
        operation == .multiply
        ? .literal(generator.value(of: type, nullPercent: 0)) : expression(type, columns, depth: depth - 1)
      return .arithmetic(operation, expression(type, columns, depth: depth - 1), other)
    default: return expression(type, columns, depth: 0)
    }
  }

  private mutating func logic(_ columns: [ReferenceColumn], depth: Int) -> ReferenceExpression {
    switch generator.number(0...4) {
    case 0: .and(condition(columns, depth: depth - 1), condition(columns, depth: depth - 1))
    case 1: .or(condition(columns, depth: depth - 1), condition(columns, depth: depth - 1))
    case 2: .not(condition(columns, depth: depth - 1))
    default: comparison(columns, depth: depth)
    }
  }

  private mutating func comparison(_ columns: [ReferenceColumn], depth: Int) -> ReferenceExpression {
    let type = generator.pick([DataType.bigint, .string, .double])
    let a = expression(type, columns, depth: depth - 1)
    if generator.chance(15) { return .isNull(a) }
    return .compare(
      generator.pick(ReferenceExpression.Comparison.allCases), a, expression(type, columns, depth: depth - 1))
  }
}

extension DataType {
  fileprivate var isList: Bool {
    if case .array = self { return true }
    return false
  }
}
