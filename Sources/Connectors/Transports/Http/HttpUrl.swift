internal import Diagnostics

/// The parts of an `http://` address.
struct HttpUrl: Sendable, Equatable {
  var host: String
  var port: Int
  /// Path and query.
  var target: String

  var text: String { "http://\(authority)\(target)" }

  /// What the Host header says.
  var authority: String { port == 80 ? (host.contains(":") ? "[\(host)]" : host) : TcpConnect.name(host, port) }

  /// Throws what is wrong with the text; `https` is refused by name.
  init(_ text: String, span: SourceSpan? = nil) throws(SQLError) {
    let lower = text.lowercased()
    if lower.hasPrefix("https://") {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "https is not spoken here: '\(text)'", span: span,
        hint: "read it with exec('curl -sSN \(text)'), or send to it with exec('curl -sS --data-binary @- \(text)')")
    }
    // What would end the request line or a header early must not get into it.
    guard lower.hasPrefix("http://"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw Self.invalid(text, span) }
    let rest = text.dropFirst("http://".count)
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    let authority = String(rest[..<end])
    var target = String(rest[end...].prefix { $0 != "#" })
    if !target.hasPrefix("/") { target = "/" + target }
    if authority.contains("@") {
      throw SQLError(
        .bind, "INVALID_URL", "'\(text)' holds a user or password", span: span,
        hint: "send them as a header: headers 'Authorization: Basic …'")
    }
    var host = authority
    var port = 80
    if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      guard let number = Int(authority[authority.index(after: colon)...]), (1...65535).contains(number) else {
        throw Self.invalid(text, span)
      }
      port = number
      host = String(authority[..<colon])
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    guard !host.isEmpty, !host.contains("["), !host.contains("]") else { throw Self.invalid(text, span) }
    (self.host, self.port, self.target) = (host, port, target)
  }

  /// Where a Location header leads: another address, or another path here.
  func resolving(_ location: String) throws(SQLError) -> HttpUrl {
    if location.contains("://") { return try HttpUrl(location) }
    if location.hasPrefix("//") { return try HttpUrl("http:" + location) }
    let folder = target.prefix { $0 != "?" }
    let base = location.hasPrefix("/") ? "" : folder[...(folder.lastIndex(of: "/") ?? folder.startIndex)]
    return try HttpUrl("http://\(authority)\(base)\(location)")
  }

  private static func invalid(_ text: String, _ span: SourceSpan?) -> SQLError {
    SQLError(
      .bind, "INVALID_URL", "'\(text)' is no address", span: span, hint: "for example 'http://localhost:8080/events'")
  }
}
