internal import Columnar

/// The character sets that `encode` and `decode` know.
enum Charset: Sendable {
  case ascii, latin1, utf8, utf16BigEndian, utf16LittleEndian, utf16, utf32

  static let names = "US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE, UTF-16, UTF-32"

  init?(_ name: BytesView) {
    switch name.string.uppercased() {
    case "US-ASCII": self = .ascii
    case "ISO-8859-1": self = .latin1
    case "UTF-8": self = .utf8
    case "UTF-16BE": self = .utf16BigEndian
    case "UTF-16LE": self = .utf16LittleEndian
    case "UTF-16": self = .utf16
    case "UTF-32": self = .utf32
    default: return nil
    }
  }

  // MARK: Encoding

  /// Appends `text` in this set, bytes that are no UTF-8 as U+FFFD; false if a character is not in the set.
  func encode(_ text: UnsafeRawBufferPointer, into out: inout ByteWriter) -> Bool {
    if self == .utf16, text.count > 0 { Self.append(0xFEFF, isBig: true, to: &out) }
    var at = 0
    while at < text.count {
      let (scalar, width) = Utf8.scalar(text, at)
      at &+= width
      let value = scalar?.value ?? 0xFFFD
      switch self {
      case .ascii:
        if value > 0x7F { return false }
        out.append(UInt8(truncatingIfNeeded: value))
      case .latin1:
        if value > 0xFF { return false }
        out.append(UInt8(truncatingIfNeeded: value))
      case .utf8: Self.appendUtf8(value, to: &out)
      case .utf16, .utf16BigEndian: Self.appendUtf16(value, isBig: true, to: &out)
      case .utf16LittleEndian: Self.appendUtf16(value, isBig: false, to: &out)
      case .utf32: withUnsafeBytes(of: value.bigEndian) { out.append($0) }
      }
    }
    return true
  }

  private static func append(_ unit: UInt32, isBig: Bool, to out: inout ByteWriter) {
    let high = UInt8(truncatingIfNeeded: unit >> 8)
    let low = UInt8(truncatingIfNeeded: unit)
    out.append(isBig ? high : low)
    out.append(isBig ? low : high)
  }

  private static func appendUtf16(_ value: UInt32, isBig: Bool, to out: inout ByteWriter) {
    if value < 0x1_0000 { return append(value, isBig: isBig, to: &out) }
    append(0xD800 | (value &- 0x1_0000) >> 10, isBig: isBig, to: &out)
    append(0xDC00 | (value &- 0x1_0000) & 0x3FF, isBig: isBig, to: &out)
  }

  static func appendUtf8(_ value: UInt32, to out: inout ByteWriter) {
    switch value {
    case 0..<0x80: out.append(UInt8(truncatingIfNeeded: value))
    case 0x80..<0x800:
      out.append(UInt8(truncatingIfNeeded: 0xC0 | value >> 6))
      out.append(UInt8(truncatingIfNeeded: 0x80 | value & 0x3F))
    case 0x800..<0x1_0000:
      out.append(UInt8(truncatingIfNeeded: 0xE0 | value >> 12))
      out.append(UInt8(truncatingIfNeeded: 0x80 | value >> 6 & 0x3F))
      out.append(UInt8(truncatingIfNeeded: 0x80 | value & 0x3F))
    default:
      out.append(UInt8(truncatingIfNeeded: 0xF0 | value >> 18 & 7))
      out.append(UInt8(truncatingIfNeeded: 0x80 | value >> 12 & 0x3F))
      out.append(UInt8(truncatingIfNeeded: 0x80 | value >> 6 & 0x3F))
      out.append(UInt8(truncatingIfNeeded: 0x80 | value & 0x3F))
    }
  }

  // MARK: Decoding

  /// Appends `bytes`, which are in this set, as UTF-8; false if they are malformed. A mark of the byte order is obeyed
  /// where the name of the set leaves the order open, and not part of the text.
  func decode(_ bytes: UnsafeRawBufferPointer, into out: inout ByteWriter) -> Bool {
    switch self {
    case .utf8:
      out.append(bytes)
      return Utf8.isValid(bytes)
    case .ascii:
      out.append(bytes)
      return Utf8.isASCII(bytes)
    case .latin1:
      for byte in bytes { Self.appendUtf8(UInt32(byte), to: &out) }
      return true
    case .utf16BigEndian: return Self.decodeUtf16(bytes, isBig: true, into: &out)
    case .utf16LittleEndian: return Self.decodeUtf16(bytes, isBig: false, into: &out)
    case .utf16:
      let isMarked = bytes.count >= 2 && (bytes[0] == 0xFE && bytes[1] == 0xFF || bytes[0] == 0xFF && bytes[1] == 0xFE)
      let rest = UnsafeRawBufferPointer(rebasing: bytes[(isMarked ? 2 : 0)...])
      return Self.decodeUtf16(rest, isBig: !isMarked || bytes[0] == 0xFE, into: &out)
    case .utf32: return Self.decodeUtf32(bytes, into: &out)
    }
  }

  private static func decodeUtf16(_ bytes: UnsafeRawBufferPointer, isBig: Bool, into out: inout ByteWriter) -> Bool {
    func unit(_ at: Int) -> UInt32 {
      let pair = (UInt32(bytes[at]), UInt32(bytes[at &+ 1]))
      return isBig ? pair.0 << 8 | pair.1 : pair.1 << 8 | pair.0
    }
    if bytes.count % 2 != 0 { return false }
    var at = 0
    while at < bytes.count {
      let first = unit(at)
      at &+= 2
      switch first {
      case 0xD800..<0xDC00:
        guard at < bytes.count, 0xDC00..<0xE000 ~= unit(at) else { return false }
        appendUtf8(0x1_0000 + ((first & 0x3FF) << 10 | unit(at) & 0x3FF), to: &out)
        at &+= 2
      case 0xDC00..<0xE000: return false
      default: appendUtf8(first, to: &out)
      }
    }
    return true
  }

  private static func decodeUtf32(_ bytes: UnsafeRawBufferPointer, into out: inout ByteWriter) -> Bool {
    if bytes.count % 4 != 0 { return false }
    func word(_ at: Int) -> UInt32 { UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
    var at = 0
    var isBig = true
    if bytes.count >= 4, word(0) == 0xFEFF || word(0) == 0xFFFE_0000 {
      isBig = word(0) == 0xFEFF
      at = 4
    }
    while at < bytes.count {
      guard let scalar = Unicode.Scalar(isBig ? word(at) : word(at).byteSwapped) else { return false }
      appendUtf8(scalar.value, to: &out)
      at &+= 4
    }
    return true
  }
}
