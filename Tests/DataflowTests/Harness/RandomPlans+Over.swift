import Columnar

extension RandomPlans {
  /// Window functions. Where the order of the input is not known, the keys leave no ties.
  mutating func over(_ input: ReferencePlan) -> ReferencePlan {
    guard let (partition, order) = window(input) else { return filter(input) }
    let columns = input.columns
    let exact = columns.indices.filter { columns[$0].isExact }
    let numeric = exact.filter { [.bigint, .double].contains(columns[$0].type) }
    let calls = (0..<generator.number(1...3)).map { _ in call(order, exact, numeric) }
    return .over(input, ReferenceOver(partition: partition, order: order, calls: calls))
  }

  mutating func rankLimit(_ input: ReferencePlan) -> ReferencePlan {
    guard let (partition, order) = window(input), !order.isEmpty else { return filter(input) }
    return .rankLimit(
      input,
      ReferenceRankLimit(
        partition: partition, order: order, function: generator.pick([.rowNumber, .rowNumber, .rank, .denseRank]),
        limit: generator.number(1...3), showsRank: generator.chance(40)))
  }

  mutating func distinctOn(_ input: ReferencePlan) -> ReferencePlan {
    guard let (partition, order) = window(input), !partition.isEmpty else { return filter(input) }
    return .distinctOn(
      input,
      ReferenceRankLimit(partition: partition, order: order, function: .rowNumber, limit: 1, showsRank: false))
  }

  /// Partition columns and sort keys; nil where the rows of a partition would have no order.
  private mutating func window(_ input: ReferencePlan) -> (partition: [Int], order: [ReferenceSortKey])? {
    let columns = input.columns
    var candidates = columns.indices.filter { columns[$0].isExact }
    let isOrdered = input.hasKnownOrder(isAppendOnly)
    if candidates.isEmpty || (!isOrdered && candidates.count < columns.count) { return nil }
    candidates.shuffle(using: &generator)
    let partition = Array(candidates.prefix(generator.number(0...min(2, candidates.count))))
    candidates.shuffle(using: &generator)
    let used = isOrdered ? candidates.prefix(generator.number(0...2)) : candidates[...]
    let order = used.map {
      ReferenceSortKey(column: $0, isDescending: generator.chance(50), nullsFirst: generator.chance(50))
    }
    return (partition, order)
  }

  private mutating func call(_ order: [ReferenceSortKey], _ exact: [Int], _ numeric: [Int]) -> ReferenceWindowCall {
    let functions = ReferenceWindowCall.Function.allCases.filter { function in
      if order.isEmpty && !function.takesFrame { return false }
      return function != .sum || !numeric.isEmpty
    }
    var call = ReferenceWindowCall(function: generator.pick(functions))
    call.column = generator.pick(call.function == .sum ? numeric : exact)
    call.number = generator.number(1...3)
    call.ignoresNulls = call.function.takesNulls && generator.chance(35)
    if call.function.takesFrame, generator.chance(75) { call.frame = frame(order, numeric) }
    return call
  }

  private mutating func frame(_ order: [ReferenceSortKey], _ numeric: [Int]) -> ReferenceFrame {
    let units: [ReferenceFrame.Unit] = order.isEmpty ? [.rows] : ReferenceFrame.Unit.allCases
    var frame = ReferenceFrame(unit: generator.pick(units))
    let hasDistances = frame.unit != .range || (order.count == 1 && numeric.contains(order[0].column))
    var borders = [generator.number(-3...2), generator.number(-2...3)].sorted()
    if !hasDistances { borders = [0, 0] }
    frame.start = generator.chance(40) ? nil : borders[0]
    frame.end = generator.chance(30) ? nil : borders[1]
    if generator.chance(30) { frame.exclusion = generator.pick(ReferenceFrame.Exclusion.allCases) }
    return frame
  }
}
