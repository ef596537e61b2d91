import Columnar
import Diagnostics

/// Rows kept in the order of an encoded key: a multiset that can be read from the front.
///
/// A list of sorted chunks of at most `chunkMax` entries: a change finds its chunk by binary search and moves one
/// chunk's entries, so it costs O(log n + chunkMax) whatever n; reading the first k rows costs O(k). Rows wait for their
/// place until somebody looks: many at once are sorted, and merged with those that are there.
package final class OrderedRows: StateTable {
  package let name: String
  private let schema: Schema
  /// Rows by slot; the last column of a snapshot is the position.
  private var builders: [ColumnBuilder]
  private var positions: [Int64] = []
  private var weights: [Int64] = []
  private var keys: [BytesView] = []
  private var arena = ByteArena()
  private var free: [Int32] = []
  private var chunks: [[Int32]] = []
  /// Slots that have no place in `chunks` yet.
  private var unplaced: [Int32] = []
  /// Key and position of the last row that `trim` kept: rows behind it are not let in.
  private var worst: (key: BytesView, position: Int64)?
  private let encoder: KeyEncoder
  private let identity: KeyEncoder
  /// Slot of each present row by its content, for retractions.
  private var slotsByRow: [BytesView: [Int32]] = [:]
  private var rowKeys: [BytesView] = []
  private let isRetractable: Bool

  private static let chunkMax = 512
  /// So many rows may always wait to be trimmed.
  private static let slack = 4096

  package init(name: String, schema: Schema, parts: [KeyEncoder.Part], isRetractable: Bool) {
    self.name = name
    self.schema = schema
    self.isRetractable = isRetractable
    builders = schema.fields.map { ColumnBuilder($0.type) }
    encoder = KeyEncoder(parts)
    identity = KeyEncoder(columns: schema.count)
  }

  package private(set) var rowCount = 0
  package var memoryBytes: Int {
    arena.allocatedBytes + keys.count * (isRetractable ? 96 : 48) + builders.count * keys.count * 16
  }

  /// Adds (or takes away) the rows of a delta, whose sort keys are `sortKeys`. No more than the first `limit` rows need to be
  /// kept, where rows are never taken away.
  package func apply(_ delta: Delta, sortKeys: [Column], keeping limit: Int? = nil) {
    let encoded = encoder.encode(sortKeys, rows: delta.count)
    if isRetractable { applyChanges(delta, encoded) } else { add(delta, encoded, keeping: limit) }
    withExtendedLifetime(encoded) {}
    compactIfSparse()
  }

  private func add(_ delta: Delta, _ sortKeys: BytesColumn, keeping limit: Int?) {
    let rows = worst.map { worst in
      (0..<Int32(truncatingIfNeeded: delta.count)).filter { row in
        let order = sortKeys.views[Int(row)].compare(worst.key)
        return order < 0 || order == 0 && delta.order.position(Int(row)) < worst.position
      }
    }
    if let rows {
      if rows.isEmpty { return }
      for (i, column) in delta.columns.enumerated() { builders[i].appendCopying(column.gather(rows)) }
      for row in rows { put(delta, Int(row), key: sortKeys.views[Int(row)]) }
    } else {
      for (i, column) in delta.columns.enumerated() { builders[i].appendCopying(column) }
      for row in 0..<delta.count { put(delta, row, key: sortKeys.views[row]) }
    }
    // As many again may wait: each of them is sorted and merged once.
    if let limit, (rowCount - OrderedRows.slack) / 2 > limit { trim(to: limit) }
  }

  private func put(_ delta: Delta, _ row: Int, key: BytesView) {
    put(position: delta.order.position(row), key: key, identity: BytesView(), weight: delta.weights?[row] ?? 1)
  }

  private func applyChanges(_ delta: Delta, _ sortKeys: BytesColumn) {
    let identities = identity.encode(delta.columns, rows: delta.count)
    let added = delta.weights.map { weights in (0..<Int32(delta.count)).filter { weights[Int($0)] > 0 } }
    for (i, column) in delta.columns.enumerated() {
      builders[i].appendCopying(added.map { column.gather($0) } ?? column)
    }
    for row in 0..<delta.count {
      let weight = delta.weights?[row] ?? 1
      if weight < 0 {
        withdraw(identities.views[row], count: -weight)
      } else {
        put(position: delta.order.position(row), key: sortKeys.views[row], identity: identities.views[row], weight: weight)
      }
    }
    withExtendedLifetime(identities) {}
  }

  /// Gives the next row of the builders its place. Freed slots are not reused: builders only grow, and are compacted
  /// when most of them is garbage.
  private func put(position: Int64, key: BytesView, identity: BytesView, weight: Int64) {
    let slot = Int32(keys.count)
    keys.append(arena.adopt(key))
    positions.append(position)
    weights.append(weight)
    if isRetractable {
      let own = arena.adopt(identity)
      rowKeys.append(own)
      slotsByRow[own, default: []].append(slot)
    }
    unplaced.append(slot)
    rowCount += 1
  }

  private func withdraw(_ identity: BytesView, count: Int64) {
    place()
    var left = count
    while left > 0, var slots = slotsByRow[identity], let slot = slots.last {
      let taken = min(left, weights[Int(slot)])
      weights[Int(slot)] -= taken
      left -= taken
      if weights[Int(slot)] == 0 {
        slots.removeLast()
        if slots.isEmpty { slotsByRow[identity] = nil } else { slotsByRow[identity] = slots }
        delete(slot)
      }
    }
  }

  /// Removes all rows behind the first `limit`; they can never come back where rows are not taken away.
  package func trim(to limit: Int) {
    place()
    if rowCount <= limit { return noteWorst(limit) }
    var seen = 0
    for c in chunks.indices {
      if seen + chunks[c].count > limit {
        let keep = max(0, limit - seen)
        for slot in chunks[c][keep...] { free.append(slot) }
        chunks[c].removeSubrange(keep...)
      }
      seen += chunks[c].count
    }
    chunks.removeAll { $0.isEmpty }
    rowCount = chunks.reduce(0) { $0 + $1.count }
    noteWorst(limit)
    compactIfSparse()
  }

  private func noteWorst(_ limit: Int) {
    guard rowCount == limit, let last = chunks.last?.last else { return }
    worst = (keys[Int(last)], positions[Int(last)])
  }

  /// Slots of the first `limit` rows after `offset`, each as often as its weight.
  package func first(_ limit: Int?, offset: Int) -> [Int32] {
    place()
    var result: [Int32] = []
    var skip = offset
    for chunk in chunks {
      for slot in chunk {
        for _ in 0..<weights[Int(slot)] {
          if skip > 0 {
            skip -= 1
            continue
          }
          if let limit, result.count >= limit { return result }
          result.append(slot)
        }
      }
    }
    return result
  }

  /// Slots of the rows whose key begins with `prefix`, in order, each as often as its weight. O(log n + rows found).
  package func slots(withPrefix prefix: BytesView) -> [Int32] {
    place()
    func isBefore(_ slot: Int32) -> Bool { keys[Int(slot)].compare(prefix) < 0 }
    var low = 0
    var high = chunks.count
    while low < high {
      let middle = (low + high) / 2
      if let last = chunks[middle].last, isBefore(last) { low = middle + 1 } else { high = middle }
    }
    var result: [Int32] = []
    for chunk in chunks[low...] {
      for slot in chunk where !isBefore(slot) {
        guard keys[Int(slot)].hasPrefix(prefix) else { return result }
        for _ in 0..<weights[Int(slot)] { result.append(slot) }
      }
    }
    return result
  }

  package func batch(of slots: [Int32]) -> Batch {
    Batch(builders.map { $0.finish().gather(slots) }, count: slots.count)
  }

  package func positions(of slots: [Int32]) -> [Int64] { slots.map { positions[Int($0)] } }

  // MARK: Chunks

  /// Gives all rows their places: a few are put between the others, many are sorted and merged with them.
  private func place() {
    if unplaced.isEmpty { return }
    if unplaced.count < 32 || unplaced.count < (rowCount - unplaced.count) / 16 {
      for slot in unplaced { insert(slot) }
    } else {
      KeySort.sort(&unplaced, keys: keys, positions: positions)
      arrange(chunks.isEmpty ? unplaced : merged(chunks.flatMap { $0 }, unplaced))
    }
    unplaced = []
  }

  private func merged(_ a: [Int32], _ b: [Int32]) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(a.count + b.count)
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if precedes(b[j], a[i]) {
        result.append(b[j])
        j += 1
      } else {
        result.append(a[i])
        i += 1
      }
    }
    result.append(contentsOf: a[i...])
    result.append(contentsOf: b[j...])
    return result
  }

  /// Makes chunks of slots that are in order.
  private func arrange(_ slots: [Int32]) {
    let size = OrderedRows.chunkMax / 2
    chunks = stride(from: 0, to: slots.count, by: size).map { Array(slots[$0..<min($0 + size, slots.count)]) }
  }

  private func precedes(_ a: Int32, _ b: Int32) -> Bool {
    let order = keys[Int(a)].compare(keys[Int(b)])
    if order != 0 { return order < 0 }
    let p = positions[Int(a)], q = positions[Int(b)]
    return p != q ? p < q : a < b
  }

  private func chunk(for slot: Int32) -> Int {
    var low = 0
    var high = chunks.count
    while low < high {
      let middle = (low + high) / 2
      if let last = chunks[middle].last, precedes(last, slot) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func place(of slot: Int32, in chunk: [Int32]) -> Int {
    var low = 0
    var high = chunk.count
    while low < high {
      let middle = (low + high) / 2
      if precedes(chunk[middle], slot) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func insert(_ slot: Int32) {
    if chunks.isEmpty {
      chunks.append([slot])
      return
    }
    let c = min(chunk(for: slot), chunks.count - 1)
    chunks[c].insert(slot, at: place(of: slot, in: chunks[c]))
    if chunks[c].count > OrderedRows.chunkMax {
      let half = chunks[c].count / 2
      let tail = Array(chunks[c][half...])
      chunks[c].removeSubrange(half...)
      chunks.insert(tail, at: c + 1)
    }
  }

  private func delete(_ slot: Int32) {
    let c = chunk(for: slot)
    guard c < chunks.count else { return }
    let at = place(of: slot, in: chunks[c])
    guard at < chunks[c].count, chunks[c][at] == slot else { return }
    chunks[c].remove(at: at)
    if chunks[c].isEmpty { chunks.remove(at: c) }
    free.append(slot)
    rowCount -= 1
  }

  /// Rewrites the rows once more than half of the slots are free.
  private func compactIfSparse() {
    guard free.count > 1024, free.count * 2 > keys.count else { return }
    place()
    let live = chunks.flatMap { $0 }
    let rows = batch(of: live)
    let oldKeys = keys, oldPositions = positions, oldWeights = weights, oldRowKeys = rowKeys
    let oldArena = arena
    arena = ByteArena()
    builders = schema.fields.map { ColumnBuilder($0.type) }
    for i in builders.indices { builders[i].appendCopying(rows.columns[i]) }
    withExtendedLifetime(oldArena) {
      keys = live.map { arena.adopt(oldKeys[Int($0)]) }
      if let last = worst { worst = (arena.adopt(last.key), last.position) }
      rowKeys = isRetractable ? live.map { arena.adopt(oldRowKeys[Int($0)]) } : []
    }
    positions = live.map { oldPositions[Int($0)] }
    weights = live.map { oldWeights[Int($0)] }
    slotsByRow = [:]
    for (slot, identity) in rowKeys.enumerated() { slotsByRow[identity, default: []].append(Int32(slot)) }
    free = []
    arrange((0..<Int32(truncatingIfNeeded: live.count)).map { $0 })
  }

  // MARK: Snapshots

  private var snapshotSchema: Schema {
    Schema(schema.fields + [Field("sort_key", .binary), Field("position", .bigint), Field("weight", .bigint)])
  }

  /// Always the whole table: its size is bounded by what LIMIT keeps, or the plan says that it is not.
  package func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    place()
    let slots = chunks.flatMap { $0 }
    let extra: [Column] = [
      .bytes(BytesColumn(slots.map { keys[Int($0)] }, owners: arena.blocks)),
      .int64(PrimitiveColumn(positions(of: slots))),
      .int64(PrimitiveColumn(slots.map { weights[Int($0)] })),
    ]
    return StateSnapshot(
      extent: .full, schema: snapshotSchema, rows: Batch(batch(of: slots).columns + extra, count: slots.count),
      removed: .empty(Schema()))
  }

  package func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    let columns = snapshot.rows.columns
    guard columns.count == schema.count + 3,
      case .bytes(let sortKeys) = columns[schema.count],
      case .int64(let savedPositions) = columns[schema.count + 1],
      case .int64(let savedWeights) = columns[schema.count + 2]
    else { return }
    chunks = []
    unplaced = []
    worst = nil
    keys = []
    positions = []
    weights = []
    rowKeys = []
    slotsByRow = [:]
    free = []
    rowCount = 0
    builders = schema.fields.map { ColumnBuilder($0.type) }
    let rows = Batch(Array(columns[..<schema.count]), count: snapshot.rows.count)
    let identityKeys = isRetractable ? identity.encode(rows.columns, rows: rows.count) : BytesColumn([])
    let identities = identityKeys.views
    defer { withExtendedLifetime(identityKeys) {} }
    for i in builders.indices { builders[i].appendCopying(rows.columns[i]) }
    for row in 0..<rows.count {
      put(
        position: savedPositions.values[row], key: sortKeys.views[row],
        identity: isRetractable ? identities[row] : BytesView(), weight: savedWeights.values[row])
    }
  }
}

extension BytesView {
  fileprivate func hasPrefix(_ prefix: BytesView) -> Bool {
    withBytes { bytes in prefix.withBytes { $0.count <= bytes.count && zip($0, bytes).allSatisfy { $0 == $1 } } }
  }
}
