internal import Columnar
internal import Diagnostics

/// The states of an aggregate of the user.
///
/// A batch is worked off in rounds: the first row of every group, then the second of every group …, each round one
/// evaluation over columns. Rows of one group keep their order. Where rows may be taken back and there is no INVERSE, the
/// rows themselves are kept and a result is computed from all of them: O(rows of the group) a change.
final class OwnAccumulator: GroupDropping {
  private enum Phase: Int8 {
    /// No row has come: the state is the initial one.
    case fresh = 0
    case live = 1
    /// The state has become NULL; the next row begins anew.
    case dropped = 2
  }

  private let own: OwnAggregate
  private var states: GroupValues
  private var phases: [Int8] = []
  private let initial: Column
  private let kept: OrderedRows?
  private var rounds = Rounds()

  init(_ own: OwnAggregate, keepsRows: Bool) {
    self.own = own
    states = GroupValues(own.state)
    initial = Column([own.initial], type: own.state)
    kept =
      keepsRows ? OrderedRows(RowCodec(own.arguments.map { RowCodec.Part($0, isNormalized: false) }), isPlaced: false) : nil
  }

  func grow(to count: Int) {
    states.grow(to: count)
    phases.grow(to: count, filler: Phase.fresh.rawValue)
    kept?.grow(to: count)
    rounds.grow(to: count)
  }

  // MARK: Rows

  func update(_ input: AggregateInput) throws(SQLError) {
    if let kept {
      kept.update(input.arguments, input, skipsNulls: own.merge != nil && !own.takesStates)
      return
    }
    let columns = input.arguments.map { $0.flattened(rows: input.rows) }
    var entries: [Rounds.Entry] = []
    entries.reserveCapacity(input.rows)
    let validity = own.merge == nil ? nil : given(columns)
    for row in 0..<input.rows {
      if let validity, !validity[row] { continue }
      let weight = input.weights?[row] ?? 1
      for _ in 0..<weight.magnitude {
        entries.append(
          Rounds.Entry(row: Int32(truncatingIfNeeded: row), group: input.groups[row], isRemoval: weight < 0))
      }
    }
    try apply(entries, columns, Evaluator(input.context))
  }

  /// Rows whose arguments are all there, or that bring a state.
  private func given(_ columns: [Column]) -> Validity? {
    let arguments = columns.prefix(own.parameters.count)
    guard let validity = arguments.reduce(nil as Validity?, { Validity.intersection($0, $1.validity) }) else { return nil }
    guard own.takesStates, let flags = columns.last else { return validity }
    return Validity(count: flags.count) { validity[$0] || flags.isTrue($0) }
  }

  private func apply(_ entries: [Rounds.Entry], _ columns: [Column], _ evaluator: Evaluator) throws(SQLError) {
    for round in rounds.split(entries) {
      for isRemoval in [true, false] {
        let part = round.filter { $0.isRemoval == isRemoval }
        if part.isEmpty { continue }
        guard let step = isRemoval ? own.inverse : own.update else { throw .missingInverse(own.name) }
        try change(part.map(\.group), part.map(\.row), columns, by: step, evaluator)
      }
    }
  }

  /// One round: every group once.
  private func change(
    _ groups: [Int32], _ rows: [Int32], _ columns: [Column], by step: BoundExpression, _ evaluator: Evaluator
  ) throws(SQLError) {
    var arguments = columns.map { $0.gather(rows) }
    var brought: [Int32] = []
    if own.takesStates, case .bool = arguments.last {
      brought = arguments.removeLast().trueRows
      let states = arguments.removeLast()
      if !brought.isEmpty {
        try put(states.gather(brought), to: brought.map { groups[Int($0)] })
        let isBrought = Set(brought)
        let others = (0..<Int32(groups.count)).filter { !isBrought.contains($0) }
        if others.isEmpty { return }
        return try evaluate(
          others.map { groups[Int($0)] }, arguments.map { $0.gather(others) }, by: step, evaluator)
      }
    }
    try evaluate(groups, arguments, by: step, evaluator)
  }

  private func evaluate(
    _ groups: [Int32], _ arguments: [Column], by step: BoundExpression, _ evaluator: Evaluator
  ) throws(SQLError) {
    let batch = Batch([current(groups)] + arguments, count: groups.count)
    let values = try evaluator.column(step, over: batch)
    if own.merge != nil, let validity = values.validity, !validity.isAllValid { throw .nullState(own.name) }
    try put(values, to: groups)
  }

  private func put(_ values: Column, to groups: [Int32]) throws(SQLError) {
    try states.assign(values, (0..<Int32(groups.count)).map { $0 }, to: groups)
    let validity = values.validity
    for (i, group) in groups.enumerated() {
      phases[Int(group)] = (validity.map { $0[i] } ?? true ? Phase.live : Phase.dropped).rawValue
    }
  }

  /// The states of groups; the initial one where no row has come.
  private func current(_ groups: [Int32]) -> Column {
    let live = Phase.live.rawValue
    if groups.allSatisfy({ phases[Int($0)] == live }) { return states.column(of: groups) }
    let padded = Column.concatenate([states.column(of: groups), initial], type: own.state)
    let none = Int32(truncatingIfNeeded: groups.count)
    return padded.gather(
      groups.enumerated().map { phases[Int($1)] == live ? Int32(truncatingIfNeeded: $0) : none })
  }

