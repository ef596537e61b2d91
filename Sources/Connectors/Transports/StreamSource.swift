internal import Columnar
internal import Diagnostics
internal import Glibc
internal import Synchronization

/// Where a byte stream comes from: opened, and opened again after a break if the transport wants that.
protocol StreamTransport: Sendable {
  /// What errors call it: `localhost:9999`, `stdin`.
  var name: String { get }
  /// Opens the stream, waiting as long as it takes unless `wake` is raised; nil if it was.
  func open(wake: WakePipe) throws(SQLError) -> Int32?
  /// Called once for each descriptor that `open` gave.
  func close(_ descriptor: Int32)
  /// Milliseconds to wait before the stream is opened again after `failures` failures in a row; nil: it is not.
  func retryDelayMillis(failures: Int) -> Int32?
}

/// Reads a byte stream on a thread of its own, and hands it over in chunks of whole lines.
///
/// Each read becomes a chunk at once, so a line is seen as soon as the operating system has it. The thread waits when
/// the queue is full, and ends with the input, at an error that the transport does not retry, or at `stop`.
final class StreamSource: Source {
  let schema: Schema
  private let transport: any StreamTransport
  private let lineBytesMax: Int
  private let queue: ChunkQueue
  private let wake: WakePipe
  private let signal = ArrivalSignal()
  /// Makes the decoder of a chunk that came at this time, in µs.
  private let decoder: @Sendable (_ arrivalMicros: Int64) -> any Decoder

  /// - Parameter showsArrival: chunks keep their own arrival time, which `decoder` needs.
  init(
    schema: Schema, transport: any StreamTransport, lineBytesMax: Int = LineFraming.lineBytesMaxDefault,
    showsArrival: Bool = false, queueBytesMax: Int = ChunkQueue.bytesMax,
    decoder: @escaping @Sendable (_ arrivalMicros: Int64) -> any Decoder
  ) throws(SQLError) {
    self.schema = schema
    self.transport = transport
    self.lineBytesMax = lineBytesMax
    self.decoder = decoder
    queue = ChunkQueue(bytesMax: queueBytesMax, mergesSmallChunks: !showsArrival)
    wake = try WakePipe()
  }

  func start(onArrival: @escaping @Sendable () -> Void) throws(SQLError) {
    signal.set(onArrival)
    let reader = StreamReader(
      transport: transport, lineBytesMax: lineBytesMax, queue: queue, wake: wake, signal: signal)
    try startThread { reader.run() }
  }

  func stop() {
    signal.silence()
    queue.cancel()
    wake.raise()
  }

  func poll(_ limit: inout ReadLimit) throws(SQLError) -> SourcePoll {
    switch try queue.pop(&limit) {
    case .nothing: return .idle
    case .ended: return .ended
    case .chunk(let chunk):
      return .morsel(
        Morsel(
          .bytes(chunk.buffer, start: chunk.start, end: chunk.end, decoder: decoder(chunk.arrivalMicros)),
          byteCount: chunk.count))
    }
  }
}

/// The reading thread of a stream.
private struct StreamReader: Sendable {
  let transport: any StreamTransport
  let lineBytesMax: Int
  let queue: ChunkQueue
  let wake: WakePipe
  let signal: ArrivalSignal

  func run() {
    var failures = 0
    while !wake.isRaised {
      var error: SQLError?
      do throws(SQLError) {
        guard let descriptor = try transport.open(wake: wake) else { return }
        defer { transport.close(descriptor) }
        failures = 0
        guard try readAll(descriptor) else { return }
      } catch let caught {
        error = caught
      }
      guard let delay = transport.retryDelayMillis(failures: failures) else {
        queue.finish(error)
        signal.send()
        return
      }
      failures += 1
      if wake.wait(for: -1, events: 0, timeoutMillis: delay) == .woken { return }
    }
  }

  /// Reads up to the end; false if nobody listens any more.
  private func readAll(_ descriptor: Int32) throws(SQLError) -> Bool {
    var framing = LineFraming(object: transport.name, lineBytesMax: lineBytesMax)
    while true {
      switch wake.wait(for: descriptor, events: POLLIN) {
      case .woken: return false
      case .failed(let code): throw .io(.source, "waiting for", transport.name, errno: code)
      case .ready, .timedOut: break
      }
      let space = framing.space()
      let count = read(descriptor, space.baseAddress, space.count)
      if count > 0 {
        if let chunk = try framing.take(count), !push(chunk) { return false }
      } else if count == 0 {
        if let chunk = framing.finish(), !push(chunk) { return false }
        return true
      } else if errno != EINTR, errno != EAGAIN {
        let code = errno
        // What arrived of a line before the break is kept as a line, as at an orderly end.
        if let chunk = framing.finish(), !push(chunk) { return false }
        throw .connectionBroken(transport.name, errno: code)
      }
    }
  }

  private func push(_ chunk: Chunk) -> Bool {
    var chunk = chunk
    chunk.arrivalMicros = wallClockMicros()
    guard queue.push(chunk) else { return false }
    signal.send()
    return true
  }
}

extension SQLError {
  static func connectionBroken(_ name: String, errno code: Int32) -> SQLError {
    code == ECONNRESET
      ? SQLError(
        .source, "CONNECTION_RESET", "\(name): the connection was reset by the sender",
        hint: "OPTIONS (reconnect 'true') connects again")
      : .io(.source, "reading from", name, errno: code)
  }
}
