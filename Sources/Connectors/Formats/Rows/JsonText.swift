internal import Columnar

/// Values as JSON, by the rules of the dialect: NaN and the infinities are strings, decimals numbers, binary base64,
/// maps objects, times strings in the session zone.
struct JsonText {
  private var text: ColumnText
  private let omitsNullFields: Bool
  private let times: TimeText?
  private var scratch = Scratch()

  /// Text on its way into a string; a box, since a writer cannot be copied and this struct is.
  private final class Scratch {
    var bytes = ByteWriter()
  }

  init(zone: TimeZoneRules, omitsNullFields: Bool = false, times: TimeText? = nil) {
    text = ColumnText(zone: zone)
    self.times = times
    self.omitsNullFields = omitsNullFields
  }

  mutating func append(row: Int, of column: Column, type: DataType, to out: inout ByteWriter) {
    if column.isNull(row) { return out.append("null") }
    switch (column, type) {
    case (.bytes(let c), .string):
      c.views[row].withBytes { JsonText.appendString(UnsafeRawBufferPointer($0), to: &out) }
    case (.bytes(let c), _):
      out.append(UInt8(ascii: "\""))
      c.views[row].withBytes { Base64.append(UnsafeRawBufferPointer($0), to: &out) }
      out.append(UInt8(ascii: "\""))
    case (.float32(let c), _) where !c.values[row].isFinite:
      appendQuotedText(row: row, of: column, type: type, to: &out)
    case (.float64(let c), _) where !c.values[row].isFinite:
      appendQuotedText(row: row, of: column, type: type, to: &out)
    case (.bool, _), (.int8, _), (.int16, _), (.int64, .bigint), (.int32, .int), (.int128, _), (.float32, _),
      (.float64, _):
      text.append(row: row, of: column, type: type, to: &out)
    case (.list(let c), .array(let element)):
      out.append(UInt8(ascii: "["))
      for item in c.offsets[row]..<c.offsets[row + 1] {
        if item > c.offsets[row] { out.append(UInt8(ascii: ",")) }
        append(row: Int(item), of: c.child, type: element, to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case (.map(let c), .map(let key, let value)):
      out.append(UInt8(ascii: "{"))
      for item in c.offsets[row]..<c.offsets[row + 1] {
        if item > c.offsets[row] { out.append(UInt8(ascii: ",")) }
        appendQuotedText(row: Int(item), of: c.keys, type: key, to: &out)
        out.append(UInt8(ascii: ":"))
        append(row: Int(item), of: c.values, type: value, to: &out)
      }
      out.append(UInt8(ascii: "}"))
    case (.structure(let c), .structure(let fields)):
      out.append(UInt8(ascii: "{"))
      var isFirst = true
      for (column, field) in zip(c.fields, fields) {
        if omitsNullFields, column.isNull(row) { continue }
        if !isFirst { out.append(UInt8(ascii: ",")) }
        isFirst = false
        JsonText.appendString(field.name, to: &out)
        out.append(UInt8(ascii: ":"))
        append(row: row, of: column, type: field.type, to: &out)
      }
      out.append(UInt8(ascii: "}"))
    default:
      // Dates, times and intervals.
      appendQuotedText(row: row, of: column, type: type, to: &out)
    }
  }

  /// The value as Spark casts it to a string, in quotes.
  private mutating func appendQuotedText(
    row: Int, of column: Column, type: DataType, to out: inout ByteWriter
  ) {
    scratch.bytes.removeAll()
    if !(times?.append(row: row, of: column, type: type, to: &scratch.bytes) ?? false) {
      text.append(row: row, of: column, type: type, to: &scratch.bytes)
      switch type {
      case .timestamp, .timestampNTZ: padFraction(of: &scratch.bytes)
      default: break
      }
    }
    JsonText.appendString(scratch.bytes.bytes, to: &out)
  }

  /// Fractions of a second have no digits or all six (`yyyy-MM-dd HH:mm:ss[.SSSSSS]`), so that times sort as text.
  private func padFraction(of text: inout ByteWriter) {
    let digits = text.bytes.reversed().prefix { $0 != UInt8(ascii: ".") }.count
    guard digits < min(6, text.bytes.count) else { return }
    for _ in digits..<6 { text.append(UInt8(ascii: "0")) }
  }

  static func appendString(_ string: String, to out: inout ByteWriter) {
    Array(string.utf8).withUnsafeBytes { appendString($0, to: &out) }
  }

  /// The bytes as a JSON string; what is no UTF-8 becomes U+FFFD, so that the line stays JSON.
  static func appendString(_ bytes: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    out.append(UInt8(ascii: "\""))
    var plainStart = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        index &+= 1
        continue
      }
      if byte >= 0x80 {
        let length = Utf8.sequenceLength(bytes, at: index)
        if length > 0 {
          index &+= length
          continue
        }
      }
      out.append(UnsafeRawBufferPointer(rebasing: bytes[plainStart..<index]))
      appendEscape(byte, to: &out)
      index &+= 1
      plainStart = index
    }
    out.append(UnsafeRawBufferPointer(rebasing: bytes[plainStart...]))
    out.append(UInt8(ascii: "\""))
  }

