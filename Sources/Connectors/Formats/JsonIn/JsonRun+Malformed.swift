internal import Columnar
internal import Diagnostics

/// Records that cannot be read as declared.
extension JsonRun {
  /// Nothing of the record can be used, unless it is JSON after what is forgiven.
  mutating func spoiled(_ range: Range<Int>, from first: Int) throws(SQLError) {
    takeBack(to: first)
    if !isPartlyEmitted, try forgiven(range, from: first) { return }
    try note(range, reader.scan.problem.message(reader.scan, state.plan, from: range.lowerBound - origin))
    guard frame.policy.mode == .permissive else { return }
    for slot in 0..<reader.topCount { reader.slots.appendNull(slot) }
    rows &+= 1
    keepText(range, from: first)
  }

  private mutating func takeBack(to first: Int) {
    for slot in 0..<reader.topCount { reader.slots.truncate(slot, to: first) }
    rows = first
  }

  /// Reads the record once more, without what is forgiven; false if that does not help.
  private mutating func forgiven(_ range: Range<Int>, from first: Int) throws(SQLError) -> Bool {
    let written = UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    guard let text = LenientJson.rewritten(written, state.plan.leniency), let tokens = state.tokens(of: text) else {
      return false
    }
    let chunk = reader.scan
    reader.scan = JsonScanner(base: UnsafePointer(text.base), tokens: tokens)
    reader.scan.end = text.count
    let isGood = objects()
    let problem = reader.scan.problem
    let message = problem.message(reader.scan, state.plan)
    reader.scan = chunk
    guard isGood else {
      takeBack(to: first)
      return false
    }
    rewritten.append(text)
    reader.scan.problem = problem
    if problem.reason != .none { try marked(range, from: first, message) }
    return true
  }

  /// Reads the objects of a record, in an array or not; false if it is no JSON.
  private mutating func objects() -> Bool {
    let isArray = reader.scan.byte == UInt8(ascii: "[")
    if isArray {
      guard reader.scan.enter() else { return false }
      if reader.scan.byte == UInt8(ascii: "]") { return reader.scan.leave() && reader.scan.position >= reader.scan.end }
    }
    while true {
      guard reader.scan.byte == UInt8(ascii: "{"), reader.rootObject(row: rows) else { return false }
      rows &+= 1
      if !isArray || reader.scan.byte == UInt8(ascii: "]") { break }
      guard reader.scan.byte == UInt8(ascii: ",") else { return false }
      reader.scan.next &+= 1
    }
    if isArray { _ = reader.scan.leave() }
    return reader.scan.position >= reader.scan.end
  }

  /// Some values were not of their column's type.
  mutating func marked(_ range: Range<Int>, from first: Int, _ message: String) throws(SQLError) {
    try note(range, message)
    if frame.policy.mode == .dropMalformed {
      takeBack(to: first)
    } else {
      keepText(range, from: first)
    }
  }

  /// Puts the record's text into the column for it.
  private func keepText(_ range: Range<Int>, from first: Int) {
    guard let slot = state.plan.corruptSlot, first < rows else { return }
    reader.slots.truncate(slot, to: first)
    let text = frame.text(trimmed(range))
    for _ in first..<rows { reader.slots[slot].append(text) }
  }

  /// The record without what ends its line.
  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var end = range.upperBound
    while end > range.lowerBound, base[end - 1] == UInt8(ascii: "\r") || base[end - 1] == UInt8(ascii: "\n") {
      end -= 1
    }
    return range.lowerBound..<end
  }

  private func note(_ range: Range<Int>, _ message: @autoclosure () -> String) throws(SQLError) {
    let slot = reader.scan.problem.slot
    try frame.note(trimmed(range), column: slot >= 0 ? state.plan.name(of: slot) : nil, message())
  }
}
