internal import Columnar
internal import Diagnostics
internal import Synchronization

/// One query's place at a hub: a bounded queue of chunks, and the decoder for the columns that the query wants.
final class StreamSource: Source {
  let schema: Schema
  private let hub: StreamHub
  private let queue: ChunkQueue
  private let signal = ArrivalSignal()
  private let reader = Mutex("")
  let bufferBytes: Int
  private let policy: MalformedPolicy?
  private let records: MalformedRecords?
  /// Makes the decoder of a chunk.
  private let decoder: @Sendable (Chunk) -> any Decoder

  /// - Parameters:
  ///   - showsArrival: chunks keep their own arrival time, which `decoder` needs.
  ///   - policy: counts what decoders could not read.
  ///   - records: counts what the feed could not hand over.
  init(
    schema: Schema, hub: StreamHub, showsArrival: Bool = false, bufferBytes: Int = ChunkQueue.bytesMax,
    policy: MalformedPolicy? = nil, records: MalformedRecords? = nil, decoder: @escaping @Sendable (Chunk) -> any Decoder
  ) {
    self.schema = schema
    self.hub = hub
    self.bufferBytes = bufferBytes
    self.policy = policy
    self.records = records
    self.decoder = decoder
    queue = ChunkQueue(bytesMax: bufferBytes, mergesSmallChunks: !showsArrival)
  }

  // MARK: The query's side

  func attach(as reader: String) { self.reader.withLock { $0 = reader } }
  var readerName: String { reader.withLock { $0 } }

  func start(onArrival: @escaping @Sendable () -> Void) throws(SQLError) {
    signal.set(onArrival)
    hub.attach(self)
  }

  func stop() {
    signal.silence()
    queue.cancel()
    hub.detach(self)
  }

  var malformedCount: Int64 { (policy?.count ?? 0) + (records?.lostCount ?? 0) }

  func setPaused(_ isPaused: Bool) { queue.setPaused(isPaused) }

  func poll(_ limit: inout ReadLimit) throws(SQLError) -> SourcePoll {
    switch try queue.pop(&limit) {
    case .nothing: return .idle
    case .ended: return .ended
    case .chunk(let chunk):
      return .morsel(
        Morsel(
          .bytes(chunk.buffer, start: chunk.start, end: chunk.end, decoder: decoder(chunk)), byteCount: chunk.count))
    }
  }

  /// Bytes that had come; nothing can be read again, but PROCESS wants to know.
  func latest() throws(SQLError) -> String? { "\(queue.bytesPushed)" }
  func hasPassed(_ latest: String) -> Bool { Int64(latest).map { queue.bytesPopped >= $0 } ?? false }

  // MARK: The hub's side

  /// False if the chunk finds no room and must not wait for it.
  func take(_ chunk: Chunk) -> Bool {
    switch queue.push(chunk) {
    case .accepted: signal.send()
    case .unwanted: break
    case .overrun: return false
    }
    return true
  }

  func finish(_ ending: FeedEnding) {
    if case .failed(let error) = ending { queue.finish(error) } else { queue.finish() }
    signal.send()
  }

  func setCompany(_ hasCompany: Bool) { queue.setCompany(hasCompany) }
  var waitingBytes: Int { queue.bytes }
}
