/// Integers from and to text, as Spark casts them.
public enum IntegerText {
  /// The integer that `text` spells, or nil.
  ///
  /// Whitespace and control characters around it are ignored; then an optional sign and decimal digits.
  /// Nil when there is no digit, something else follows, or the value does not fit 64 bits.
  /// - Parameter allowFraction: accept and drop a fraction, as casts do outside ANSI mode: `12.7` is 12, `.` is 0.
  public static func parse(_ text: UnsafeRawBufferPointer, allowFraction: Bool = false) -> Int64? {
    let text = AsciiText.trimmed(text)
    guard text.count > 0 else { return nil }
    var index = 0
    let negative = text[0] == UInt8(ascii: "-")
    if negative || text[0] == UInt8(ascii: "+") {
      guard text.count > 1 else { return nil }
      index = 1
    }
    // Downwards, so that the least value has no special case.
    var value: Int64 = 0
    while index < text.count {
      let digit = text[index] &- 0x30
      if digit > 9 {
        guard allowFraction, text[index] == UInt8(ascii: ".") else { return nil }
        index &+= 1
        while index < text.count {
          guard AsciiText.isDigit(text[index]) else { return nil }
          index &+= 1
        }
        break
      }
      let (scaled, over) = value.multipliedReportingOverflow(by: 10)
      let (next, under) = scaled.subtractingReportingOverflow(Int64(digit))
      if over || under { return nil }
      value = next
      index &+= 1
    }
    if negative { return value }
    let (magnitude, overflow) = Int64(0).subtractingReportingOverflow(value)
    return overflow ? nil : magnitude
  }

  /// As ``parse(_:allowFraction:)``, and nil too when the value does not fit 32 bits.
  public static func parseInt32(_ text: UnsafeRawBufferPointer, allowFraction: Bool = false) -> Int32? {
    parse(text, allowFraction: allowFraction).flatMap { Int32(exactly: $0) }
  }

  /// As ``parse(_:allowFraction:)``, and nil too when the value does not fit 16 bits.
  public static func parseInt16(_ text: UnsafeRawBufferPointer, allowFraction: Bool = false) -> Int16? {
    parse(text, allowFraction: allowFraction).flatMap { Int16(exactly: $0) }
  }

  /// As ``parse(_:allowFraction:)``, and nil too when the value does not fit 8 bits.
  public static func parseInt8(_ text: UnsafeRawBufferPointer, allowFraction: Bool = false) -> Int8? {
    parse(text, allowFraction: allowFraction).flatMap { Int8(exactly: $0) }
  }

  /// Appends `value` in decimal.
  public static func format(_ value: Int64, into out: inout ByteWriter) {
    if value < 0 { out.append(UInt8(ascii: "-")) }
    format(magnitude: value.magnitude, minDigits: 1, into: &out)
  }

  /// Appends `value` in decimal.
  public static func format(_ value: Int128, into out: inout ByteWriter) {
    if value < 0 { out.append(UInt8(ascii: "-")) }
    format(magnitude: value.magnitude, into: &out)
  }

  /// Appends `magnitude` in decimal.
  public static func format(magnitude: UInt128, into out: inout ByteWriter) {
    if let small = UInt64(exactly: magnitude) { return format(magnitude: small, minDigits: 1, into: &out) }
    // 128 bits are at most three groups of 19 digits.
    let group: UInt128 = 10_000_000_000_000_000_000
    let (upper, low) = magnitude.quotientAndRemainder(dividingBy: group)
    let (high, middle) = upper.quotientAndRemainder(dividingBy: group)
    if high > 0 { format(magnitude: UInt64(high), minDigits: 1, into: &out) }
    format(magnitude: UInt64(middle), minDigits: high > 0 ? 19 : 1, into: &out)
    format(magnitude: UInt64(low), minDigits: 19, into: &out)
  }

  /// Appends `magnitude` in decimal, with zeros in front up to `minDigits` digits.
  public static func format(magnitude: UInt64, minDigits: Int, into out: inout ByteWriter) {
    let digits = digitCount(magnitude)
    out.append(repeating: 0x30, times: minDigits &- digits)
    write(magnitude, digits: digits, to: out.tail(20))
    out.advance(by: digits)
  }

  /// Appends the two digits of `value`, which is below 100.
  @inlinable
  public static func formatTwoDigits(_ value: Int, into out: inout ByteWriter) {
    let target = out.tail(2)
    target[0] = 0x30 &+ UInt8(truncatingIfNeeded: value / 10)
    target[1] = 0x30 &+ UInt8(truncatingIfNeeded: value % 10)
    out.advance(by: 2)
  }

  /// Writes `value`, which has exactly `digits` digits, to `target`.
  static func write(_ value: UInt64, digits: Int, to target: UnsafeMutablePointer<UInt8>) {
    var rest = value
    var at = digits
    let pairs = twoDigits.utf8Start
    while rest >= 100 {
      let pair = Int(truncatingIfNeeded: rest % 100) &* 2
      rest /= 100
      at &-= 2
      target[at] = pairs[pair]
      target[at &+ 1] = pairs[pair &+ 1]
    }
    if rest >= 10 {
      let pair = Int(truncatingIfNeeded: rest) &* 2
      target[at &- 2] = pairs[pair]
      target[at &- 1] = pairs[pair &+ 1]
    } else {
      target[at &- 1] = 0x30 &+ UInt8(truncatingIfNeeded: rest)
    }
  }

  /// The number of decimal digits of `value`; 1 for zero.
  @inlinable
  public static func digitCount(_ value: UInt64) -> Int {
    var rest = value
    var digits = 1
    while rest >= 10_000 {
      rest /= 10_000
      digits &+= 4
    }
    return digits &+ (rest >= 1000 ? 3 : rest >= 100 ? 2 : rest >= 10 ? 1 : 0)
  }

  private static var twoDigits: StaticString {
    """
    00010203040506070809101112131415161718192021222324252627282930313233343536373839\
    40414243444546474849505152535455565758596061626364656667686970717273747576777879\
    8081828384858687888990919293949596979899
    """
  }
}
