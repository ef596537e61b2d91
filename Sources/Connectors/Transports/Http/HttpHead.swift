internal import Diagnostics

/// The status line and headers of a response.
struct HttpHead: Sendable {
  /// Bytes of a head at most: what servers send is far below, and one without an end must not take all memory.
  static let bytesMax = 64 << 10

  var status: Int
  var reason: String
  /// Names in lower case, in order.
  var headers: [(name: String, value: String)]

  subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// Parses a head without its last, empty line; nil if it is none.
  init?(_ bytes: some Collection<UInt8>) {
    // Header values are bytes; what is no UTF-8 is replaced, as nothing here depends on it.
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: true) { $0 == "\r\n" || $0 == "\n" }
    guard let first = lines.first, first.hasPrefix("HTTP/1.") else { return nil }
    let words = first.split(separator: " ", maxSplits: 2)
    guard words.count >= 2, let status = Int(words[1]), (100...599).contains(status) else { return nil }
    self.status = status
    reason = words.count > 2 ? String(words[2]) : ""
    headers = []
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { return nil }
      headers.append(
        (line[..<colon].lowercased().trimmingSpaces(), String(line[line.index(after: colon)...]).trimmingSpaces()))
    }
  }

  /// How the end of the body is found (RFC 9112, 6.3).
  var bodyLength: HttpBodyLength? {
    if status == 204 || status == 304 { return .bytes(0) }
    if let encoding = self["transfer-encoding"] {
      return encoding.lowercased() == "chunked" ? .chunked : nil
    }
    let lengths = Set(headers.filter { $0.name == "content-length" }.map(\.value))
    if lengths.isEmpty { return .untilClose }
    guard lengths.count == 1, let length = lengths.first.flatMap({ Int64($0) }), length >= 0 else { return nil }
    return .bytes(length)
  }

  /// How long the server asks to be left alone, an hour at most: `Retry-After` in seconds. A date is not heeded.
  var retryAfterMillis: Int32 {
    let seconds = self["retry-after"].flatMap { Int32($0) } ?? 0
    return min(max(0, seconds), 3600) * 1000
  }

  var isRedirect: Bool { [301, 302, 303, 307, 308].contains(status) }
}

enum HttpBodyLength: Sendable, Equatable {
  case bytes(Int64)
  case chunked
  case untilClose
}