  // MARK: States

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    guard state.count == 3 else { throw .malformedState(own.name) }
    if let kept { return try kept.merge([state[2]], into: groups) }
    let marks: [Int8] = try state.stateValues(0, of: own.name)
    var entries: [Rounds.Entry] = []
    for (row, group) in groups.enumerated() {
      switch Phase(rawValue: marks[row]) {
      case .live: entries.append(Rounds.Entry(row: Int32(truncatingIfNeeded: row), group: group, isRemoval: false))
      case .dropped where phases[Int(group)] == Phase.fresh.rawValue: phases[Int(group)] = marks[row]
      case .dropped, .fresh, nil: break
      }
    }
    let evaluator = Evaluator(EvaluationContext(settings: own.settings))
    for round in rounds.split(entries) {
      let first = round.filter { phases[Int($0.group)] != Phase.live.rawValue }
      try put(state[1].gather(first.map(\.row)), to: first.map(\.group))
      let isFirst = Set(first.map(\.group))
      let others = round.filter { !isFirst.contains($0.group) }
      if others.isEmpty { continue }
      guard let merge = own.merge else { throw .missingMerge(own.name) }
      try evaluate(others.map(\.group), [state[1].gather(others.map(\.row))], by: merge, evaluator)
    }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    [
      .int8(PrimitiveColumn(groups.map { phases[Int($0)] })), states.column(of: groups),
      kept?.state(of: groups) ?? ColumnBuilder.nulls(OrderedRows.stateType(own.arguments), count: groups.count),
    ]
  }

  // MARK: Results

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    if let folded = try folded(groups) { return try folded.result(of: (0..<Int32(groups.count)).map { $0 }) }
    let values = shown(groups)
    guard let finish = own.finish else { return values }
    return try Evaluator(EvaluationContext(settings: own.settings)).column(finish, over: Batch([values], count: groups.count))
  }

  /// What a group shows: NULL once it has dropped its state, although a further row would begin with the initial one.
  private func shown(_ groups: [Int32]) -> Column {
    let values = current(groups)
    let dropped = Phase.dropped.rawValue
    if !groups.contains(where: { phases[Int($0)] == dropped }) { return values }
    let isThere = Validity(count: groups.count) { phases[Int(groups[$0])] != dropped }
    return values.with(validity: Validity.intersection(values.validity, isThere))
  }

  /// The groups' states computed anew from the rows kept, as groups 0, 1, …; nil where states are kept themselves.
  private func folded(_ groups: [Int32]) throws(SQLError) -> OwnAccumulator? {
    guard let kept else { return nil }
    let (offsets, columns) = try kept.expanded(groups)
    let fold = OwnAccumulator(own, keepsRows: false)
    fold.grow(to: groups.count)
    var entries: [Rounds.Entry] = []
    for group in groups.indices {
      for row in offsets[group]..<offsets[group + 1] {
        entries.append(Rounds.Entry(row: row, group: Int32(truncatingIfNeeded: group), isRemoval: false))
      }
    }
    try fold.apply(entries, columns, Evaluator(EvaluationContext(settings: own.settings)))
    return fold
  }

  func dropped(among groups: [Int32]) throws(SQLError) -> [Int32] {
    if let folded = try folded(groups) {
      return groups.indices.filter { folded.phases[$0] == Phase.dropped.rawValue }.map { groups[$0] }
    }
    return groups.filter { phases[Int($0)] == Phase.dropped.rawValue }
  }

  func reset(_ groups: [Int32]) {
    states.reset(groups)
    for group in groups { phases[Int(group)] = Phase.fresh.rawValue }
    kept?.reset(groups)
  }

  var memoryBytes: Int { states.memoryBytes + phases.storageBytes + (kept?.memoryBytes ?? 0) + rounds.memoryBytes }
}

/// Splits rows into rounds, so that no group has two rows in one and the rows of a group stay in order.
struct Rounds {
  struct Entry {
    var row: Int32
    var group: Int32
    var isRemoval: Bool
  }

  /// Rows of each group seen so far; all zero between calls.
  private var turns: [Int32] = []

  mutating func grow(to count: Int) { turns.grow(to: count, filler: 0) }

  mutating func split(_ entries: [Entry]) -> [[Entry]] {
    var rounds: [[Entry]] = []
    for entry in entries {
      let turn = Int(turns[Int(entry.group)])
      turns[Int(entry.group)] &+= 1
      if turn == rounds.count { rounds.append([]) }
      rounds[turn].append(entry)
    }
    for entry in entries { turns[Int(entry.group)] = 0 }
    return rounds
  }

  var memoryBytes: Int { turns.storageBytes }
}

extension OwnAggregate {
  /// Types of the arguments of a call.
  var arguments: [DataType] { takesStates ? parameters + [state, .boolean] : parameters }
}

extension SQLError {
  static func missingInverse(_ name: String) -> SQLError {
    SQLError(
      .data, "UNSUPPORTED_FEATURE", "\(name) has no INVERSE and cannot take rows back",
      hint: "CREATE AGGREGATE … INVERSE (s, x) -> …")
  }

  static func missingMerge(_ name: String) -> SQLError {
    SQLError(
      .data, "UNSUPPORTED_FEATURE", "\(name) has no MERGE and its states cannot be put together",
      hint: "CREATE AGGREGATE … MERGE (a, b) -> …")
  }

  static func nullState(_ name: String) -> SQLError {
    SQLError(
      .data, "NULL_AGGREGATE_STATE", "UPDATE of \(name) gave NULL, which would drop the group",
      hint: "an aggregate with MERGE drops no groups: write coalesce(…), or leave MERGE out")
  }
}
