import Columnar
import Connectors
import Diagnostics
import Engine
import Synchronization

/// Receives what a live table shows. Of a result that changes the table is fetched from the query when it is drawn; of
/// one that only grows the last rows are kept here.
final class LiveSink: Sink {
  private struct State {
    var pieces: [Batch] = []
    var rowCount = 0
    var total = 0
    var changes = 0
    var isFinished = false
  }

  let shape: ResultShape
  private let rowsMax: Int
  private let state = Mutex(State())
  private let onChange = Mutex<(@Sendable () -> Void)?>(nil)

  /// Pieces are copied together when there are more, so that a few rows do not keep many read buffers alive.
  private static let piecesMax = 32

  init(_ shape: ResultShape, rowsMax: Int) {
    self.shape = shape
    self.rowsMax = max(1, rowsMax)
  }

  var readsSnapshots: Bool { shape.mode == .complete }

  /// Told of every change, from the query's thread.
  func listen(_ listener: (@Sendable () -> Void)?) { onChange.withLock { $0 = listener } }

  func write(_ rows: ResultRows) throws(SQLError) {
    state.withLock { state in
      state.pieces.append(rows.batch)
      state.rowCount += rows.batch.count
      state.total += rows.batch.count
      trim(&state)
    }
  }

  private func trim(_ state: inout State) {
    while let first = state.pieces.first, state.rowCount - first.count >= rowsMax {
      state.pieces.removeFirst()
      state.rowCount -= first.count
    }
    guard state.pieces.count > Self.piecesMax else { return }
    let rows = state.pieces.flatMap { batch in (0..<batch.count).map { batch.row($0) } }
    state.pieces = [Batch(rows: rows.suffix(rowsMax), schema: shape.schema)]
    state.rowCount = min(rows.count, rowsMax)
  }

  func end(_ step: StepInfo) throws(SQLError) { changed() }

  func finish() throws(SQLError) {
    state.withLock { $0.isFinished = true }
    changed()
  }

  private func changed() {
    state.withLock { $0.changes += 1 }
    onChange.withLock { $0 }?()
  }

  /// Counts changes; equal numbers mean that nothing happened in between.
  var changes: Int { state.withLock { $0.changes } }

  /// The last rows in order, and how many there were.
  var tail: (batch: Batch, rowCount: Int) {
    let (pieces, total) = state.withLock { ($0.pieces, $0.total) }
    let all = pieces.isEmpty ? Batch.empty(shape.schema) : Batch.concatenate(pieces, schema: shape.schema)
    return (all.slice(max(0, all.count - rowsMax)..<all.count), total)
  }
}
