internal import Columnar
internal import Diagnostics

/// `conv(number, from, to)`: digits of one base as digits of another, in 64 unsigned bits; a negative target base gives a
/// signed result.
enum RadixConversion {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "conv", .math, "conv(number, from_base, to_base)",
        "Digits in one base as digits in another, bases 2 to 36; NULL for other bases and empty text.",
        shown: ["SELECT conv('100', 2, 10)": "4", "SELECT conv(-10, 16, -10)": "-16"])
    ) { (call) throws(SQLError) in
      try call.expect(3)
      try call.parameter(0, as: .string)
      try call.parameter(1, as: .int)
      try call.parameter(2, as: .int)
      let isANSI = call.settings.isANSI
      return BoundFunction("conv", [.string, .int, .int], returns: .string, canFail: isANSI) { (context, operands) throws(SQLError) in
        let rows = context.rows
        let texts: [BytesView] = try operands[0].rowValues(rows)
        let sources: [Int32] = try operands[1].rowValues(rows)
        let targets: [Int32] = try operands[2].rowValues(rows)
        var builder = TextBuilder(rows: rows)
        var out = ByteWriter(capacity: 80)
        var validity = Validity(repeating: true, count: rows)
        for row in 0..<rows {
          out.removeAll()
          let outcome = texts[row].withRaw { convert($0, Int(sources[row]), Int(targets[row]), into: &out) }
          if outcome == .none { validity.set(row, false) }
          if outcome == .overflow, isANSI, context.isValid(row) {
            throw .overflow("'\(texts[row].string)' in base \(sources[row])", hint: nil)
          }
          builder.append(out.bytes)
        }
        return builder.finish(validity: validity.isAllValid ? nil : validity)
      }
    }
  ]

  private enum Outcome { case done, none, overflow }

  /// Appends the digits of `text` read in base `source` in base `target`; stops at the first byte that is no digit.
  private static func convert(
    _ text: UnsafeRawBufferPointer, _ source: Int, _ target: Int, into out: inout ByteWriter
  ) -> Outcome {
    var start = 0
    var end = text.count
    while start < end, text[start] == 0x20 { start += 1 }
    while end > start, text[end - 1] == 0x20 { end -= 1 }
    guard start < end, (2...36).contains(source), target != .min, (2...36).contains(abs(target)) else { return .none }
    let isNegative = text[start] == UInt8(ascii: "-")
    if isNegative { start += 1 }
    var value: UInt64 = 0
    var isTooLarge = false
    while start < end, let digit = digit(text[start]), digit < UInt64(source) {
      let (product, over) = value.multipliedReportingOverflow(by: UInt64(source))
      let (sum, over2) = product.addingReportingOverflow(digit)
      if over || over2 {
        isTooLarge = true
        break
      }
      value = sum
      start += 1
    }
    if isTooLarge { value = .max }
    if isNegative, !isTooLarge {
      // The magnitude of a signed number does not reach the top bit.
      if target > 0 { value = value > UInt64(Int64.max) ? .max : 0 &- value }
    }
    var shown = value
    if target < 0 {
      let signed = isNegative ? 0 &- Int64(bitPattern: value) : Int64(bitPattern: value)
      if signed < 0 { out.append(UInt8(ascii: "-")) }
      shown = signed.magnitude
    }
    append(shown, base: UInt64(abs(target)), into: &out)
    return isTooLarge ? .overflow : .done
  }

  private static func digit(_ byte: UInt8) -> UInt64? {
    if AsciiText.isDigit(byte) { return UInt64(byte &- 0x30) }
    return AsciiText.isLetter(byte) ? UInt64((byte | 0x20) &- 0x61) + 10 : nil
  }

  private static func append(_ value: UInt64, base: UInt64, into out: inout ByteWriter) {
    let digits: StaticString = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    var divisor: UInt64 = 1
    while value / divisor >= base { divisor *= base }
    while divisor > 0 {
      out.append(digits.utf8Start[Int(truncatingIfNeeded: value / divisor % base)])
      divisor /= base
    }
  }
}
