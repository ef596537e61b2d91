internal import Columnar

/// Strings, numbers and words.
extension JsonRowReader {
  // MARK: Strings

  /// The string between `start` and `start + count` for a column of any type.
  @inline(__always)
  mutating func string(_ slot: Int, _ at: Int, _ start: Int, _ count: Int) -> Bool {
    if slots[slot].kind == .string, !scan.hasEscape(start, count) {
      slots[slot].append(BytesView(padded: scan.base + start, count: count))
      return true
    }
    return otherString(slot, at, start, count)
  }

  @inline(never)
  private mutating func otherString(_ slot: Int, _ at: Int, _ start: Int, _ count: Int) -> Bool {
    var text = scan.text(start, start &+ count)
    if scan.hasEscape(start, count) {
      scratch.removeAll()
      guard JsonEscapes.unescape(text, into: &scratch) else { return scan.fail(.badEscape, at: at) }
      if slots[slot].kind == .string {
        appendScratch(slot)
        return true
      }
      text = scratch.bytes
    }
    return slots[slot].appendQuoted(text, reading, allowsNonNumeric: allowsNonNumeric, &arena)
      ? true : mismatch(slot, at: at)
  }

  // MARK: Numbers and words

  @inline(__always)
  mutating func scalar(_ slot: Int, _ at: Int, _ stop: Int) -> Bool {
    if slots[slot].kind == .int64, let value = integer(at, stop) {
      slots[slot].append(value)
      return true
    }
    return otherScalar(slot, at, stop)
  }

  /// A plain integer of 64 bits.
  @inline(__always)
  func integer(_ start: Int, _ stop: Int) -> Int64? {
    var at = start
    let isNegative = scan.base[at] == UInt8(ascii: "-")
    if isNegative { at &+= 1 }
    let digits = stop &- at
    guard digits > 0, digits <= 19 else { return nil }
    if scan.base[at] == UInt8(ascii: "0"), digits > 1 { return nil }
    var value: UInt64 = 0
    while at < stop {
      let digit = scan.base[at] &- 0x30
      if digit > 9 { return nil }
      value = value &* 10 &+ UInt64(digit)
      at &+= 1
    }
    if value > UInt64(Int64.max) { return isNegative && value == 1 << 63 ? .min : nil }
    return isNegative ? 0 &- Int64(value) : Int64(value)
  }

  @inline(never)
  private mutating func otherScalar(_ slot: Int, _ at: Int, _ stop: Int) -> Bool {
    if scan.isWord("null", at, stop) {
      slots.appendNull(slot)
      return true
    }
    guard scan.checkScalar(at, stop, allowsNonNumeric) else { return false }
    let text = scan.text(at, stop)
    switch slots[slot].kind {
    case .string:
      slots[slot].append(BytesView(padded: scan.base + at, count: stop &- at))
    case .bool:
      guard scan.isWord("true", at, stop) || scan.isWord("false", at, stop) else {
        return mismatch(slot, at: at)
      }
      slots[slot].append(scan.base[at] == UInt8(ascii: "t"))
    case .int8, .int16, .int32:
      guard let value = integer(at, stop), slots[slot].appendInteger(value) else {
        return mismatch(slot, at: at)
      }
    case .float32, .float64, .decimal:
      if scan.base[at] == UInt8(ascii: "t") || scan.base[at] == UInt8(ascii: "f") {
        return mismatch(slot, at: at)
      }
      guard slots[slot].appendNumber(text) else { return mismatch(slot, at: at) }
    case .timestamp:
      // Spark reads a number as seconds.
      guard let seconds = integer(at, stop) else { return mismatch(slot, at: at) }
      let (micros, overflow) = seconds.multipliedReportingOverflow(by: Micros.perSecond)
      if overflow { return mismatch(slot, at: at) }
      slots[slot].append(micros)
    default:
      return mismatch(slot, at: at)
    }
    return true
  }
}
