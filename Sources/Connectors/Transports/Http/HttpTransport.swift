internal import Diagnostics
internal import Synchronization

/// The body of a GET: lines, JSON lines, or server-sent events, as its content type says.
final class HttpTransport: StreamTransport {
  /// Redirects followed in a row.
  private static let redirectsMax = 5

  private let url: HttpUrl
  private let headers: [(name: String, value: String)]
  private let lineBytesMax: Int
  private let policy: RetryPolicy?
  /// What events say about the next connection.
  fileprivate struct Memory {
    var lastEventID: String?
    var retryMillis: Int64?
  }
  fileprivate let memory = Mutex(Memory())

  init(url: HttpUrl, headers: [(name: String, value: String)], lineBytesMax: Int, retry: RetryPolicy?) {
    self.url = url
    self.headers = headers
    self.lineBytesMax = lineBytesMax
    policy = retry
  }

  var name: String { url.text }
  var canReopen: Bool { true }

  var retry: RetryPolicy? {
    guard var policy else { return nil }
    if let millis = memory.withLock({ $0.retryMillis }) { policy.delayMillis = millis }
    return policy
  }

  func mayPass(_ error: SQLError) -> Bool { error.isPassingHttpFailure }

  func open(wake: WakePipe) throws(SQLError) -> (any ByteStream)? {
    var request = HttpExchange.Request(url: url, headers: headers)
    if !headers.contains(where: { $0.name.lowercased() == "accept" }) {
      request.headers.append(("Accept", "text/event-stream, application/x-ndjson, */*;q=0.5"))
    }
    let lastEventID = memory.withLock { $0.lastEventID }
    if let lastEventID { request.headers.append(("Last-Event-ID", lastEventID)) }
    for _ in 0...Self.redirectsMax {
      guard let exchange = try HttpExchange.open(request, wake: wake) else { return nil }
      if exchange.head.isRedirect, let location = exchange.head["location"] {
        exchange.close()
        request.url = try redirected(exchange.url, to: location)
        continue
      }
      guard (200...299).contains(exchange.head.status) else {
        defer { exchange.close() }
        throw .httpStatus(exchange, "GET", kind: .source, wake: wake)
      }
      let type = exchange.head["content-type"]?.lowercased() ?? ""
      let events =
        type.hasPrefix("text/event-stream")
        ? ServerSentEvents(object: name, eventBytesMax: lineBytesMax, lastEventID: lastEventID) : nil
      return HttpStream(exchange, events, self)
    }
    throw SQLError(.source, "TOO_MANY_REDIRECTS", "\(name) leads from one address to the next more than \(Self.redirectsMax) times")
  }

  private func redirected(_ from: HttpUrl, to location: String) throws(SQLError) -> HttpUrl {
    do throws(SQLError) { return try from.resolving(location) } catch {
      var failure = SQLError(.source, error.errorClass, "\(from.text) redirects to an address that cannot be read: \(error.message)")
      failure.hint = error.hint
      throw failure
    }
  }
}

private final class HttpStream: ByteStream {
  private let exchange: HttpExchange
  private let transport: HttpTransport
  private var events: ServerSentEvents?
  /// Lines of events, not yet handed out.
  private var lines: [UInt8] = []
  private var start = 0
  private var raw: [UInt8] = []

  init(_ exchange: HttpExchange, _ events: ServerSentEvents?, _ transport: HttpTransport) {
    self.exchange = exchange
    self.events = events
    self.transport = transport
    if events != nil { raw = [UInt8](repeating: 0, count: 16 << 10) }
  }

  /// "No content": the server asks not to be asked again.
  var isLast: Bool { exchange.head.status == 204 }

  func close() { exchange.close() }

  func read(into space: UnsafeMutableRawBufferPointer, wake: WakePipe) throws(SQLError) -> Int? {
    if events == nil { return try exchange.read(into: space, wake: wake) }
    while start == lines.count {
      lines.removeAll(keepingCapacity: true)
      start = 0
      guard let count = try readEvents(wake) else { return nil }
      if count == 0 { return 0 }
    }
    let count = min(space.count, lines.count - start)
    lines.withUnsafeBytes { space.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<(start + count)])) }
    start += count
    return count
  }

  private func readEvents(_ wake: WakePipe) throws(SQLError) -> Int? {
    var count: Int?
    var failure: SQLError?
    raw.withUnsafeMutableBytes { space in
      do throws(SQLError) {
        count = try exchange.read(into: space, wake: wake)
        guard let count, count > 0 else { return }
        try events?.take(UnsafeRawBufferPointer(rebasing: space[..<count]), into: &lines)
      } catch { failure = error }
    }
    transport.memory.withLock { memory in
      memory.lastEventID = events?.lastEventID ?? memory.lastEventID
      memory.retryMillis = events?.retryMillis ?? memory.retryMillis
    }
    if let failure { throw failure }
    return count
  }
}