  private static func appendEscape(_ byte: UInt8, to out: inout ByteWriter) {
    switch byte {
    case UInt8(ascii: "\""): out.append("\\\"")
    case UInt8(ascii: "\\"): out.append("\\\\")
    case 8: out.append("\\b")
    case 9: out.append("\\t")
    case 10: out.append("\\n")
    case 12: out.append("\\f")
    case 13: out.append("\\r")
    case 0x80...: out.append("\u{FFFD}")
    default:
      out.append("\\u00")
      let digits: StaticString = "0123456789abcdef"
      out.append(digits.utf8Start[Int(byte >> 4)])
      out.append(digits.utf8Start[Int(byte & 15)])
    }
  }
}

/// RFC 4648, with padding.
enum Base64 {
  static func append(_ bytes: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    let digits: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    var index = 0
    while index < bytes.count {
      let left = bytes.count - index
      let group =
        UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
        | (left > 2 ? UInt32(bytes[index + 2]) : 0)
      for place in 0..<4 {
        out.append(
          place <= left ? digits.utf8Start[Int(group >> UInt32(18 - place * 6) & 63)] : UInt8(ascii: "="))
      }
      index += 3
    }
  }
}

/// Well-formed UTF-8 (Unicode 15, table 3-7).
enum Utf8 {
  /// The length of the well-formed sequence at `index`, or 0.
  static func sequenceLength(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
    let lead = bytes[index]
    let left = bytes.count - index
    func isTail(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
      range.contains(bytes[index + offset])
    }
    switch lead {
    case 0..<0x80: return 1
    case 0xC2...0xDF: return left > 1 && isTail(1) ? 2 : 0
    case 0xE0...0xEF:
      let second: ClosedRange<UInt8> = lead == 0xE0 ? 0xA0...0xBF : lead == 0xED ? 0x80...0x9F : 0x80...0xBF
      return left > 2 && isTail(1, second) && isTail(2) ? 3 : 0
    case 0xF0...0xF4:
      let second: ClosedRange<UInt8> = lead == 0xF0 ? 0x90...0xBF : lead == 0xF4 ? 0x80...0x8F : 0x80...0xBF
      return left > 3 && isTail(1, second) && isTail(2) && isTail(3) ? 4 : 0
    default: return 0
    }
  }

  /// The scalar at `index` and its length; one byte that is no UTF-8 gives U+FFFD.
  static func scalar(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (scalar: Unicode.Scalar, length: Int) {
    let lead = UInt32(bytes[index])
    func tail(_ offset: Int) -> UInt32 { UInt32(bytes[index + offset] & 0x3F) }
    let length = sequenceLength(bytes, at: index)
    let value: UInt32 =
      switch length {
      case 1: lead
      case 2: (lead & 0x1F) << 6 | tail(1)
      case 3: (lead & 0x0F) << 12 | tail(1) << 6 | tail(2)
      case 4: (lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3)
      default: 0xFFFD
      }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", max(length, 1))
  }
}
