internal import Columnar

/// What `parse_url` can be asked for, by its name in upper case.
enum UrlPart: String, Sendable {
  case `protocol` = "PROTOCOL"
  case host = "HOST"
  case path = "PATH"
  case query = "QUERY"
  case ref = "REF"
  case file = "FILE"
  case authority = "AUTHORITY"
  case userInfo = "USERINFO"

  init?(_ name: String) { self.init(rawValue: name) }
}

/// A URI reference (RFC 2396, as Java's `URI` reads it) taken apart: places in the text, nothing decoded.
struct Url {
  private let text: UnsafeRawBufferPointer
  private var scheme: Range<Int>?
  private var authority: Range<Int>?
  private var userInfo: Range<Int>?
  private var host: Range<Int>?
  private var path: Range<Int>?
  private var query: Range<Int>?
  private var fragment: Range<Int>?

  /// Nil if there is a character that no URI has, a malformed escape, or a scheme with nothing behind it.
  init?(_ text: UnsafeRawBufferPointer) {
    self.text = text
    guard Self.isWellFormed(text) else { return nil }
    var end = text.count
    var at = 0
    if let hash = text.firstIndex(of: UInt8(ascii: "#")) {
      fragment = hash &+ 1..<end
      end = hash
    }
    if let colon = text[..<end].firstIndex(of: UInt8(ascii: ":")), Self.isScheme(text[..<colon]) {
      scheme = 0..<colon
      at = colon &+ 1
      if at == end { return nil }
      // An opaque URI (mailto:…) has a scheme and nothing else.
      if text[at] != UInt8(ascii: "/") { return }
    }
    if let mark = text[at..<end].firstIndex(of: UInt8(ascii: "?")) {
      query = mark &+ 1..<end
      end = mark
    }
    if at &+ 1 < end, text[at] == UInt8(ascii: "/"), text[at &+ 1] == UInt8(ascii: "/") {
      at &+= 2
      let slash = text[at..<end].firstIndex(of: UInt8(ascii: "/")) ?? end
      if slash > at { authority = at..<slash }
      if !readAuthority() { return nil }
      at = slash
    }
    path = at..<end
    // Brackets stand around addresses of IPv6 and in queries alone.
    if text[at..<end].contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }) { return nil }
  }

  func range(of part: UrlPart) -> Range<Int>? {
    switch part {
    case .protocol: scheme
    case .host: host
    case .path: path
    case .query: query
    case .ref: fragment
    case .authority: authority
    case .userInfo: userInfo
    case .file: path.map { $0.lowerBound..<(query?.upperBound ?? $0.upperBound) }
    }
  }

  /// The value of the first field of the query with this name.
  func value(of key: UnsafeRawBufferPointer) -> Range<Int>? {
    guard let query else { return nil }
    var at = query.lowerBound
    while at <= query.upperBound {
      let end = text[at..<query.upperBound].firstIndex(of: UInt8(ascii: "&")) ?? query.upperBound
      if at &+ key.count < end, text[at &+ key.count] == UInt8(ascii: "="), ByteSearch.matches(key, in: text, at: at) {
        return at &+ key.count &+ 1..<end
      }
      at = end &+ 1
    }
    return nil
  }

  // MARK: Reading

  /// Sets `userInfo` and `host` if the authority is that of a server; false if it is malformed.
  private mutating func readAuthority() -> Bool {
    guard let authority else { return true }
    var at = authority.lowerBound
    if let sign = text[authority].firstIndex(of: UInt8(ascii: "@")) { at = sign &+ 1 }
    var end = authority.upperBound
    if at < end, text[at] == UInt8(ascii: "[") {
      guard let close = text[at..<end].firstIndex(of: UInt8(ascii: "]")) else { return false }
      guard Self.isPort(text[(close &+ 1)..<end]) else { return true }
      end = close &+ 1
    } else {
      if text[at..<end].contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }) { return false }
      if let colon = text[at..<end].lastIndex(of: UInt8(ascii: ":")) {
        guard Self.isPort(text[colon..<end]) else { return true }
        end = colon
      }
      guard Self.isHostName(text[at..<end]) else { return true }
    }
    if at > authority.lowerBound { userInfo = authority.lowerBound..<at &- 1 }
    host = at..<end
    return true
  }

  private static func isPort(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
    text.isEmpty || text.first == UInt8(ascii: ":") && text.dropFirst().allSatisfy { AsciiText.isDigit($0) }
  }

  /// Letters, digits and hyphens between points; the last label begins with a letter, unless it is an address of IPv4.
  private static func isHostName(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
    var labels = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if labels.count > 1, labels.last?.isEmpty ?? false { labels.removeLast() }
    let isFine = labels.allSatisfy { label in
      guard let first = label.first, let last = label.last, first != UInt8(ascii: "-"), last != UInt8(ascii: "-") else {
        return false
      }
      return label.allSatisfy { AsciiText.isLetter($0) || AsciiText.isDigit($0) || $0 == UInt8(ascii: "-") }
    }
    guard isFine, let top = labels.last?.first else { return false }
    if AsciiText.isLetter(top) { return true }
    return labels.count == 4 && labels.allSatisfy { $0.count <= 3 && $0.allSatisfy { AsciiText.isDigit($0) } }
  }

  private static func isScheme(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
    guard let first = text.first, AsciiText.isLetter(first) else { return false }
    return text.allSatisfy {
      AsciiText.isLetter($0) || AsciiText.isDigit($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
        || $0 == UInt8(ascii: ".")
    }
  }

  /// Letters and digits of any script, the marks that RFC 2396 allows, and escapes of two hexadecimal digits.
  private static func isWellFormed(_ text: UnsafeRawBufferPointer) -> Bool {
    var hashes = 0
    var at = 0
    while at < text.count {
      let byte = text[at]
      switch byte {
      case 0..<0x21, 0x7F: return false
      case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"),
        UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
        return false
      case UInt8(ascii: "#"):
        hashes += 1
        if hashes > 1 { return false }
      case UInt8(ascii: "%"):
        guard at &+ 2 < text.count, isHexDigit(text[at &+ 1]), isHexDigit(text[at &+ 2]) else { return false }
      default: break
      }
      at &+= 1
    }
    return true
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    AsciiText.isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
  }
}
