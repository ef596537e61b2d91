import Columnar
import Diagnostics
import Glibc
import Testing

@testable import Connectors

/// A listening socket on a free loopback port.
final class Listener: Sendable {
  let descriptor: Int32
  let port: Int

  init() {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        _ = bind(descriptor, generic, size)
        listen(descriptor, 4)
        getsockname(descriptor, generic, &size)
      }
      return Int(UInt16(bigEndian: pointer.pointee.sin_port))
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  func accept() -> Peer { Peer(descriptor: Glibc.accept(descriptor, nil, nil)) }
}

/// The sending side of a connection or a pipe.
final class Peer: Sendable {
  let descriptor: Int32
  init(descriptor: Int32) { self.descriptor = descriptor }

  func send(_ text: String) { send(bytes: Array(text.utf8)) }

  func send(bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + sent, bytes.count - sent) }
      if count < 0 { return }
      sent += count
    }
  }

  /// Closes with a reset in place of an orderly end.
  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    Glibc.close(descriptor)
  }

  func close() { _ = Glibc.close(descriptor) }
}

@Suite struct StreamSourceTests {
  let listener = Listener()

  private func openSocket(_ options: [String: String] = [:], columns: [Int]? = nil) throws -> any Source {
    try open(
      .socket, ["host": "127.0.0.1", "port": "\(listener.port)"].merging(options) { $1 }, columns: columns)
  }

  @Test func aSocketClosedByItsSenderEnds() throws {
    let source = try openSocket()
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    let peer = listener.accept()
    peer.send("green green\nblue")
    peer.send("s\nlast")
    peer.close()
    #expect(try drain(source, arrivals).lines == ["green green", "blues", "last"])
    source.stop()
  }

  @Test func hostAndPortInOne() throws {
    let source = try open(.socket, ["host": "127.0.0.1:\(listener.port)"])
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    let peer = listener.accept()
    peer.send("a\n")
    peer.close()
    #expect(try drain(source, arrivals).lines == ["a"])
    for host in ["localhost", "localhost:x", ":9", "localhost:70000", ""] {
      #expect(failure { _ = try open(.socket, ["host": host]) }?.errorClass == "INVALID_OPTION_VALUE")
    }
  }

  @Test func aLineIsSeenAsSoonAsItIsSent() throws {
    let source = try openSocket()
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    let peer = listener.accept()
    for i in 0..<20 {
      peer.send("line \(i)\npart")
      var lines: [String] = []
      while lines.isEmpty {
        var limit = ReadLimit()
        if case .morsel(let morsel) = try source.poll(&limit) {
          lines = try morsel.rows().map { $0[0].text ?? "" }
        } else {
          arrivals.wait()
        }
      }
      #expect(lines == [i == 0 ? "line 0" : "partline \(i)"])
    }
    source.stop()
    peer.close()
  }

  @Test func aResetIsAnErrorThatNamesIt() throws {
    let source = try openSocket()
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    let peer = listener.accept()
    peer.send("a\n")
    var limit = ReadLimit()
    while true {
      if case .morsel = try source.poll(&limit) { break }
      arrivals.wait()
    }
    peer.reset()
    let error = failure { _ = try drain(source, arrivals) }
    #expect(error?.errorClass == "CONNECTION_RESET")
    #expect(error?.message.contains("127.0.0.1:\(listener.port)") == true)
    #expect(error?.kind.exitCode == 3)
  }

  @Test func anAbsentSenderIsAnErrorThatNamesIt() throws {
    let port = Listener().port
    let error = failure { _ = try drain(open(.socket, ["host": "127.0.0.1", "port": "\(port)"])) }
    #expect(error?.errorClass == "CONNECTION_FAILED")
    #expect(error?.message == "cannot connect to 127.0.0.1:\(port): Connection refused")
    let unknown = failure { _ = try drain(open(.socket, ["host": "no.such.host.invalid", "port": "1"])) }
    #expect(unknown?.errorClass == "CONNECTION_FAILED")
  }

