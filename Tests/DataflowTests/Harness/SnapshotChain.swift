import Dataflow

/// What a checkpoint directory would hold: a full snapshot of each state table, then changes.
struct SnapshotChain {
  private var saved: [String: [StateSnapshot]] = [:]
  private var saves = 0

  /// Changes kept behind a full snapshot before the next full one.
  private static let changesMax = 4

  mutating func save(_ graph: Graph) throws {
    let isFull = saves % (Self.changesMax + 1) == 0
    saves += 1
    for (id, table) in graph.stateTables {
      let snapshot = try table.snapshot(isFull ? .full : .changes)
      // A table may always give all it has.
      if snapshot.extent == .full { saved[id] = [snapshot] } else { saved[id, default: []].append(snapshot) }
    }
  }

  func restore(into graph: Graph) throws {
    for (id, table) in graph.stateTables {
      for snapshot in saved[id] ?? [] { try table.restore(snapshot) }
    }
  }
}
