import Columnar
import Expressions
import Testing

/// What must hold for every aggregate.
enum AggregateChecks {
  static let groups: Int32 = 4
  static let seeds: [UInt64] = [1, 2, 3]

  /// The answer after each batch is the answer over the rows that are there.
  static func incremental(_ test: AggregateCase, isRetractable: Bool) throws {
    let bound = try test.bind()
    for seed in seeds {
      var changes = ChangeGenerator(test, seed: seed, isRetractable: isRetractable)
      let accumulator = bound.make(isRetractable)
      accumulator.grow(to: Int(groups))
      try test.expect(accumulator, changes.live, groups: groups, "empty")
      for size in [1, 3, 0, 40, 90, 64] {
        let rows = changes.batch(size)
        try accumulator.update(test.input(rows, isWeighted: isRetractable))
        try test.expect(accumulator, changes.live, groups: groups, "seed \(seed), after \(size) rows")
      }
      if isRetractable { try takeAllBack(test, accumulator, &changes) }
      #expect(accumulator.memoryBytes >= 0)
    }
  }

  /// Takes every row back: nothing may be left, and the groups still work.
  private static func takeAllBack(
    _ test: AggregateCase, _ accumulator: any Accumulator, _ changes: inout ChangeGenerator
  ) throws {
    var gone = changes.live.rows
    gone.shuffle(using: &changes.random)
    for i in gone.indices { gone[i].weight = -1 }
    for row in gone { changes.live.apply(row) }
    try accumulator.update(test.input(gone, isWeighted: true))
    try test.expect(accumulator, changes.live, groups: groups, "all taken back")
    let rows = changes.batch(20)
    try accumulator.update(test.input(rows, isWeighted: true))
    try test.expect(accumulator, changes.live, groups: groups, "filled again")
  }

  /// Parts computed apart and merged, in two rounds, are the whole.
  static func mergedParts(_ test: AggregateCase, isRetractable: Bool) throws {
    let bound = try test.bind()
    let all = Array(0..<groups)
    // Order-sensitive aggregates take their rows in input order: the parts are stretches of the input then, and a
    // retraction must find its row in the same part.
    if bound.isOrderSensitive && isRetractable { return }
    for seed in seeds {
      var changes = ChangeGenerator(test, seed: seed, isRetractable: isRetractable)
      let whole = bound.make(isRetractable)
      whole.grow(to: Int(groups))
      for _ in 0..<2 {
        let rows = changes.batch(120)
        var parts = [[WeightedRow]](repeating: [], count: 3)
        for (i, row) in rows.enumerated() {
          let part = bound.isOrderSensitive ? i / 40 : Int.random(in: 0..<3, using: &changes.random)
          parts[part].append(row)
        }
        for part in parts {
          let partial = bound.make(isRetractable)
          partial.grow(to: Int(groups))
          try partial.update(test.input(part, isWeighted: isRetractable))
          let state = try partial.state(of: all)
          expectTypes(state, bound)
          try whole.merge(state, into: all)
        }
        try test.expect(whole, changes.live, groups: groups, "seed \(seed), merged")
      }
    }
  }

  /// An accumulator restored from the state of another goes on as that one would have, and has the same state.
  static func restoredState(_ test: AggregateCase, isRetractable: Bool) throws {
    let bound = try test.bind()
    let all = Array(0..<groups)
    var changes = ChangeGenerator(test, seed: 9, isRetractable: isRetractable)
    var accumulator = bound.make(isRetractable)
    accumulator.grow(to: Int(groups))
    for _ in 0..<6 {
      try accumulator.update(test.input(changes.batch(30), isWeighted: isRetractable))
      let state = try accumulator.state(of: all)
      expectTypes(state, bound)
      // Restored in another order of groups, some rows of the state columns unused.
      let shuffled = all.shuffled(using: &changes.random)
      let restored = bound.make(isRetractable)
      restored.grow(to: Int(groups))
      try restored.merge(state.map { $0.gather(shuffled) }, into: shuffled)
      let again = try restored.state(of: all)
      for (a, b) in zip(state, again) {
        for group in 0..<Int(groups) { #expect(isSame(a.value(at: group), b.value(at: group))) }
      }
      accumulator = restored
      try test.expect(accumulator, changes.live, groups: groups, "restored")
    }
  }

  /// A group that was reset is empty, and nothing else has changed.
  static func reusedGroups(_ test: AggregateCase, isRetractable: Bool) throws {
    let bound = try test.bind()
    var changes = ChangeGenerator(test, seed: 5, isRetractable: isRetractable)
    let accumulator = bound.make(isRetractable)
    for round in 0..<5 {
      accumulator.grow(to: Int(groups))
      try accumulator.update(test.input(changes.batch(50), isWeighted: isRetractable))
      try test.expect(accumulator, changes.live, groups: groups, "round \(round)")
      let gone = Int32(round) % groups
      accumulator.reset([gone])
      for var row in changes.live.rows where row.group == gone {
        row.weight = -1
        changes.live.apply(row)
      }
      try test.expect(accumulator, changes.live, groups: groups, "reset \(gone) in round \(round)")
    }
  }

  private static func expectTypes(_ state: [Column], _ bound: BoundAggregate) {
    #expect(state.count == bound.stateTypes.count)
    for (column, type) in zip(state, bound.stateTypes) {
      #expect(column.physical == type.physical, "state of \(bound.name)")
    }
  }
}