  @Test func reconnectsAfterCloseAndReset() throws {
    let source = try openSocket(["reconnect": "true"])
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    var lines: [String] = []
    for (i, ending) in [Peer.close, Peer.reset, Peer.close].enumerated() {
      let peer = listener.accept()
      peer.send("line \(i)\n")
      while lines.count == i {
        var limit = ReadLimit()
        if case .morsel(let morsel) = try source.poll(&limit) {
          lines += try morsel.rows().map { $0[0].text ?? "" }
        } else {
          arrivals.wait()
        }
      }
      ending(peer)()
    }
    #expect(lines == ["line 0", "line 1", "line 2"])
    source.stop()
  }

  @Test func retriesAreGivenUp() throws {
    let port = Listener().port
    let error = failure {
      _ = try drain(
        open(.socket, ["host": "127.0.0.1", "port": "\(port)", "maxRetries": "2", "retryDelay": "1ms"]))
    }
    #expect(error?.errorClass == "CONNECTION_FAILED")
    #expect(error?.message == "cannot connect to 127.0.0.1:\(port): Connection refused; given up after 3 attempts")
    #expect(error?.kind.exitCode == 3)
  }

  @Test func attemptsBackOff() {
    let policy = RetryPolicy(delayMillis: 100, delayMillisMax: 5000)
    #expect((0..<8).map { policy.delayMillis(failures: $0) } == [100, 200, 400, 800, 1600, 3200, 5000, 5000])
    #expect(RetryPolicy(delayMillis: .max, delayMillisMax: .max).delayMillis(failures: 1000) == .max)
  }

  /// 100 MB without a newline: an error at the limit, and no more memory than that.
  @Test func aLineWithoutEndIsAnError() throws {
    let source = try openSocket(["maxLineBytes": "1000000", "reconnect": "true"])
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    let peer = listener.accept()
    let piece = String(repeating: "x", count: 100_000)
    for _ in 0..<20 { peer.send(piece) }
    let error = failure { _ = try drain(source, arrivals) }
    #expect(error?.errorClass == "LINE_TOO_LONG")
    #expect(error?.message.contains("127.0.0.1:\(listener.port)") == true)
    peer.close()
  }

  @Test func formatsReadLines() throws {
    let source = try openSocketOf(["format": "json"], schema: Schema([Field("a", .int), Field("b", .string)]))
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    let peer = listener.accept()
    peer.send("{\"a\": 1, \"b\": \"x\"}\n{\"b\": \"y\"}\n")
    peer.close()
    #expect(try drain(source, arrivals).rows == [[.int32(1), .string("x")], [.null, .string("y")]])
    let undeclared = failure { _ = try openSocket(["format": "csv"]) }
    #expect(undeclared?.errorClass == "UNABLE_TO_INFER_SCHEMA")
  }

  private func openSocketOf(_ options: [String: String], schema: Schema) throws -> any Source {
    try open(
      .socket, ["host": "127.0.0.1", "port": "\(listener.port)"].merging(options) { $1 }, schema: schema)
  }

  @Test func timestampsAreThoseOfArrival() throws {
    let before = wallClockMicros()
    let source = try openSocket(["includeTimestamp": "true"])
    #expect(source.schema.names == ["value", "timestamp"])
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    let peer = listener.accept()
    peer.send("a\n")
    peer.close()
    let rows = try drain(source, arrivals).rows
    let micros = try #require(rows.first?[1].integer)
    #expect((before...wallClockMicros()).contains(micros))
  }

  @Test func stopNeedsNoSender() throws {
    let source = try openSocket()
    try source.start {}
    source.stop()
    var limit = ReadLimit()
    if case .morsel = try source.poll(&limit) { Issue.record("nothing was sent") }
  }

