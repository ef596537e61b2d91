internal import Columnar
internal import Diagnostics

/// What a reader of JSON forgives: Spark's `allow…` options.
struct JsonLeniency: Sendable, Equatable {
  var comments = false
  var unquotedNames = false
  var singleQuotes = true
  var leadingZeros = false
  var anyEscape = false
  var controlCharacters = false

  static let options: [OptionDefinition] = [
    allowComments, allowUnquotedFieldNames, allowSingleQuotes, allowNumericLeadingZeros, allowBackslashEscapingAnyCharacter,
    allowUnquotedControlChars,
  ]

  private static let allowComments = OptionDefinition(
    "allowComments", .boolean, default: "false", "comments as in Java and C++ are passed over")
  private static let allowUnquotedFieldNames = OptionDefinition(
    "allowUnquotedFieldNames", .boolean, default: "false", "names may stand without quotes")
  private static let allowSingleQuotes = OptionDefinition(
    "allowSingleQuotes", .boolean, default: "true", "names and strings may stand in single quotes")
  private static let allowNumericLeadingZeros = OptionDefinition(
    "allowNumericLeadingZeros", .boolean, default: "false", "numbers may begin with zeros, such as 007")
  private static let allowBackslashEscapingAnyCharacter = OptionDefinition(
    "allowBackslashEscapingAnyCharacter", .boolean, default: "false", "a backslash may stand before any character")
  private static let allowUnquotedControlChars = OptionDefinition(
    "allowUnquotedControlChars", .boolean, default: "false", "control characters may stand in strings")

  init(_ options: OptionValues) throws(SQLError) {
    comments = try options.boolean(Self.allowComments)
    unquotedNames = try options.boolean(Self.allowUnquotedFieldNames)
    singleQuotes = try options.boolean(Self.allowSingleQuotes)
    leadingZeros = try options.boolean(Self.allowNumericLeadingZeros)
    anyEscape = try options.boolean(Self.allowBackslashEscapingAnyCharacter)
    controlCharacters = try options.boolean(Self.allowUnquotedControlChars)
  }
}

/// Writes a record that is no JSON anew, without what is forgiven. Only records that could not be read come here, so that
/// leniency costs the others nothing.
///
/// One pass over the bytes; it checks nothing, since its result is read as strictly as any other.
struct LenientJson {
  private let leniency: JsonLeniency
  private let text: UnsafeRawBufferPointer
  private var at = 0
  private var hasChanged = false

  /// The record's JSON; nil if there is nothing to forgive.
  static func rewritten(_ text: UnsafeRawBufferPointer, _ leniency: JsonLeniency) -> ByteBuffer? {
    var out = ByteWriter(capacity: text.count + 64)
    var run = LenientJson(leniency: leniency, text: text)
    run.all(into: &out)
    return run.hasChanged ? ByteBuffer(copying: out.bytes) : nil
  }

  private init(leniency: JsonLeniency, text: UnsafeRawBufferPointer) {
    self.leniency = leniency
    self.text = text
  }

  private mutating func all(into out: inout ByteWriter) {
    while at < text.count {
      let byte = text[at]
      switch byte {
      case UInt8(ascii: "\""): string(byte, into: &out)
      case UInt8(ascii: "'") where leniency.singleQuotes:
        hasChanged = true
        string(byte, into: &out)
      case UInt8(ascii: "/") where leniency.comments && skipComment(): hasChanged = true
      case _ where isWord(byte): word(into: &out)
      default:
        out.append(byte)
        at += 1
      }
    }
  }

  /// Passes a comment; false if there is none here.
  private mutating func skipComment() -> Bool {
    guard at + 1 < text.count else { return false }
    if text[at + 1] == UInt8(ascii: "/") {
      while at < text.count, text[at] != UInt8(ascii: "\n") { at += 1 }
      return true
    }
    guard text[at + 1] == UInt8(ascii: "*") else { return false }
    var end = at + 2
    while end + 1 < text.count {
      if text[end] == UInt8(ascii: "*"), text[end + 1] == UInt8(ascii: "/") {
        at = end + 2
        return true
      }
      end += 1
    }
    return false
  }

  private mutating func string(_ quote: UInt8, into out: inout ByteWriter) {
    out.append(UInt8(ascii: "\""))
    at += 1
    while at < text.count, text[at] != quote {
      let byte = text[at]
      if byte == UInt8(ascii: "\\"), at + 1 < text.count {
        escape(text[at + 1], in: quote, into: &out)
        at += 2
        continue
      }
      if byte < 0x20, leniency.controlCharacters {
        hasChanged = true
        out.append("\\u00")
        let digits: StaticString = "0123456789abcdef"
        out.append(digits.utf8Start[Int(byte >> 4)])
        out.append(digits.utf8Start[Int(byte & 15)])
      } else {
        if byte == UInt8(ascii: "\"") { out.append(UInt8(ascii: "\\")) }
        out.append(byte)
      }
      at += 1
    }
    guard at < text.count else { return }
    out.append(UInt8(ascii: "\""))
    at += 1
  }

  private mutating func escape(_ byte: UInt8, in quote: UInt8, into out: inout ByteWriter) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
      UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "u"):
      out.append(UInt8(ascii: "\\"))
      out.append(byte)
    case UInt8(ascii: "'") where leniency.singleQuotes, _ where leniency.anyEscape:
      hasChanged = true
      out.append(byte)
    default:
      out.append(UInt8(ascii: "\\"))
      out.append(byte)
    }
  }

  private func isWord(_ byte: UInt8) -> Bool {
    AsciiText.isDigit(byte) || byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
      || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
  }

  /// A word before a colon is a name; a number may lose zeros.
  private mutating func word(into out: inout ByteWriter) {
    let start = at
    while at < text.count, isWord(text[at]) { at += 1 }
    var next = at
    while next < text.count, text[next] <= 0x20 { next += 1 }
    if leniency.unquotedNames, next < text.count, text[next] == UInt8(ascii: ":") {
      hasChanged = true
      out.append(UInt8(ascii: "\""))
      out.append(UnsafeRawBufferPointer(rebasing: text[start..<at]))
      out.append(UInt8(ascii: "\""))
      return
    }
    var from = start
    if leniency.leadingZeros {
      if text[from] == UInt8(ascii: "-") {
        out.append(text[from])
        from += 1
      }
      while from + 1 < at, text[from] == UInt8(ascii: "0"), AsciiText.isDigit(text[from + 1]) {
        hasChanged = true
        from += 1
      }
    }
    out.append(UnsafeRawBufferPointer(rebasing: text[from..<at]))
  }
}
