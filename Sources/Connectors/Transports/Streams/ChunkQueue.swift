internal import Columnar
internal import Diagnostics

/// What a reader thread has read and the query has not yet taken.
///
/// Bounded: a full queue makes the reader wait, so that it stops reading and the sender is held back (TCP closes its
/// window, a pipe blocks its writer). One reader, one consumer.
final class ChunkQueue: Sendable {
  /// Bytes held at most, plus one chunk: enough to keep a query busy while the reader waits for a system call.
  static let bytesMax = 4 << 20
  /// What an entry counts beyond its bytes, so that many tiny ones fill the queue too.
  private static let entryBytes = 128
  /// Entries below this size that wait together are copied into one chunk: fewer, larger morsels when a query is behind.
  private static let smallBytes = 8 << 10

  private struct State {
    /// nil below `head`, so that what was taken is freed.
    var chunks: [Chunk?] = []
    /// Index of the first entry.
    var head = 0
    var bytes = 0
    /// Bytes of chunks that went in and out so far.
    var bytesPushed: Int64 = 0
    var bytesPopped: Int64 = 0
    var isFinished = false
    var error: SQLError?
    var isCancelled = false
    /// The query takes nothing for now, because its user said so.
    var isPaused = false
    /// Others read the same input, and would wait for this queue.
    var hasCompany = false
  }

  private let monitor = Monitor(State())
  private let bytesMax: Int
  private let mergesSmallChunks: Bool

  /// - Parameter mergesSmallChunks: false where each chunk's arrival time is shown.
  init(bytesMax: Int = ChunkQueue.bytesMax, mergesSmallChunks: Bool = true) {
    self.bytesMax = bytesMax
    self.mergesSmallChunks = mergesSmallChunks
  }

  // MARK: Reader

  enum Push: Equatable {
    case accepted
    /// Nobody wants it any more.
    case unwanted
    /// The queue is full, its query is paused, and others wait for the chunk.
    case overrun
  }

  /// Adds a chunk, waiting while the queue is full: the slowest query holds the reader back. A paused one does so only as
  /// long as it is alone.
  func push(_ chunk: Chunk) -> Push {
    monitor.wait(until: { $0.bytes < bytesMax || $0.isCancelled || ($0.isPaused && $0.hasCompany) }) { state in
      if state.isCancelled { return .unwanted }
      if state.bytes >= bytesMax { return .overrun }
      state.chunks.append(chunk)
      state.bytes += chunk.count + Self.entryBytes
      state.bytesPushed += Int64(chunk.count)
      return .accepted
    }
  }

  func setPaused(_ isPaused: Bool) { monitor.withLock(waking: true) { $0.isPaused = isPaused } }
  func setCompany(_ hasCompany: Bool) { monitor.withLock(waking: true) { $0.hasCompany = hasCompany } }

  var bytesPushed: Int64 { monitor.withLock { $0.bytesPushed } }
  var bytesPopped: Int64 { monitor.withLock { $0.bytesPopped } }

  /// Bytes that wait for the query.
  var bytes: Int { monitor.withLock { $0.bytes } }

  /// No more will come; with an error if that is why.
  func finish(_ error: SQLError? = nil) {
    monitor.withLock { state in
      state.isFinished = true
      state.error = error
    }
  }

  // MARK: Consumer

  enum Next {
    case chunk(Chunk)
    case nothing
    case ended
  }

  /// The next chunk within the limit, which it lowers; throws the reader's error after its last chunk.
  func pop(_ limit: inout ReadLimit) throws(SQLError) -> Next {
    try monitor.withLock(waking: true) { (state) throws(SQLError) -> Next in
      guard state.head < state.chunks.count else {
        if let error = state.error { throw error }
        return state.isFinished ? .ended : .nothing
      }
      guard limit.rows > 0, limit.bytes > 0 else { return .nothing }
      if mergesSmallChunks { mergeFront(&state) }
      guard var rest = state.chunks[state.head] else { return .nothing }
      let front = rest.takeFront(&limit)
      state.bytes -= front.count
      state.bytesPopped += Int64(front.count)
      state.chunks[state.head] = rest.count > 0 ? rest : nil
      if rest.count == 0 {
        state.bytes -= Self.entryBytes
        state.head += 1
        if state.head == state.chunks.count {
          state.chunks.removeAll(keepingCapacity: true)
          state.head = 0
        } else if state.head >= 1024 {
          state.chunks.removeFirst(state.head)
          state.head = 0
        }
      }
      return .chunk(front)
    }
  }

  /// Nothing is wanted any more: a waiting reader goes on and ends.
  func cancel() {
    monitor.withLock(waking: true) { state in
      state.isCancelled = true
      state.chunks = []
      state.head = 0
      state.bytes = 0
    }
  }

  private func mergeFront(_ state: inout State) {
    guard let first = state.chunks[state.head] else { return }
    var last = state.head
    var bytes = 0
    while last < state.chunks.count, let chunk = state.chunks[last], chunk.count < Self.smallBytes,
      isTerminated(chunk), bytes + chunk.count <= LineFraming.chunkBytes, last == state.head || !chunk.isStart
    {
      bytes += chunk.count
      last += 1
    }
    guard last - state.head > 1 else { return }
    let merged = ByteBuffer(capacity: bytes)
    for index in state.head..<last {
      guard let chunk = state.chunks[index] else { continue }
      _ = merged.append(chunk.buffer.base + chunk.start, count: chunk.count)
      state.chunks[index] = nil
    }
    state.bytes -= (last - state.head - 1) * Self.entryBytes
    state.head = last - 1
    state.chunks[state.head] = Chunk(
      buffer: merged, start: 0, end: bytes, offset: first.offset, isStart: first.isStart)
  }

  /// A chunk without a newline at its end can only be the last of its connection; another must not run into it.
  private func isTerminated(_ chunk: Chunk) -> Bool {
    chunk.count > 0 && chunk.buffer.base[chunk.end - 1] == UInt8(ascii: "\n")
  }
}