  /// A query that does not poll stops the reader at the queue's limit, and the sender with it.
  @Test func aFullQueueHoldsTheSenderBack() throws {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    let source = StreamSource(
      schema: Schema([Field("value", .string)]), hub: pipeHub(ends[0]), bufferBytes: 100_000
    ) { _ in TextDecoder() }
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let line = Array((String(repeating: "x", count: 999) + "\n").utf8)
    var accepted = 0
    var refusals = 0
    // Refused several times in a row with pauses: the reader takes no more.
    while refusals < 20 {
      if write(ends[1], line, line.count) == line.count {
        accepted += 1
        refusals = 0
        #expect(accepted < 5000)
      } else {
        refusals += 1
        usleep(2000)
      }
    }
    #expect(accepted >= 100)
    _ = fcntl(ends[1], F_SETFL, 0)
    close(ends[1])
    #expect(try drain(source, arrivals).rows.count == accepted)
    close(ends[0])
  }

  /// Many writes of a few bytes, read while they come: nothing is lost, and those that wait together are merged.
  @Test func smallWritesAreMergedWhenTheQueryIsBehind() throws {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    let source = StreamSource(schema: Schema([Field("value", .string)]), hub: pipeHub(ends[0])) { _ in TextDecoder() }
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    let peer = Peer(descriptor: ends[1])
    for i in 0..<5000 { peer.send("\(i)\n") }
    peer.close()
    let drained = try drain(source, arrivals)
    #expect(drained.lines == (0..<5000).map { "\($0)" })
    close(ends[0])
  }

  @Test func stdinThatIsTheScriptIsNoData() {
    let error = failure { _ = try open(.stdin, environment: environment(isStdinData: false)) }
    #expect(error?.errorClass == "STDIN_IS_SCRIPT")
  }
}

/// A hub over the reading end of a pipe.
func pipeHub(_ descriptor: Int32, gate: StreamGate = StreamGate()) -> StreamHub {
  StreamHub(LineFeed(DescriptorTransport(name: "pipe", descriptor: descriptor)), gate: gate)
}

@Suite struct ChunkQueueTests {
  private func chunk(_ text: String) -> Chunk {
    let bytes = Array(text.utf8)
    return Chunk(buffer: bytes.withUnsafeBytes { ByteBuffer(copying: $0) }, start: 0, end: bytes.count)
  }

  private func pop(_ queue: ChunkQueue, rows: Int = .max) throws -> String? {
    var limit = ReadLimit(rows: rows)
    guard case .chunk(let chunk) = try queue.pop(&limit) else { return nil }
    return String(
      decoding: UnsafeBufferPointer(start: chunk.buffer.base + chunk.start, count: chunk.count), as: UTF8.self
    )
  }

  @Test func smallChunksMergeAndUnterminatedOnesDoNot() throws {
    let queue = ChunkQueue()
    for text in ["a\n", "b\n", "c", "d\n", "e\n"] { _ = queue.push(chunk(text)) }
    queue.finish()
    #expect(try pop(queue) == "a\nb\n")
    #expect(try pop(queue) == "c")
    #expect(try pop(queue, rows: 1) == "d\n")
    #expect(try pop(queue) == "e\n")
    #expect(try pop(queue) == nil)
  }

  @Test func errorsComeAfterTheLastChunk() throws {
    let queue = ChunkQueue()
    _ = queue.push(chunk("a\n"))
    queue.finish(.internal("broken"))
    #expect(try pop(queue) == "a\n")
    #expect(failure { _ = try pop(queue) }?.message == "broken")
    #expect(failure { _ = try pop(queue) }?.message == "broken")
  }

  @Test func cancelFreesAWaitingReader() throws {
    let queue = ChunkQueue(bytesMax: 1)
    _ = queue.push(chunk("a\n"))
    let done = Monitor(false)
    try startThread {
      let accepted = queue.push(self.chunk("b\n"))
      done.withLock(waking: true) { $0 = accepted == .unwanted }
    }
    queue.cancel()
    done.wait(until: { $0 }) { _ in }
  }
}
