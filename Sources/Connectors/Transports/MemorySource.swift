internal import Columnar
internal import Diagnostics
internal import Synchronization

/// One query's place in a memory relation.
final class MemorySource: Source {
  let schema: Schema
  private let table: MemoryTable
  private let columns: [Int]
  /// What was there when it was opened.
  private let content: [MemoryTable.Insert]
  /// The change that follows the content; nil: a snapshot, nothing follows.
  private let logStart: Int?
  private let signal: ArrivalSignal

  private struct Place {
    /// INSERTs read, and rows of the next.
    var insert = 0
    var row = 0
    /// An INSERT was handed over completely, and the boundary behind it was not.
    var isAtBoundary = false
  }
  private let place = Mutex(Place())

  init(
    table: MemoryTable, columns: [Int], content: [MemoryTable.Insert], logStart: Int?, signal: ArrivalSignal
  ) {
    self.table = table
    self.columns = columns
    self.content = content
    self.logStart = logStart
    self.signal = signal
    schema = Schema(columns.map { table.schema[$0] })
  }

  deinit { table.forget(signal) }

  func start(onArrival: @escaping @Sendable () -> Void) throws(SQLError) {
    signal.set(onArrival)
    signal.send()
  }

  func stop() {
    signal.silence()
    table.forget(signal)
  }

  func poll(_ limit: inout ReadLimit) throws(SQLError) -> SourcePoll {
    place.withLock { place in
      if place.isAtBoundary {
        place.isAtBoundary = false
        return .stepBoundary
      }
      switch look(at: place.insert) {
      case .nothing: return .idle
      case .ended: return .ended
      case .insert(let insert):
        guard limit.rows > 0, limit.bytes > 0 else { return .idle }
        let count = insert.batch.count
        let upper = place.row + min(count - place.row, limit.rows, Batch.rowsMax)
        let rows = place.row..<upper
        if limit.rows < .max { limit.rows -= rows.count }
        // What a table held when it was opened is no micro-batch of its own.
        let isPast = !table.isStream && logStart != nil && place.insert < content.count
        place =
          upper < count
          ? Place(insert: place.insert, row: upper) : Place(insert: place.insert + 1, isAtBoundary: !isPast)
        let picked = Batch(columns.map { insert.batch.columns[$0] }, count: count).slice(rows)
        var morsel = Morsel(.batch(picked, weights: insert.weights.map { Array($0[rows]) }), byteCount: 0)
        morsel.isPast = isPast
        return .morsel(morsel)
      }
    }
  }

  private func look(at index: Int) -> MemoryTable.Look {
    if index < content.count { return .insert(content[index]) }
    guard let logStart else { return .ended }
    return table.look(at: logStart + index - content.count)
  }

  var position: String? { place.withLock { $0.row == 0 ? "\($0.insert)" : "\($0.insert) \($0.row)" } }

  func seek(to position: String) throws(SQLError) {
    let parts = position.split(separator: " ").map { Int($0) ?? -1 }
    guard (1...2).contains(parts.count), parts.allSatisfy({ $0 >= 0 }) else { throw .badPosition(position) }
    place.withLock { $0 = Place(insert: parts[0], row: parts.count == 2 ? parts[1] : 0) }
  }

  func hasPassed(_ latest: String) -> Bool {
    guard let inserts = Int(latest) else { return false }
    return place.withLock { $0.insert >= inserts }
  }

  func latest() throws(SQLError) -> String? {
    "\(content.count + (logStart.map { table.logEnd - $0 } ?? 0))"
  }
}
