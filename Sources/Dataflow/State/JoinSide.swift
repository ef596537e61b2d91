import Columnar
import Diagnostics

/// The rows of one input of a join, chained by key group in order of arrival.
///
/// Append-only rows lie in column builders, a slot each. Rows that may be taken back are numbered by their content, so
/// that a retraction finds its row in O(1) however many rows share its key; equal rows are one slot with a weight.
/// Rows that arrived in the open step wait in `pending`: the join reads the side as it was before the step until it
/// `absorb`s them. Not thread-safe; belongs to one join.
package final class JoinSide {
  package let name: String
  let schema: Schema
  let keys: JoinKeys
  let contents: GroupIndex?
  var builders: [ColumnBuilder]

  // By slot.
  var weights: [Int64] = []
  var positions: [Int64] = []
  var groups: [Int32] = []
  var next: [Int32] = []
  var previous: [Int32] = []
  /// Weights of the other side's rows that satisfy the whole condition, where the join counts them.
  var matches: [Int64] = []
  var ids: [Int64] = []
  /// When each row is over, if rows of this side ever are; `Int64.max`: never.
  var overs: [Int64] = []
  let isTimed: Bool
  /// Rows that are over are looked for; until then those of no group are kept too.
  let hasTimers: Bool
  /// Counts how often slots have got new numbers.
  var generation = 0
  var timers = SlotTimers()

  // By key group.
  var heads: [Int32] = []
  var tails: [Int32] = []
  /// What a step did to groups is noted: `totals` and `touched`. Not where nothing is ever said of a change of this side.
  let notesChanges: Bool
  /// Weight of all rows of the group, pending ones included, if changes are noted.
  var totals: [Int64] = []
  private var touchRound: [Int64] = []

  /// Groups with pending rows, in order of touch, with their totals before the step.
  private(set) var touched: [(group: Int32, totalBefore: Int64)] = []
  private(set) var pending: [Pending] = []
  /// False while every weight so far is 1.
  private(set) var hasWeights = false

  /// If set, what slots were before the step first changed them.
  var trace: SlotTrace?
  private var round: Int64 = 1
  private var nextID: Int64 = 0
  var emptied: [Int32] = []
  var log: ChangeLog?

  struct Pending {
    var delta: Delta
    var groups: [Int32]
    /// By row, when it is over, where rows of the side ever are.
    var overs: [Int64]?
  }

  /// Slots that a step changed, in order of change, with the weight and the match count they had before.
  struct SlotTrace {
    private(set) var entries: [(slot: Int32, weight: Int64, matches: Int64)] = []
    private var seen: Set<Int32> = []

    mutating func note(_ slot: Int32, weight: Int64, matches: Int64) {
      if seen.insert(slot).inserted { entries.append((slot, weight, matches)) }
    }
  }

  /// What differs from the last snapshot.
  struct ChangeLog {
    var changed: Set<Int32> = []
    var removedIDs: [Int64] = []
  }

  /// Slots are 32-bit numbers.
  package static let rowsMax = Int(Int32.max) - 1

  /// - Parameters:
  ///   - isTimed: rows come with the time when they are over, or another word that is kept with them.
  ///   - hasTimers: `due` finds those that are over; as `isTimed` if not given.
  ///   - notesChanges: the join asks which groups a step touched, and what they weigh.
  init(
    name: String, schema: Schema, keys: JoinKeys, isRetractable: Bool, isTimed: Bool, hasTimers: Bool? = nil, notesChanges: Bool = true
  ) {
    self.notesChanges = notesChanges
    self.name = name
    self.isTimed = isTimed
    self.hasTimers = hasTimers ?? isTimed
    self.schema = schema
    self.keys = keys
    contents = isRetractable ? GroupIndex(keyTypes: schema.types) : nil
    builders = isRetractable ? [] : schema.fields.map { ColumnBuilder($0.type) }
    grow()
  }

  /// Rows held, pending ones aside.
  package var rowCount = 0

  package var memoryBytes: Int {
    var bytes = weights.count * (isTimed ? 52 : 44) + heads.count * (notesChanges ? 24 : 8) + timers.memoryBytes
    if let contents { bytes += contents.memoryBytes } else { bytes += weights.count * builders.count * 16 }
    return bytes + keys.memoryBytes / 2
  }

  /// Makes room for the groups that `keys` has given out.
  func grow() {
    let missing = keys.count - heads.count
    if missing <= 0 { return }
    heads.append(contentsOf: repeatElement(-1, count: missing))
    tails.append(contentsOf: repeatElement(-1, count: missing))
    if !notesChanges { return }
    totals.append(contentsOf: repeatElement(0, count: missing))
    touchRound.append(contentsOf: repeatElement(0, count: missing))
  }

  // MARK: The open step

  /// Takes in a change whose rows' groups were inserted into `keys`; rows of group −1 match nothing, and are kept only
  /// until they are over.
  func add(_ delta: Delta, groups: [Int32], overs: [Int64]? = nil) {
    if !notesChanges { return pending.append(Pending(delta: delta, groups: groups, overs: overs)) }
    grow()
    var fresh: [(group: Int32, totalBefore: Int64)] = []
    let (round, weights) = (round, delta.weights)
    touchRound.withUnsafeMutableBufferPointer { touchRound in
      totals.withUnsafeMutableBufferPointer { totals in
        for (row, group) in groups.enumerated() where group >= 0 {
          let index = Int(group)
          if touchRound[index] != round {
            touchRound[index] = round
            fresh.append((group, totals[index]))
          }
          totals[index] &+= weights?[row] ?? 1
        }
      }
    }
    touched += fresh
    pending.append(Pending(delta: delta, groups: groups, overs: overs))
  }

  /// As `add` and `absorb`, of the rows whose group has none yet: where it matters only whether there is one.
  func absorbFirsts(_ delta: Delta, groups: [Int32]) throws(SQLError) {
    grow()
    let none: Int32 = -1
    let taken: Int32 = -2
    var rows: [Int32] = []
    for (row, group) in groups.enumerated() where group >= 0 && heads[Int(group)] == none {
      heads[Int(group)] = taken
      rows.append(Int32(truncatingIfNeeded: row))
    }
    if rows.isEmpty { return }
    let firsts = rows.map { groups[Int($0)] }
    for group in firsts { heads[Int(group)] = none }
    _ = try absorb(Pending(delta: rows.count == delta.count ? delta : delta.gather(rows), groups: firsts), matches: nil)
  }

  /// The changes that wait, which are forgotten.
  func takePending() -> [Pending] {
    defer { pending = [] }
    return pending
  }

  /// Makes one pending change part of the side. Returns the slot of each row, −1 where it is not kept.
  /// - Parameter matches: the initial match counts of new slots.
  func absorb(_ change: Pending, matches initial: [Int64]?) throws(SQLError) -> [Int32] {
    let delta = change.delta
    guard weights.count <= JoinSide.rowsMax - delta.count else { throw .joinStateTooLarge(JoinSide.rowsMax) }
    if delta.weights?.contains(where: { $0 != 1 }) ?? false { hasWeights = true }
    return contents == nil ? append(change, initial) : apply(change, initial)
  }

  /// Each row gets the next slot, at the end of its group's chain: array by array, since class fields that are looked at row
  /// by row cost more than what is done with them.
  private func append(_ change: Pending, _ initial: [Int64]?) -> [Int32] {
    let delta = change.delta
    let first = Int32(weights.count)
    let firstID = nextID
    let isWhole = hasTimers || !change.groups.contains { $0 < 0 }
    let kept = isWhole ? Array(0..<Int32(delta.count)) : (0..<Int32(delta.count)).filter { change.groups[Int($0)] >= 0 }
    let order = delta.order
    let newGroups = isWhole ? change.groups : kept.map { change.groups[Int($0)] }
    weights += delta.weights.map { all in isWhole ? all : kept.map { all[Int($0)] } } ?? [Int64](repeating: 1, count: kept.count)
    positions += kept.map { order.position(Int($0)) }
    groups += newGroups
    next.append(contentsOf: repeatElement(-1, count: kept.count))
    previous.append(contentsOf: repeatElement(-1, count: kept.count))
    matches += initial.map { all in kept.map { all[Int($0)] } } ?? [Int64](repeating: 0, count: kept.count)
    ids += firstID..<(firstID &+ Int64(kept.count))
    nextID &+= Int64(kept.count)
    rowCount += kept.count
    withChains { chains in
      for (index, group) in newGroups.enumerated() { chains.link(first &+ Int32(truncatingIfNeeded: index), group) }
    }
    if isTimed {
      let times = change.overs.map { all in isWhole ? all : kept.map { all[Int($0)] } } ?? [Int64](repeating: .max, count: kept.count)
      overs += times
      if hasTimers { timers.add(from: first, ids: firstID, times: times) }
    }
    let slots = first..<(first &+ Int32(truncatingIfNeeded: kept.count))
    if trace != nil { for slot in slots { trace?.note(slot, weight: 0, matches: 0) } }
    log?.changed.formUnion(slots)
    for (i, column) in delta.columns.enumerated() { builders[i].appendCopying(isWhole ? column : column.gather(kept)) }
    if isWhole { return Array(slots) }
    var slotOf = [Int32](repeating: -1, count: delta.count)
    for (row, slot) in zip(kept, slots) { slotOf[Int(row)] = slot }
    return slotOf
  }

  /// The chains of key groups, for as long as they are changed.
  struct Chains {
    let next: UnsafeMutableBufferPointer<Int32>
    let previous: UnsafeMutableBufferPointer<Int32>
    let heads: UnsafeMutableBufferPointer<Int32>
    let tails: UnsafeMutableBufferPointer<Int32>

    func link(_ slot: Int32, _ group: Int32) {
      if group < 0 { return }
      let tail = tails[Int(group)]
      previous[Int(slot)] = tail
      next[Int(slot)] = -1
      if tail >= 0 { next[Int(tail)] = slot } else { heads[Int(group)] = slot }
      tails[Int(group)] = slot
    }

    func unlink(_ slot: Int32, _ group: Int32) {
      if group < 0 { return }
      let before = previous[Int(slot)]
      let after = next[Int(slot)]
      if before >= 0 { next[Int(before)] = after } else { heads[Int(group)] = after }
      if after >= 0 { previous[Int(after)] = before } else { tails[Int(group)] = before }
    }
  }

  /// `body` must not touch `next`, `previous`, `heads` or `tails` in another way.
  func withChains(_ body: (Chains) -> Void) {
    next.withUnsafeMutableBufferPointer { next in
      previous.withUnsafeMutableBufferPointer { previous in
        heads.withUnsafeMutableBufferPointer { heads in
          tails.withUnsafeMutableBufferPointer { tails in
            body(Chains(next: next, previous: previous, heads: heads, tails: tails))
          }
        }
      }
    }
  }

  func setTimer(_ slot: Int32) {
    let over = overs[Int(slot)]
    if hasTimers && over < .max { timers.add(slot, id: ids[Int(slot)], time: over) }
  }

  private func link(_ slot: Int32, _ group: Int32) { withChains { $0.link(slot, group) } }

  private func unlink(_ slot: Int32) {
    let group = groups[Int(slot)]
    withChains { $0.unlink(slot, group) }
  }

  private func apply(_ change: Pending, _ initial: [Int64]?) -> [Int32] {
    guard let contents else { return [] }
    let delta = change.delta
    var slots: [Int32] = []
    var reused: [(group: Int32, row: Int32)] = []
    contents.findOrInsert(delta.columns, rows: delta.count, groups: &slots, reused: &reused)
    while weights.count < contents.count { addEmptySlot() }
    for row in 0..<delta.count {
      let slot = Int(slots[row])
      let group = change.groups[row]
      if group < 0 && !hasTimers {
        if weights[slot] == 0 { emptied.append(Int32(slot)) }
        slots[row] = -1
        continue
      }
      trace?.note(Int32(slot), weight: weights[slot], matches: matches[slot])
      if weights[slot] == 0 {
        positions[slot] = delta.order.position(row)
        groups[slot] = group
        matches[slot] = initial?[row] ?? 0
        ids[slot] = nextID
        nextID += 1
        rowCount += 1
        link(Int32(slot), group)
        if isTimed {
          overs[slot] = change.overs?[row] ?? .max
          setTimer(Int32(slot))
        }
      }
      weights[slot] &+= delta.weights?[row] ?? 1
      if weights[slot] > 1 { hasWeights = true }
      log?.changed.insert(Int32(slot))
      if weights[slot] == 0 {
        unlink(Int32(slot))
        rowCount -= 1
        emptied.append(Int32(slot))
        log?.removedIDs.append(ids[slot])
      }
    }
    return slots
  }

  private func addEmptySlot() {
    weights.append(0)
    positions.append(0)
    groups.append(-1)
    next.append(-1)
    previous.append(-1)
    matches.append(0)
    ids.append(-1)
    if isTimed { overs.append(.max) }
  }

  /// Counts the rows of a change of the other side, with their weights, as matches of this side's.
  func addMatches(_ pairs: JoinPairs, _ other: [Int64]?) {
    if trace != nil {
      for slot in pairs.slots { trace?.note(slot, weight: weights[Int(slot)], matches: matches[Int(slot)]) }
    }
    matches.withUnsafeMutableBufferPointer { matches in
      for i in 0..<pairs.count { matches[Int(pairs.slots[i])] &+= other?[Int(pairs.rows[i])] ?? 1 }
    }
    if log != nil { log?.changed.formUnion(pairs.slots) }
  }

  /// Starts the next step: `pending` is empty, rows that are gone free their slots.
  func endStep() {
    pending.removeAll(keepingCapacity: true)
    touched.removeAll(keepingCapacity: true)
    trace = nil
    round += 1
    if contents == nil { closeGaps() }
    guard let contents, !emptied.isEmpty else { return }
    let gone = Array(Set(emptied.filter { weights[Int($0)] == 0 })).sorted()
    emptied = []
    for slot in gone { log?.changed.remove(slot) }
    contents.remove(gone)
    if contents.count == 0 { clearSlots() }
  }

  private func clearSlots() {
    generation += 1
    weights.removeAll()
    positions.removeAll()
    groups.removeAll()
    next.removeAll()
    previous.removeAll()
    matches.removeAll()
    ids.removeAll()
    overs.removeAll()
    timers.removeAll()
    rowCount = 0
  }

  /// Forgets all rows; the key groups too, which `keys` forgets with it.
  func clear() {
    if log != nil { log?.removedIDs += ids.indices.lazy.filter { self.weights[$0] != 0 }.map { self.ids[$0] } }
    log?.changed = []
    contents?.clear()
    builders = builders.isEmpty ? [] : schema.fields.map { ColumnBuilder($0.type) }
    clearSlots()
    heads.removeAll()
    tails.removeAll()
    totals.removeAll()
    touchRound.removeAll()
    touched.removeAll()
    pending.removeAll()
    emptied.removeAll()
    grow()
  }

  // MARK: Snapshots

  /// The slots to be saved, oldest first, and the ids to be forgotten; starts a new log of changes.
  func takeChanges(_ extent: SnapshotExtent) -> (slots: [Int32], removedIDs: [Int64]) {
    let live: [Int32]
    var removed: [Int64] = []
    if extent == .changes, let log {
      live = log.changed.filter { weights[Int($0)] != 0 }
      removed = log.removedIDs
    } else {
      live = (0..<Int32(weights.count)).filter { weights[Int($0)] != 0 }
    }
    log = ChangeLog()
    return (live.sorted { ids[Int($0)] < ids[Int($1)] }, removed)
  }

  func slotsByID(isNeeded: Bool) -> [Int64: Int32] {
    var slots: [Int64: Int32] = [:]
    if isNeeded {
      for slot in weights.indices where weights[slot] != 0 { slots[ids[slot]] = Int32(slot) }
    }
    return slots
  }

  /// Drops what an earlier snapshot said of an open step.
  func dropPending() {
    for (group, total) in touched { totals[Int(group)] = total }
    endStep()
  }

  /// Takes rows out as if they had never been.
  func forget(_ slots: [Int32]) {
    drop(slots)
    endStep()
  }

  /// A saved row that is there already, as it was later.
  func reset(_ slot: Int32, weight: Int64, matches count: Int64) {
    if notesChanges, groups[Int(slot)] >= 0 { totals[Int(groups[Int(slot)])] &+= weight &- weights[Int(slot)] }
    weights[Int(slot)] = weight
    matches[Int(slot)] = count
    if weight != 1 { hasWeights = true }
  }

  /// Saved rows that are not there, with the ids they had.
  func restoreRows(_ change: Pending, matches counts: [Int64], ids saved: [Int64]) throws(SQLError) {
    grow()
    for (row, group) in change.groups.enumerated() where group >= 0 && notesChanges {
      totals[Int(group)] &+= change.delta.weights?[row] ?? 1
    }
    for (slot, id) in zip(try absorb(change, matches: counts), saved) where slot >= 0 {
      ids[Int(slot)] = id
      nextID = max(nextID, id &+ 1)
    }
    if !isTimed { return }
    // Absorbing has set timers of other ids.
    timers.removeAll()
    for slot in weights.indices where weights[slot] != 0 { setTimer(Int32(slot)) }
  }

  // MARK: Reading

  /// The rows of a key group, oldest first.
  func slots(of group: Int32) -> [Int32] {
    var slots: [Int32] = []
    var slot = heads[Int(group)]
    while slot >= 0 {
      slots.append(slot)
      slot = next[Int(slot)]
    }
    return slots
  }

  /// Some of the columns, by slot.
  func gather(_ ordinals: [Int], _ slots: [Int32], into put: (Int, Column) -> Void) {
    if ordinals.isEmpty { return }
    if contents == nil {
      for ordinal in ordinals { put(ordinal, builders[ordinal].finish().gather(slots)) }
    } else {
      let all = columns(of: slots)
      for ordinal in ordinals { put(ordinal, all[ordinal]) }
    }
  }

  /// Rows by slot, NULLs for −1.
  func columns(of slots: [Int32]) -> [Column] {
    guard let contents else {
      return zip(builders, schema.fields).map { $0.finish().gatherOrNull(slots, type: $1.type) }
    }
    if contents.count == 0 { return schema.fields.map { .repeating(.null, type: $0.type, count: slots.count) } }
    guard slots.contains(where: { $0 < 0 }) else { return contents.keys(of: slots) }
    let found = Validity(count: slots.count) { slots[$0] >= 0 }
    return contents.keys(of: slots.map { max($0, 0) }).map {
      $0.with(validity: Validity.intersection(found, $0.validity))
    }
  }
}

extension SQLError {
  static func joinStateTooLarge(_ max: Int) -> SQLError {
    SQLError(
      .data, "STATE_TOO_LARGE", "a join keeps at most \(max) rows of each input",
      hint: "bound its state: join on batch(), or give time bounds and watermarks")
  }
}
