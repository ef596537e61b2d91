internal import Columnar

/// A pattern of `format_number`, as Java's `DecimalFormat` reads it: `#,##0.00`, `0.##%`, `$#,##0;(#)`.
struct NumberPattern: Sendable {
  private var positivePrefix: [UInt8] = []
  private var positiveSuffix: [UInt8] = []
  private var negativePrefix: [UInt8] = []
  private var negativeSuffix: [UInt8] = []
  private var integralLeast = 0
  private var fractionLeast = 0
  private var fractionMost = 0
  /// Digits between commas; 0 for none.
  private var group = 0
  /// 2 for per cent, 3 for per mille.
  private var power = 0
  private var showsPoint = false

  struct Problem: Error { var message: String }

  /// `#,###,###` with `places` digits behind the point.
  init(places: Int) {
    integralLeast = 1
    group = 3
    fractionLeast = places
    fractionMost = places
    negativePrefix = [UInt8(ascii: "-")]
  }

  init(_ text: String) throws(Problem) {
    // An empty pattern is the default one.
    self.init(places: 0)
    if text.isEmpty { return }
    (integralLeast, group) = (0, 0)
    let bytes = Array(text.utf8)
    var at = 0
    (positivePrefix, at) = try readAffix(bytes, at, isPrefix: true)
    try readNumber(bytes, &at, of: text)
    (positiveSuffix, at) = try readAffix(bytes, at, isPrefix: false)
    negativePrefix = [UInt8(ascii: "-")] + positivePrefix
    negativeSuffix = positiveSuffix
    if at < bytes.count, bytes[at] == UInt8(ascii: ";") {
      (negativePrefix, at) = try readAffix(bytes, at + 1, isPrefix: true)
      while at < bytes.count, "#0,.".utf8.contains(bytes[at]) { at += 1 }
      (negativeSuffix, at) = try readAffix(bytes, at, isPrefix: false)
      // A second part like the first one says nothing: negative numbers still need a mark.
      if negativePrefix == positivePrefix, negativeSuffix == positiveSuffix {
        negativePrefix = [UInt8(ascii: "-")] + positivePrefix
      }
    }
    if at < bytes.count { throw Problem(message: "the pattern '\(text)' has digits in two places") }
  }

  private mutating func readAffix(_ bytes: [UInt8], _ start: Int, isPrefix: Bool) throws(Problem) -> ([UInt8], Int) {
    var affix: [UInt8] = []
    var at = start
    var isQuoted = false
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "'") {
        if at + 1 < bytes.count, bytes[at + 1] == byte {
          affix.append(byte)
          at += 1
        } else {
          isQuoted.toggle()
        }
      } else if isQuoted {
        affix.append(byte)
      } else if "#0,.".utf8.contains(byte) || byte == UInt8(ascii: ";") {
        break
      } else {
        if byte == UInt8(ascii: "%") { power = 2 }
        // U+2030, per mille, in UTF-8.
        if byte == 0xE2, at + 2 < bytes.count, bytes[at + 1] == 0x80, bytes[at + 2] == 0xB0 { power = 3 }
        affix.append(byte)
      }
      at += 1
    }
    if isQuoted { throw Problem(message: "a quote in the pattern is not closed") }
    return (affix, at)
  }

  private mutating func readNumber(_ bytes: [UInt8], _ at: inout Int, of text: String) throws(Problem) {
    var isBehindPoint = false
    var sinceComma: Int?
    var hashes = 0
    var hashesAfterZero = false
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "#"):
        if isBehindPoint {
          fractionMost += 1
        } else {
          hashes += 1
          hashesAfterZero = hashesAfterZero || integralLeast > 0
          sinceComma = sinceComma.map { $0 + 1 }
        }
      case UInt8(ascii: "0"):
        if isBehindPoint {
          if fractionMost > fractionLeast { throw Problem(message: "the pattern '\(text)' has a 0 behind a # of its fraction") }
          fractionLeast += 1
          fractionMost += 1
        } else {
          if hashesAfterZero { throw Problem(message: "the pattern '\(text)' has a # between zeros") }
          integralLeast += 1
          sinceComma = sinceComma.map { $0 + 1 }
        }
      case UInt8(ascii: ","):
        if isBehindPoint { throw Problem(message: "the pattern '\(text)' has a comma in its fraction") }
        sinceComma = 0
      case UInt8(ascii: "."):
        if isBehindPoint { throw Problem(message: "the pattern '\(text)' has two decimal points") }
        isBehindPoint = true
        showsPoint = true
      case UInt8(ascii: "E"): throw Problem(message: "patterns with an exponent, like '\(text)', are not supported")
      default:
        return try finish(isBehindPoint, sinceComma, hashes, hashesAfterZero, text)
      }
      at += 1
    }
    try finish(isBehindPoint, sinceComma, hashes, hashesAfterZero, text)
  }

  private mutating func finish(
    _ isBehindPoint: Bool, _ sinceComma: Int?, _ hashes: Int, _ hashesAfterZero: Bool, _ text: String
  ) throws(Problem) {
    if hashesAfterZero { throw Problem(message: "the pattern '\(text)' has a # behind a 0") }
    if sinceComma == 0 { throw Problem(message: "the pattern '\(text)' has a comma without digits behind it") }
    group = sinceComma ?? 0
    // Without any 0 the digit before the point is one, or the first behind it if there is none before.
    if integralLeast == 0, fractionLeast == 0 {
      if hashes > 0 || fractionMost == 0 { integralLeast = 1 } else { fractionLeast = 1 }
    }
    // A point alone is shown only if the pattern ends with it.
    showsPoint = isBehindPoint && fractionMost == 0
  }

  // MARK: Writing

  /// Digits behind the point that `append` looks at, before it rounds.
  var placesKept: Int { fractionMost + power }

  func append(_ number: DecimalDigits, to out: inout ByteWriter) {
    var number = number
    number.scale(byPowerOfTen: power)
    number.round(places: fractionMost, .even)
    append(number.isNegative ? negativePrefix : positivePrefix, to: &out)
    number.appendIntegral(least: integralLeast, group: group, to: &out)
    let point = out.count
    out.append(UInt8(ascii: "."))
    number.appendFraction(least: fractionLeast, most: fractionMost, to: &out)
    if out.count == point + 1, !showsPoint { out.truncate(to: point) }
    append(number.isNegative ? negativeSuffix : positiveSuffix, to: &out)
  }

  func appendInfinity(isNegative: Bool, to out: inout ByteWriter) {
    append(isNegative ? negativePrefix : positivePrefix, to: &out)
    out.append("∞")
    append(isNegative ? negativeSuffix : positiveSuffix, to: &out)
  }

  private func append(_ affix: [UInt8], to out: inout ByteWriter) { affix.withUnsafeBytes { out.append($0) } }
}
