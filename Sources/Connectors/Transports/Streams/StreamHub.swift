internal import Diagnostics
internal import Synchronization

/// The one reader of a source that cannot replay, shared by all queries of a session that read it (SEM-7).
///
///     feed (a thread) ──┬─► queue ─► decoder ─► query a
///                       └─► queue ─► decoder ─► query b
///
/// A query sees what comes from its attach on. Queues hand on the same buffers, so a second query costs no copy. The
/// slowest query holds the others back by its full queue, except a paused one: that is detached with an error, unless it
/// is alone, when it holds back the sender and nobody else. The feed runs while somebody is attached.
package final class StreamHub: Sendable {
  private struct State {
    var readers: [StreamSource] = []
    /// The reading thread's work, while there is one.
    var run: FeedRun?
    /// How a feed ended that cannot be begun again.
    var ending: FeedEnding?
    var bytes: Int64 = 0
    var connections: Int64 = 0
    var detached: Int64 = 0
  }

  /// What SHOW SOURCES tells of it.
  package struct Counters: Sendable {
    package var readers = 0
    package var bytes: Int64 = 0
    /// Bytes that wait in the fullest queue.
    package var waitingBytes: Int64 = 0
    package var connections: Int64 = 0
    package var detached: Int64 = 0
  }

  /// The feed's thread must end when the session does; an address look-up that hangs must not hold it up.
  private static let shutDownMillis: Int64 = 2000

  private let monitor = Monitor(State())
  private let feed: any StreamFeed
  private let gate: StreamGate

  init(_ feed: any StreamFeed, gate: StreamGate) {
    self.feed = feed
    self.gate = gate
  }

  /// What errors call the source.
  var name: String { feed.name }

  package var counters: Counters {
    monitor.withLock { state in
      Counters(
        readers: state.readers.count, bytes: state.bytes,
        waitingBytes: Int64(state.readers.map(\.waitingBytes).max() ?? 0), connections: state.connections,
        detached: state.detached)
    }
  }

  // MARK: Readers

  /// From here on the reader gets what comes; reading starts with the first reader, once the gate is open.
  func attach(_ reader: StreamSource) {
    let ending = monitor.withLock { state -> FeedEnding? in
      if let ending = state.ending { return ending }
      state.readers.append(reader)
      noteCompany(state.readers)
      return nil
    }
    if let ending { reader.finish(ending) } else { gate.pass { [self] in begin() } }
  }

  /// Without readers reading stops, and what is connected is let go.
  func detach(_ reader: StreamSource) {
    let idle = monitor.withLock { state -> FeedRun? in
      state.readers.removeAll { $0 === reader }
      noteCompany(state.readers)
      return state.readers.isEmpty ? state.run : nil
    }
    idle?.wake.raise()
  }

  /// Lets all readers go and waits for the thread, and with it for a child process, to end.
  package func shutDown() {
    let (readers, run) = monitor.withLock { state in
      defer { state.readers = [] }
      return (state.readers, state.run)
    }
    for reader in readers { reader.stop() }
    run?.wake.raise()
    _ = monitor.wait(timeoutMillis: Self.shutDownMillis) { $0.run == nil }
  }

  private func noteCompany(_ readers: [StreamSource]) {
    for reader in readers { reader.setCompany(readers.count > 1) }
  }

  // MARK: The feed's thread

  private func begin() {
    var failure: SQLError?
    let run = monitor.withLock { state -> FeedRun? in
      guard state.run == nil, !state.readers.isEmpty else { return nil }
      do throws(SQLError) { state.run = FeedRun(hub: self, wake: try WakePipe()) } catch { failure = error }
      return state.run
    }
    do throws(SQLError) {
      if let failure { throw failure }
      if let run { try startThread { [self] in end(feed.run(run)) } }
    } catch {
      end(.failed(error))
    }
  }

  private func end(_ ending: FeedEnding) {
    let (done, isWanted) = monitor.withLock(waking: true) { state -> ([StreamSource], Bool) in
      state.run = nil
      // Somebody may have attached while the feed was letting go.
      if case .unwanted = ending { return ([], !state.readers.isEmpty) }
      if !feed.canRestart { state.ending = ending }
      defer { state.readers = [] }
      return (state.readers, false)
    }
    for reader in done { reader.finish(ending) }
    if isWanted { begin() }
  }

  fileprivate func readers(of bytes: Int) -> [StreamSource] {
    monitor.withLock { state in
      state.bytes += Int64(bytes)
      return state.readers
    }
  }

  fileprivate func drop(_ reader: StreamSource) {
    monitor.withLock { state in
      guard state.readers.contains(where: { $0 === reader }) else { return }
      state.readers.removeAll { $0 === reader }
      state.detached += 1
      noteCompany(state.readers)
    }
    reader.finish(.failed(.detached(reader.readerName, from: name, bufferBytes: reader.bufferBytes)))
  }

  fileprivate func noteConnection() { monitor.withLock { $0.connections += 1 } }
}

/// Fills a hub: what its thread does. One call of `run` at a time.
protocol StreamFeed: Sendable {
  /// What errors call the source: `localhost:9999`, `stdin`.
  var name: String { get }
  /// A feed that has ended can be run again: a new connection, a new process.
  var canRestart: Bool { get }
  /// Reads until the input ends, fails, or nobody wants it any more.
  func run(_ run: FeedRun) -> FeedEnding
}

enum FeedEnding: Sendable {
  case ended
  case failed(SQLError)
  /// Nobody was there any more.
  case unwanted
}

/// What a feed reads for.
final class FeedRun: Sendable {
  private let hub: StreamHub
  /// Raised when nobody is attached any more.
  let wake: WakePipe

  fileprivate init(hub: StreamHub, wake: WakePipe) {
    self.hub = hub
    self.wake = wake
  }

  /// Hands a chunk to all readers, waiting for those whose queues are full; false if nobody is there any more.
  func push(_ chunk: Chunk) -> Bool {
    var chunk = chunk
    chunk.arrivalMicros = wallClockMicros()
    for reader in hub.readers(of: chunk.count) where !reader.take(chunk) { hub.drop(reader) }
    return !wake.isRaised
  }

  /// Counts a connection, a process, a sender.
  func noteConnection() { hub.noteConnection() }
}

extension SQLError {
  static func detached(_ query: String, from source: String, bufferBytes: Int) -> SQLError {
    SQLError(
      .source, "PAUSED_QUERY_DETACHED",
      "query \"\(query)\" was paused until its buffer of \(bufferBytes) bytes was full, and was detached from \(source), which others read",
      hint: "resume it sooner, or raise the option bufferBytes of the source")
  }
}

/// A hub that is made once, by whoever asks first.
final class SharedHub: Sendable {
  private let made = Mutex<StreamHub?>(nil)

  func hub(_ make: () -> StreamHub) -> StreamHub {
    made.withLock { made in
      let hub = made ?? make()
      made = hub
      return hub
    }
  }
}
