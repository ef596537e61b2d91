/// Floating-point numbers from and to text, as Spark casts them and Java lays them out.
package enum DoubleText {
  /// Appends `value` in Java's layout: `1.0`, `0.001`, `1.0E7`, `-1.234E-5`, `NaN`, `Infinity`, `-0.0`.
  ///
  /// The digits are the shortest that read back as the same number (as Java 19 and later print; older ones
  /// print one more now and then). Plain from 10⁻³ up to below 10⁷, scientific elsewhere.
  package static func format(_ value: Double, into out: inout ByteWriter) {
    if value.sign == .minus, !value.isNaN { out.append(UInt8(ascii: "-")) }
    if value.isFinite, value != 0 {
      format(ShortestDecimal(value), into: &out)
    } else {
      out.append(value.isNaN ? "NaN" : value.isInfinite ? "Infinity" : "0.0")
    }
  }

  /// Appends `value` as ``format(_:into:)`` does, with the fewer digits that a `Float` needs.
  package static func format(_ value: Float, into out: inout ByteWriter) {
    if value.sign == .minus, !value.isNaN { out.append(UInt8(ascii: "-")) }
    if value.isFinite, value != 0 {
      format(ShortestDecimal(value), into: &out)
    } else {
      out.append(value.isNaN ? "NaN" : value.isInfinite ? "Infinity" : "0.0")
    }
  }

  private static func format(_ decimal: ShortestDecimal, into out: inout ByteWriter) {
    let count = IntegerText.digitCount(decimal.digits)
    // The number is d.ddd · 10^exponent.
    let exponent = count &- 1 &+ decimal.exponent
    let target = out.tail(32)
    var length: Int
    if exponent >= -3, exponent < 7 {
      length = plain(decimal.digits, count: count, exponent: exponent, to: target)
    } else {
      IntegerText.write(decimal.digits, digits: count, to: target + 1)
      target[0] = target[1]
      target[1] = UInt8(ascii: ".")
      if count == 1 { target[2] = 0x30 }
      length = max(count, 2) &+ 1
      target[length] = UInt8(ascii: "E")
      length &+= 1
      if exponent < 0 {
        target[length] = UInt8(ascii: "-")
        length &+= 1
      }
      let magnitude = exponent.magnitude
      let digits = IntegerText.digitCount(UInt64(magnitude))
      IntegerText.write(UInt64(magnitude), digits: digits, to: target + length)
      length &+= digits
    }
    out.advance(by: length)
  }

  /// Writes at most 3 + 17 + 1 bytes without exponent and gives their number.
  private static func plain(
    _ digits: UInt64, count: Int, exponent: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> Int {
    if exponent < 0 {
      let zeros = -exponent
      target[0] = 0x30
      target[1] = UInt8(ascii: ".")
      for index in 0..<(zeros &- 1) { target[2 &+ index] = 0x30 }
      IntegerText.write(digits, digits: count, to: target + (1 &+ zeros))
      return 1 &+ zeros &+ count
    }
    let whole = exponent &+ 1
    if count <= whole {
      IntegerText.write(digits, digits: count, to: target)
      for index in count..<whole { target[index] = 0x30 }
      target[whole] = UInt8(ascii: ".")
      target[whole &+ 1] = 0x30
      return whole &+ 2
    }
    IntegerText.write(digits, digits: count, to: target + 1)
    for index in 0..<whole { target[index] = target[index &+ 1] }
    target[whole] = UInt8(ascii: ".")
    return count &+ 1
  }
}
