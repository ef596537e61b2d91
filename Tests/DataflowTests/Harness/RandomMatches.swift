import Columnar

extension RandomPlans {
  /// A pattern over exact columns. Where the order of the input is not known, ORDER BY leaves no ties.
  mutating func match(_ input: ReferencePlan) -> ReferencePlan {
    let columns = input.columns
    let isOrdered = input.hasKnownOrder(isAppendOnly)
    var exact = columns.indices.filter { columns[$0].isExact }
    if exact.isEmpty || (!isOrdered && exact.count < columns.count) { return filter(input) }
    exact.shuffle(using: &generator)
    // Without ORDER BY rows are taken for good as they come, and open matches wait: StreamingMatchTests look at that.
    let order = (isOrdered ? exact.prefix(generator.number(1...2)) : exact[...]).map {
      ReferenceSortKey(column: $0, isDescending: generator.chance(40), nullsFirst: generator.chance(50))
    }
    let body = pattern(depth: 2)
    // Z stands at the end alone, so that every match has a row to skip to behind its first.
    let skip: ReferenceMatch.Skip
    var whole = body
    switch generator.number(0...5) {
    case 0: (skip, whole) = (.toLast(3), .sequence([.variable(0), body, .variable(3)]))
    case 1: (skip, whole) = (.toFirst(3), .sequence([.variable(0), body, .repeated(.variable(3), least: 1, most: 2, isReluctant: false)]))
    case 2, 3: skip = .toNextRow
    default: skip = .pastLastRow
    }
    let used = whole.variables
    var conditions = (0...3).map { used.contains($0) && generator.chance(75) ? condition(of: $0, used, columns) : nil }
    if conditions.allSatisfy({ $0 == nil }), let some = used.min() { conditions[some] = condition(of: some, used, columns) }
    let isAllRows = generator.chance(40)
    let measures = (0..<generator.number((isAllRows ? 0 : 1)...3)).map { _ in
      (operand: measure(used, columns), isFinal: isAllRows && generator.chance(30))
    }
    return .match(
      input,
      ReferenceMatch(
        partition: generator.chance(60) ? [generator.pick(exact)] : [], order: order, pattern: whole, conditions: conditions,
        skip: skip, isAllRows: isAllRows, measures: measures))
  }

  private mutating func pattern(depth: Int) -> ReferenceMatch.Pattern {
    switch generator.number(0...(depth == 0 ? 0 : 5)) {
    case 0, 1: return .variable(generator.number(0...2))
    case 2: return .alternation((0..<2).map { _ in pattern(depth: depth - 1) })
    case 3, 4: return .sequence((0..<generator.number(2...3)).map { _ in pattern(depth: depth - 1) })
    default:
      let least = generator.number(0...2)
      let most: Int? = generator.chance(50) ? nil : max(least, 1) + generator.number(0...2)
      return .repeated(pattern(depth: depth - 1), least: least, most: most, isReluctant: generator.chance(40))
    }
  }

  private mutating func condition(
    of variable: Int, _ used: Set<Int>, _ columns: [ReferenceColumn]
  ) -> ReferenceMatch.Condition {
    let scalars = columns.indices.filter { columns[$0].isExact && [.bigint, .string, .double].contains(columns[$0].type) }
    let comparison = generator.pick(ReferenceExpression.Comparison.allCases)
    if scalars.isEmpty || generator.chance(15) {
      return .init(comparison: .atMost, left: .count(variable: some(used)), right: .literal(.int64(Int64(generator.number(1...3)))))
    }
    let column = generator.pick(scalars)
    let own = ReferenceMatch.Operand.row(variable: variable, column: column, isFromFirst: false, offset: 0, step: 0)
    switch generator.number(0...3) {
    case 0: return .init(comparison: comparison, left: own, right: .literal(generator.value(of: columns[column].type, nullPercent: 0)))
    case 1:
      return .init(
        comparison: comparison, left: own,
        right: .row(variable: variable, column: column, isFromFirst: false, offset: 0, step: generator.pick([-2, -1, 1])))
    default: return .init(comparison: comparison, left: own, right: row(some(used), column))
    }
  }

  private mutating func measure(_ used: Set<Int>, _ columns: [ReferenceColumn]) -> ReferenceMatch.Operand {
    switch generator.number(0...6) {
    case 0: return .count(variable: some(used))
    case 1: return .classifier
    case 2: return .matchNumber
    default: return row(some(used), generator.number(0...columns.count - 1))
    }
  }

  private mutating func row(_ variable: Int?, _ column: Int) -> ReferenceMatch.Operand {
    .row(
      variable: variable, column: column, isFromFirst: generator.chance(40), offset: generator.pick([0, 0, 1]),
      step: generator.pick([0, 0, 0, -1, 1]))
  }

  private mutating func some(_ used: Set<Int>) -> Int? { generator.chance(20) ? nil : generator.pick(used.sorted()) }
}
