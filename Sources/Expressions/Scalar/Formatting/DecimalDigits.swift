internal import Columnar

#if canImport(Glibc)
  internal import Glibc
#endif

/// A number in decimal, 0.d₁d₂d₃… · 10^point, to be rounded and laid out. Allocates: for formatted output, not for sums.
struct DecimalDigits {
  var isNegative = false
  /// Values 0 to 9; the first is not 0. Empty for zero.
  private(set) var digits: [UInt8] = []
  /// Digits before the decimal point; negative for zeros behind it.
  private(set) var point = 0

  var isZero: Bool { digits.isEmpty }

  // MARK: Making

  init(_ unscaled: Int128, scale: Int) {
    isNegative = unscaled < 0
    read(magnitude: unscaled.magnitude)
    point = digits.count - scale
    trim()
  }

  /// The shortest digits that read back as `value`, which is finite.
  init(shortest value: Double) {
    isNegative = value.sign == .minus
    if value == 0 { return }
    let shortest = ShortestDecimal(value)
    read(magnitude: UInt128(shortest.digits))
    point = digits.count + shortest.exponent
  }

  /// As `init(shortest:)`, with the fewer digits of a `Float`.
  init(shortest value: Float) {
    isNegative = value.sign == .minus
    if value == 0 { return }
    let shortest = ShortestDecimal(value)
    read(magnitude: UInt128(shortest.digits))
    point = digits.count + shortest.exponent
  }

  /// All digits of a finite `value` up to `places` behind the point, the rest rounded half to even.
  init(exact value: Double, places: Int) {
    isNegative = value.sign == .minus
    // A double has at most 309 digits before the point and 1074 behind it.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1500) { buffer in
      let written = withVaList([Int32(truncatingIfNeeded: min(max(places, 0), 1100)), value.magnitude]) {
        vsnprintf(buffer.baseAddress, buffer.count, "%.*f", $0)
      }
      var isBehindPoint = false
      for i in 0..<min(Int(written), buffer.count - 1) {
        let byte = UInt8(bitPattern: buffer[i])
        if AsciiText.isDigit(byte) {
          digits.append(byte &- 0x30)
          if !isBehindPoint { point += 1 }
        } else {
          isBehindPoint = true
        }
      }
    }
    trim()
  }

  private mutating func read(magnitude: UInt128) {
    var text = ByteWriter(capacity: 40)
    IntegerText.format(magnitude: magnitude, into: &text)
    if magnitude > 0 { digits = text.bytes.map { $0 &- 0x30 } }
  }

  private mutating func trim() {
    let zeros = digits.prefix { $0 == 0 }.count
    digits.removeFirst(zeros)
    point -= zeros
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { point = 0 }
  }

  // MARK: Changing

  mutating func scale(byPowerOfTen power: Int) { if !isZero { point += power } }

  enum Tie { case up, even }

  /// Keeps `places` digits behind the point.
  mutating func round(places: Int, _ tie: Tie) {
    let kept = point + places
    if kept >= digits.count { return }
    if kept < 0 {
      digits = []
      point = 0
      return
    }
    let next = digits[kept]
    let isTie = next == 5 && digits[(kept + 1)...].allSatisfy { $0 == 0 }
    let isOdd = kept > 0 && digits[kept - 1] % 2 == 1
    let goesUp = isTie ? (tie == .up || isOdd) : next >= 5
    digits.removeLast(digits.count - kept)
    if goesUp { increment() }
    trim()
  }

  private mutating func increment() {
    var at = digits.count - 1
    while at >= 0, digits[at] == 9 {
      digits[at] = 0
      at -= 1
    }
    if at >= 0 {
      digits[at] += 1
    } else {
      digits.insert(1, at: 0)
      point += 1
    }
  }

  // MARK: Reading

  /// The digit `place` places before the point (0 is the ones), or behind it if negative.
  func digit(_ place: Int) -> UInt8 {
    let index = point - 1 - place
    return digits.indices.contains(index) ? digits[index] : 0
  }

  /// Digits before the point, at least `least`, a comma between groups of `group` of them (0 for none).
  func appendIntegral(least: Int, group: Int, to out: inout ByteWriter) {
    let count = max(point, least)
    var place = count - 1
    while place >= 0 {
      out.append(digit(place) &+ 0x30)
      if group > 0, place > 0, place % group == 0 { out.append(UInt8(ascii: ",")) }
      place -= 1
    }
  }

  /// Digits behind the point: at least `least`, more up to `most` while they are not all 0.
  func appendFraction(least: Int, most: Int, to out: inout ByteWriter) {
    let count = max(least, min(most, isZero ? 0 : digits.count - point))
    for place in 0..<max(0, count) { out.append(digit(-1 - place) &+ 0x30) }
  }
}
