import Columnar

/// Rows that are over: found by their timers, forgotten, and the room they took closed up.
extension JoinSide {
  /// Takes out of the timers the rows that are over at `horizon`, in order of arrival. They stay until `drop`ped.
  func due(_ horizon: Int64) -> [Int32] {
    if timers.count == 0 { return [] }
    let (ids, weights) = (ids, weights)
    let due = timers.pop(upTo: horizon).filter { ids[Int($0.slot)] == $0.id && weights[Int($0.slot)] != 0 }
    return due.sorted { $0.id < $1.id }.map(\.slot)
  }

  /// Forgets rows that are over. Nobody's match count changes: those that they matched keep their matches.
  func drop(_ slots: [Int32]) {
    let (groups, notesChanges) = (groups, notesChanges)
    weights.withUnsafeMutableBufferPointer { weights in
      totals.withUnsafeMutableBufferPointer { totals in
        withChains { chains in
          for slot in slots {
            let group = groups[Int(slot)]
            if group >= 0 && notesChanges { totals[Int(group)] &-= weights[Int(slot)] }
            weights[Int(slot)] = 0
            chains.unlink(slot, group)
          }
        }
      }
    }
    rowCount -= slots.count
    emptied += slots
    guard log != nil else { return }
    for slot in slots {
      log?.removedIDs.append(ids[Int(slot)])
      log?.changed.remove(slot)
    }
  }

  /// Gaps before a side is rewritten without the gaps that `drop` leaves.
  private static let gapsMin = 1024

  /// Append-only rows lie in builders that cannot give back single ones: once most are gone the rest is written anew, which
  /// costs O(1) for each row dropped.
  func closeGaps() {
    emptied.removeAll(keepingCapacity: true)
    let gaps = weights.count - rowCount
    guard gaps > JoinSide.gapsMin, gaps > rowCount else { return }
    generation += 1
    var newSlots = [Int32](repeating: -1, count: weights.count)
    let counts = weights
    let live = (0..<Int32(counts.count)).filter { counts[Int($0)] != 0 }
    for (new, old) in live.enumerated() { newSlots[Int(old)] = Int32(new) }
    for i in builders.indices {
      var fresh = ColumnBuilder(schema[i].type)
      fresh.appendCopying(builders[i].finish().gather(live))
      builders[i] = fresh
    }
    weights = live.map { weights[Int($0)] }
    positions = live.map { positions[Int($0)] }
    matches = live.map { matches[Int($0)] }
    ids = live.map { ids[Int($0)] }
    overs = live.map { overs[Int($0)] }
    groups = live.map { groups[Int($0)] }
    next = [Int32](repeating: -1, count: live.count)
    previous = next
    for group in groups where group >= 0 {
      heads[Int(group)] = -1
      tails[Int(group)] = -1
    }
    let owners = groups
    withChains { chains in
      for (slot, group) in owners.enumerated() { chains.link(Int32(truncatingIfNeeded: slot), group) }
    }
    timers.renumber(newSlots)
    if let log { self.log?.changed = Set(log.changed.map { newSlots[Int($0)] }) }
  }
}
