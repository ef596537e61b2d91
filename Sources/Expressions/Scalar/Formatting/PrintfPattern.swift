internal import Columnar

/// A format of `format_string`, taken apart: Java's `Formatter`, without dates.
struct PrintfPattern: Sendable {
  enum Piece: Sendable {
    case text([UInt8])
    case value(Conversion)
  }

  /// `%[argument$][flags][width][.precision]conversion`.
  struct Conversion: Sendable {
    /// The argument, from 0 on.
    var argument: Int
    var flags: Set<UInt8> = []
    var width = 0
    var precision: Int?
    /// In lower case.
    var kind: UInt8
    var isUpper = false

    func has(_ flag: StaticString) -> Bool { flags.contains(flag.utf8Start[0]) }
  }

  /// Widths and precisions beyond it are malformed: no line is that wide.
  static let widthMax = 100_000

  let pieces: [Piece]
  /// Arguments that the pieces ask for.
  let argumentCount: Int

  /// Why a format is none.
  struct Problem: Error {
    var message: String
    var errorClass = "INVALID_FORMAT_STRING"
  }

  init(_ bytes: [UInt8]) throws(Problem) {
    var reader = PrintfReader(bytes)
    try reader.read()
    pieces = reader.pieces
    argumentCount = reader.argumentCount
  }
}

/// Reads a format from left to right.
private struct PrintfReader {
  private let bytes: [UInt8]
  private var at = 0
  private(set) var pieces: [PrintfPattern.Piece] = []
  private(set) var argumentCount = 0
  private var nextArgument = 0
  private var lastArgument: Int?

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func read() throws(PrintfPattern.Problem) {
    var text: [UInt8] = []
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "%") else {
        text.append(bytes[at])
        at += 1
        continue
      }
      if !text.isEmpty { pieces.append(.text(text)) }
      text = []
      at += 1
      try readConversion()
    }
    if !text.isEmpty { pieces.append(.text(text)) }
  }

  private mutating func readConversion() throws(PrintfPattern.Problem) {
    let start = at
    func problem(_ what: String) -> PrintfPattern.Problem {
      let shown = String(decoding: bytes[(start - 1)..<min(at + 1, bytes.count)], as: UTF8.self)
      return PrintfPattern.Problem(message: "'\(shown)' \(what)")
    }
    var explicit: Int?
    var isRelative = false
    if let number = number(), at < bytes.count, bytes[at] == UInt8(ascii: "$") {
      at += 1
      if number == 0 {
        throw PrintfPattern.Problem(
          message: "the arguments of a format count from 1", errorClass: "INVALID_PARAMETER_VALUE.ZERO_INDEX")
      }
      explicit = number
    } else {
      at = start
      if at < bytes.count, bytes[at] == UInt8(ascii: "<") {
        isRelative = true
        at += 1
      }
    }
    var flags: Set<UInt8> = []
    while at < bytes.count, "-#+ 0,(".utf8.contains(bytes[at]) {
      if !flags.insert(bytes[at]).inserted { throw problem("says a flag twice") }
      at += 1
    }
    let width = number()
    var precision: Int?
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      at += 1
      guard let digits = number() else { throw problem("lacks the digits of its precision") }
      precision = digits
    }
    guard at < bytes.count else { throw problem("is cut off") }
    let letter = bytes[at]
    let kind = letter | 0x20
    var conversion = PrintfPattern.Conversion(
      argument: -1, flags: flags, width: width ?? 0, precision: precision, kind: AsciiText.isLetter(letter) ? kind : letter,
      isUpper: AsciiText.isLetter(letter) && letter != kind)
    if max(width ?? 0, precision ?? 0) > PrintfPattern.widthMax { throw problem("is too wide") }
    if let wrong = conversion.mistake(hasWidth: width != nil) { throw problem(wrong) }
    at += 1
    if conversion.kind == UInt8(ascii: "n") { return pieces.append(.text([0x0A])) }
    if conversion.kind != UInt8(ascii: "%") {
      if isRelative {
        guard let lastArgument else { throw problem("follows no argument") }
        conversion.argument = lastArgument
      } else if let explicit {
        conversion.argument = explicit - 1
      } else {
        conversion.argument = nextArgument
        nextArgument += 1
      }
      lastArgument = conversion.argument
      argumentCount = max(argumentCount, conversion.argument + 1)
    }
    pieces.append(.value(conversion))
  }

  private mutating func number() -> Int? {
    let start = at
    var value = 0
    // A width does not begin with 0: that is a flag.
    while at < bytes.count, AsciiText.isDigit(bytes[at]) {
      value = min(value * 10 + Int(bytes[at] - 0x30), PrintfPattern.widthMax + 1)
      at += 1
    }
    return at == start ? nil : value
  }
}

extension PrintfPattern.Conversion {
  /// What is wrong with it, whatever its argument is.
  fileprivate func mistake(hasWidth: Bool) -> String? {
    let allowed: String
    switch kind {
    case UInt8(ascii: "d"): allowed = "-+ 0,("
    case UInt8(ascii: "x"), UInt8(ascii: "o"): allowed = "-#0"
    case UInt8(ascii: "f"): allowed = "-#+ 0,("
    case UInt8(ascii: "e"): allowed = "-#+ 0("
    case UInt8(ascii: "g"): allowed = "-+ 0,("
    case UInt8(ascii: "s"), UInt8(ascii: "b"), UInt8(ascii: "c"), UInt8(ascii: "%"): allowed = "-"
    case UInt8(ascii: "n"): allowed = ""
    case UInt8(ascii: "t"): return "formats no times here: use date_format"
    case UInt8(ascii: "h"), UInt8(ascii: "a"): return "is not supported"
    default: return "is no conversion"
    }
    if isUpper, "dofn".utf8.contains(kind) { return "is no conversion" }
    if let flag = flags.first(where: { !allowed.utf8.contains($0) }) {
      return "does not take the flag '\(Character(Unicode.Scalar(flag)))'"
    }
    if has("-") && has("0") || has("+") && has(" ") { return "has flags that exclude each other" }
    if (has("-") || has("0")) && !hasWidth { return "lacks a width" }
    if precision != nil, "dxocn%".utf8.contains(kind) { return "takes no precision" }
    return nil
  }
}
