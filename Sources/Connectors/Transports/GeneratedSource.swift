internal import Columnar
internal import Diagnostics
internal import Synchronization

/// Rows that are computed, numbered from 0, each due at its time.
protocol RowGenerator: Sendable {
  var schema: Schema { get }
  /// Rows in all; nil: endless.
  var rowCount: Int64? { get }
  /// Rows that are due `elapsedMicros` after the start; all if time plays no part.
  func dueRows(elapsedMicros: Int64) -> Int64
  /// When row `row` becomes due, after the start.
  func dueMicros(ofRow row: Int64) -> Int64
  /// Rows `rows` of a stream that began at `startMicros`.
  func batch(_ rows: Range<Int64>, startMicros: Int64) -> Batch
}

/// Hands over what a generator has due, and wakes the query when more is.
final class GeneratedSource: Source {
  /// The clock is looked at again after this time at the latest: it may be a virtual one.
  private static let sleepMillisMax: Int64 = 100

  let schema: Schema
  private let generator: any RowGenerator
  private let nowMicros: @Sendable () -> Int64
  private let wake: WakePipe
  private let signal = ArrivalSignal()

  private struct State {
    var next: Int64 = 0
    var startMicros: Int64?
  }
  private let state = Mutex(State())

  init(_ generator: any RowGenerator, nowMicros: @escaping @Sendable () -> Int64) throws(SQLError) {
    self.generator = generator
    self.nowMicros = nowMicros
    schema = generator.schema
    wake = try WakePipe()
  }

  func start(onArrival: @escaping @Sendable () -> Void) throws(SQLError) {
    signal.set(onArrival)
    _ = startMicros()
    signal.send()
    // Bounded generators have all their rows at once; nobody has to be woken.
    if generator.dueMicros(ofRow: .max) == 0 { return }
    try startThread { [weak self, wake] in
      while let delay = self?.sleepMillis() {
        if wake.wait(for: -1, events: 0, timeoutMillis: delay) == .woken { return }
        self?.signalIfDue()
      }
    }
  }

  func stop() {
    signal.silence()
    wake.raise()
  }

  private func startMicros() -> Int64 {
    state.withLock { state in
      let start = state.startMicros ?? nowMicros()
      state.startMicros = start
      return start
    }
  }

  /// Milliseconds until the next row is due; nil when there is none.
  private func sleepMillis() -> Int32? {
    let elapsed = nowMicros() - startMicros()
    let next = state.withLock { $0.next }
    if let count = generator.rowCount, next >= count { return nil }
    let due = generator.dueMicros(ofRow: max(next, generator.dueRows(elapsedMicros: elapsed)))
    return Int32(clamping: max(1, min(Self.sleepMillisMax, (due - elapsed + 999) / 1000)))
  }

  private func signalIfDue() {
    let next = state.withLock { $0.next }
    if generator.dueRows(elapsedMicros: nowMicros() - startMicros()) > next { signal.send() }
  }

  func poll(_ limit: inout ReadLimit) throws(SQLError) -> SourcePoll {
    let start = startMicros()
    let due = generator.dueRows(elapsedMicros: nowMicros() - start)
    let (rows, isAtEnd) = state.withLock { state -> (Range<Int64>, Bool) in
      let end = min(due, generator.rowCount ?? .max)
      let upper =
        state.next + max(0, min(end - state.next, Int64(clamping: limit.rows), Int64(Batch.rowsMax)))
      let rows = state.next..<(limit.bytes > 0 ? upper : state.next)
      state.next = rows.upperBound
      return (rows, state.next == generator.rowCount)
    }
    if rows.isEmpty { return isAtEnd ? .ended : .idle }
    if limit.rows < .max { limit.rows -= rows.count }
    return .morsel(Morsel(.batch(generator.batch(rows, startMicros: start), weights: nil), byteCount: 0))
  }

  var readShare: Double? {
    guard let count = generator.rowCount, count > 0 else { return nil }
    return state.withLock { Double($0.next) / Double(count) }
  }

  var position: String? { state.withLock { "\($0.next) \($0.startMicros ?? 0)" } }

  func seek(to position: String) throws(SQLError) {
    let parts = position.split(separator: " ").compactMap { Int64($0) }
    guard parts.count == 2, parts[0] >= 0 else { throw .badPosition(position) }
    state.withLock { $0 = State(next: parts[0], startMicros: parts[1]) }
  }

  var nextDueMicros: Int64? {
    let start = startMicros()
    let next = state.withLock { $0.next }
    if let count = generator.rowCount, next >= count { return nil }
    let (due, overflow) = start.addingReportingOverflow(generator.dueMicros(ofRow: next))
    return overflow ? nil : due
  }

  func hasPassed(_ latest: String) -> Bool {
    guard let rows = latest.split(separator: " ").first.flatMap({ Int64($0) }) else { return false }
    return state.withLock { $0.next >= rows }
  }

  func latest() throws(SQLError) -> String? {
    let start = startMicros()
    let due = generator.dueRows(elapsedMicros: nowMicros() - start)
    return "\(min(due, generator.rowCount ?? .max)) \(start)"
  }
}
