import Columnar
import Connectors
import Dataflow
import Diagnostics
import Synchronization

/// One source of a running query: what has been taken from it and whether more is to come.
// @unchecked Sendable: `take` is called by one worker at a time (under the round's mutex), everything else by the query's
// thread between rounds.
final class SourceRun: @unchecked Sendable {
  /// Another one when the relation is read again; asked for by other threads too.
  private let current: Mutex<any Source>
  var source: any Source { current.withLock { $0 } }
  let name: String
  /// Set for the static side of a join: it is read to its end before sources of higher rank or none.
  let drainRank: Int?
  private(set) var hasEnded = false
  /// A unit of input ended (a file, an INSERT): this step takes no more from here, unless limits are ignored.
  private(set) var isAtBoundary = false
  private(set) var isIdle = false
  /// Morsels and boundaries taken in this step.
  private(set) var consumed = 0
  /// The same without what was there before the query.
  private(set) var news = 0
  private(set) var bytesRead: Int64 = 0
  /// When something last came, µs on the query's clock.
  private(set) var lastArrivalMicros: Int64?
  private var ignoresLimits = false
  /// Why the source can be read no further.
  private var failure: SQLError?
  private var limit = ReadLimit()

  private let batchRowsMax: Int
  private let decoded = Atomic<Int64>(0)

  private let isPastNews: Bool

  /// - Parameter isPastNews: what a followed table held before counts as consumed.
  init(source: any Source, name: String, drainRank: Int?, isPastNews: Bool = true, batchRowsMax: Int) {
    self.isPastNews = isPastNews
    current = Mutex(source)
    self.drainRank = drainRank
    self.name = name
    self.batchRowsMax = batchRowsMax
  }

  /// Rows decoded so far.
  var rowsTaken: Int64 { decoded.load(ordering: .relaxed) }

  func beginStep(ignoringLimits: Bool) {
    consumed = 0
    news = 0
    isAtBoundary = false
    isIdle = false
    ignoresLimits = ignoringLimits || drainRank != nil
    limit = ReadLimit()
  }

  /// True if this step can take more from the source.
  var isOpen: Bool { !hasEnded && !isAtBoundary && !isIdle }

  /// The idle mark is lifted: something may have arrived meanwhile.
  func retry() { isIdle = false }

  func noteArrival(_ micros: Int64) { lastArrivalMicros = micros }

  /// As it stands.
  var report: QueryReport.Source {
    QueryReport.Source(
      name: name, rows: rowsTaken, bytes: bytesRead, hasEnded: hasEnded, isStatic: drainRank != nil,
      lastArrivalMicros: lastArrivalMicros)
  }

  /// Begins again, with another reader of the same relation.
  func renew(_ source: any Source) {
    current.withLock { $0 = source }
    hasEnded = false
    isIdle = false
  }

  /// The next morsel of this step, or nil: idle, ended, or the step's share is taken.
  func take() throws(SQLError) -> (any MorselContent)? {
    if let failure { throw failure }
    do throws(SQLError) { return try next() } catch {
      // What came before the failure is still a step of its own, and its rows are shown; one long step has no such rows.
      guard consumed > 0, !ignoresLimits else { throw error }
      failure = error
      isIdle = true
      return nil
    }
  }

  private func next() throws(SQLError) -> (any MorselContent)? {
    while isOpen {
      switch try source.poll(&limit) {
      case .morsel(let morsel):
        consumed += 1
        if isPastNews || !morsel.isPast { news += 1 }
        bytesRead += Int64(morsel.byteCount)
        return Content(morsel: morsel, run: self)
      case .stepBoundary:
        consumed += 1
        news += 1
        if !ignoresLimits { isAtBoundary = true }
      case .idle:
        isIdle = true
      case .ended:
        hasEnded = true
      }
    }
    return nil
  }
}

extension SourceRun {
  /// A morsel on its way to a lane.
  private struct Content: MorselContent {
    let morsel: Morsel
    let run: SourceRun

    func forEachBatch(_ body: (Batch, [Int64]?) throws(SQLError) -> Void) throws(SQLError) {
      switch morsel.content {
      case .batch(let batch, let weights):
        try cut(batch, weights, body)
      case .bytes(let buffer, let start, let end, let decoder as any ChangeDecoder):
        try decoder.decodeChanges(buffer, start..<end) { batch, weights throws(SQLError) in try cut(batch, weights, body) }
      case .bytes(let buffer, let start, let end, let decoder):
        try decoder.decode(buffer, start..<end) { batch throws(SQLError) in
          if run.batchRowsMax < Batch.rowsMax {
            try cut(batch, nil, body)
          } else {
            run.decoded.wrappingAdd(Int64(batch.count), ordering: .relaxed)
            try body(batch, nil)
          }
        }
      }
    }

    /// A big INSERT in cache-sized pieces.
    private func cut(
      _ batch: Batch, _ weights: [Int64]?, _ body: (Batch, [Int64]?) throws(SQLError) -> Void
    ) throws(SQLError) {
      run.decoded.wrappingAdd(Int64(batch.count), ordering: .relaxed)
      var start = 0
      while start < batch.count {
        let end = min(start + run.batchRowsMax, batch.count)
        try body(batch.slice(start..<end), weights.map { Array($0[start..<end]) })
        start = end
      }
    }
  }
}
