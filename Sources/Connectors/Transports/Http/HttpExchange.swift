internal import Diagnostics
internal import Glibc

/// A request over a connection of its own, and the response as it comes (HTTP/1.1, RFC 9112).
final class HttpExchange {
  /// Bytes of a response that are read at once.
  private static let bufferBytes = 64 << 10

  let url: HttpUrl
  let head: HttpHead
  private let stream: DescriptorStream
  private let kind: SQLError.Kind
  private let length: HttpBodyLength
  private var chunks = ChunkedDecoder()
  private var bytesLeft: Int64
  /// Bytes read and not handed out.
  private var pending: [UInt8]
  private var start: Int

  struct Request: Sendable {
    var method = "GET"
    var url: HttpUrl
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]?
    var kind = SQLError.Kind.source
    /// Longest silence; −1: any.
    var timeoutMillis: Int32 = -1
  }

  /// Sends the request and waits for the head; nil if `wake` was raised.
  static func open(_ request: Request, wake: WakePipe) throws(SQLError) -> HttpExchange? {
    let url = request.url
    guard
      let descriptor = try TcpConnect.open(
        host: url.host, port: url.port, kind: request.kind, hint: nil, wake: wake)
    else { return nil }
    let stream = DescriptorStream(
      name: url.text, descriptor: descriptor, kind: request.kind, timeoutMillis: request.timeoutMillis)
    var isKept = false
    defer { if !isKept { stream.close() } }
    guard try send(request, stream, wake) else { return nil }
    var pending: [UInt8] = []
    while true {
      guard let end = try readHead(&pending, stream, request, wake) else { return nil }
      guard let head = HttpHead(pending[..<end]), let length = head.bodyLength else {
        throw SQLError(request.kind, "MALFORMED_RESPONSE", "\(url.text): the answer is no HTTP/1.1")
      }
      pending.removeFirst(end)
      // 1xx announce the response.
      if head.status < 200 { continue }
      isKept = true
      return HttpExchange(url: url, head: head, stream: stream, kind: request.kind, length: length, pending: pending)
    }
  }

  private init(
    url: HttpUrl, head: HttpHead, stream: DescriptorStream, kind: SQLError.Kind, length: HttpBodyLength, pending: [UInt8]
  ) {
    self.url = url
    self.head = head
    self.stream = stream
    self.kind = kind
    self.length = length
    self.pending = pending
    start = 0
    if case .bytes(let count) = length { bytesLeft = count } else { bytesLeft = 0 }
  }

  private static func send(_ request: Request, _ stream: DescriptorStream, _ wake: WakePipe) throws(SQLError) -> Bool {
    var text = "\(request.method) \(request.url.target) HTTP/1.1\r\nHost: \(request.url.authority)\r\nConnection: close\r\n"
    var headers = request.headers
    if !headers.contains(where: { $0.name.lowercased() == "user-agent" }) { headers.append(("User-Agent", "streamsql")) }
    if let body = request.body { headers.append(("Content-Length", "\(body.count)")) }
    for header in headers { text += "\(header.name): \(header.value)\r\n" }
    let bytes = Array((text + "\r\n").utf8) + (request.body ?? [])
    var isSent = false
    var failure: SQLError?
    bytes.withUnsafeBytes { bytes in
      do throws(SQLError) { isSent = try stream.write(bytes, wake: wake) } catch { failure = error }
    }
    if let failure { throw failure }
    return isSent
  }

  /// Reads until the empty line that ends a head; the place behind it, or nil if `wake` was raised.
  private static func readHead(
    _ pending: inout [UInt8], _ stream: DescriptorStream, _ request: Request, _ wake: WakePipe
  ) throws(SQLError) -> Int? {
    while true {
      if let end = endOfHead(pending) { return end }
      guard pending.count < HttpHead.bytesMax else {
        throw SQLError(
          request.kind, "MALFORMED_RESPONSE", "\(request.url.text): the head of the answer exceeds \(HttpHead.bytesMax) bytes")
      }
      guard let count = try append(from: stream, to: &pending, bytesMax: 4096, wake) else { return nil }
      if count == 0 {
        throw SQLError(
          request.kind, "CONNECTION_RESET", "\(request.url.text): the connection was closed before the answer was whole")
      }
    }
  }

  private static func append(
    from stream: DescriptorStream, to bytes: inout [UInt8], bytesMax: Int, _ wake: WakePipe
  ) throws(SQLError) -> Int? {
    let before = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: bytesMax))
    var count: Int?
    var failure: SQLError?
    bytes.withUnsafeMutableBytes { all in
      do throws(SQLError) {
        count = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: all[before...]), wake: wake)
      } catch { failure = error }
    }
    bytes.removeLast(bytesMax - (count ?? 0))
    if let failure { throw failure }
    return count
  }

  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    var previous = -1
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      // Nothing but a CR between two newlines.
      if previous >= 0, index - previous == 1 || (index - previous == 2 && bytes[index - 1] == UInt8(ascii: "\r")) {
        return index + 1
      }
      previous = index
    }
    return nil
  }

  func close() { stream.close() }

  // MARK: The body

  /// Reads some of the body; 0 at its end, nil if `wake` was raised.
  func read(into space: UnsafeMutableRawBufferPointer, wake: WakePipe) throws(SQLError) -> Int? {
    while true {
      if isAtEnd || space.isEmpty { return 0 }
      if start < pending.count {
        let count = try takePending(into: space)
        if count > 0 { return count }
        continue
      }
      pending.removeAll(keepingCapacity: true)
      start = 0
      guard let count = try Self.append(from: stream, to: &pending, bytesMax: Self.bufferBytes, wake) else { return nil }
      if count == 0 {
        if length == .untilClose { return 0 }
        throw SQLError(kind, "CONNECTION_RESET", "\(url.text): the connection was closed in the middle of the answer")
      }
    }
  }

  private var isAtEnd: Bool {
    switch length {
    case .bytes: bytesLeft == 0
    case .chunked: chunks.isDone
    case .untilClose: false
    }
  }

  private func takePending(into space: UnsafeMutableRawBufferPointer) throws(SQLError) -> Int {
    if case .chunked = length {
      guard
        let (used, written) = pending.withUnsafeBytes({
          chunks.decode(UnsafeRawBufferPointer(rebasing: $0[start...]), into: space)
        })
      else { throw SQLError(kind, "MALFORMED_RESPONSE", "\(url.text): the answer is not chunked as it says") }
      start += used
      return written
    }
    var count = min(space.count, pending.count - start)
    if case .bytes = length { count = min(count, Int(clamping: bytesLeft)) }
    pending.withUnsafeBytes { space.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<(start + count)])) }
    start += count
    bytesLeft -= Int64(count)
    return count
  }

  /// The first bytes of the body as text, for errors.
  func excerpt(wake: WakePipe) -> String {
    var bytes = [UInt8](repeating: 0, count: 200)
    let count = bytes.withUnsafeMutableBytes { space -> Int in
      // What cannot be read is not told.
      (try? read(into: space, wake: wake)).flatMap { $0 } ?? 0
    }
    return String(decoding: bytes[..<count], as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

extension SQLError {
  /// A response that is no success.
  static func httpStatus(_ exchange: HttpExchange, _ method: String, kind: SQLError.Kind, wake: WakePipe) -> SQLError {
    let excerpt = exchange.excerpt(wake: wake)
    return SQLError(
      kind, "HTTP_STATUS_\(exchange.head.status)",
      "\(method) \(exchange.url.text): \(exchange.head.status) \(exchange.head.reason)\(excerpt.isEmpty ? "" : ": \(excerpt)")")
  }

  /// The status of an answer that was no success; nil for other errors.
  var httpStatus: Int? {
    errorClass.hasPrefix("HTTP_STATUS_") ? Int(errorClass.dropFirst("HTTP_STATUS_".count)) : nil
  }

  /// True if the same request may succeed later: no answer, an overloaded or a broken server.
  var isPassingHttpFailure: Bool {
    if let status = httpStatus { return status == 408 || status == 425 || status == 429 || status >= 500 }
    return ["CONNECTION_FAILED", "CONNECTION_RESET", "CONNECTION_TIMEOUT", "IO_ERROR"].contains(errorClass)
  }
}
