internal import Columnar

/// Values of any type, and those that hold others.
extension JsonRowReader {
  mutating func value(_ slot: Int) -> Bool {
    let at = scan.position
    switch scan.byte {
    case UInt8(ascii: "\""):
      let (start, count) = scan.string()
      return string(slot, at, start, count)
    case UInt8(ascii: "{"):
      switch slots[slot].kind {
      case .structure: return structure(slot)
      case .map: return map(slot)
      default: return foreign(slot, at)
      }
    case UInt8(ascii: "["):
      return slots[slot].kind == .list ? list(slot) : foreign(slot, at)
    case 0, UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: ":"):
      return scan.failHere()
    default:
      let stop = scan.scalarEnd(at)
      scan.next &+= 1
      return scalar(slot, at, stop)
    }
  }

  /// A value that is JSON, but not of the column's type: NULL, and the record is marked.
  mutating func mismatch(_ slot: Int, at position: Int) -> Bool {
    if scan.problem.reason == .none {
      scan.problem = JsonProblem(reason: .mismatch, position: position, slot: slot)
    }
    isLoose = true
    slots.appendNull(slot)
    return true
  }

  /// An object or array for a column of another type: its text, as it stands, for a string.
  mutating func foreign(_ slot: Int, _ at: Int) -> Bool {
    guard scan.skipValue(allowsNonNumeric: allowsNonNumeric) else { return false }
    guard slots[slot].kind == .string else { return mismatch(slot, at: at) }
    let stop = Int(scan.tokens[scan.next &- 1]) &+ 1
    slots[slot].append(BytesView(padded: scan.base + at, count: stop &- at))
    return true
  }

  mutating func appendScratch(_ slot: Int) {
    guard let base = scratch.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    let count = scratch.count
    slots[slot].append(
      count > BytesView.inlineMax
        ? BytesView(long: arena.add(base, count: count), count: count) : BytesView(base, count: count))
  }

  private mutating func structure(_ slot: Int) -> Bool {
    let row = slots[slot].count
    guard object(place: slot &+ 1, first: slots[slot].firstChild, count: slots[slot].childCount, row: row)
    else { return false }
    slots[slot].appendPresent()
    return true
  }

  private mutating func list(_ slot: Int) -> Bool {
    guard scan.enter() else { return false }
    let child = slots[slot].firstChild
    let begin = slots[child].count
    if scan.byte != UInt8(ascii: "]") {
      while true {
        guard value(child) else { return false }
        let byte = scan.byte
        if byte == UInt8(ascii: "]") { break }
        guard byte == UInt8(ascii: ",") else { return scan.failHere() }
        scan.next &+= 1
      }
    }
    if _slowPath(isLoose) {
      slots.truncate(child, to: begin)
      slots.appendNull(slot)
    } else {
      slots[slot].append(Int32(truncatingIfNeeded: slots[child].count))
    }
    return scan.leave()
  }

  private mutating func map(_ slot: Int) -> Bool {
    let at = scan.position
    guard scan.enter() else { return false }
    let keySlot = slots[slot].firstChild
    let begin = slots[keySlot].count
    var isGood = true
    if scan.byte != UInt8(ascii: "}") {
      while true {
        guard scan.byte == UInt8(ascii: "\"") else { return scan.failHere() }
        let keyAt = scan.position
        let (start, count) = scan.string()
        let nullsBefore = slots[keySlot].nullCount
        guard string(keySlot, keyAt, start, count) else { return false }
        // A key that is not of the key's type has no place in a map.
        if slots[keySlot].nullCount > nullsBefore { isGood = false }
        guard scan.byte == UInt8(ascii: ":") else { return scan.failHere() }
        scan.next &+= 1
        guard value(keySlot &+ 1) else { return false }
        let byte = scan.byte
        if byte == UInt8(ascii: "}") { break }
        guard byte == UInt8(ascii: ",") else { return scan.failHere() }
        scan.next &+= 1
      }
    }
    if isLoose { isGood = false }
    if isGood, hasDuplicates(keySlot, from: begin) {
      if scan.problem.reason == .none {
        scan.problem = JsonProblem(reason: .duplicateKey, position: at, slot: slot)
      }
      isGood = false
    }
    if isGood {
      slots[slot].append(Int32(truncatingIfNeeded: slots[keySlot].count))
    } else {
      slots.truncate(keySlot, to: begin)
      slots.truncate(keySlot &+ 1, to: begin)
      slots.appendNull(slot)
    }
    return scan.leave()
  }

  private func hasDuplicates(_ slot: Int, from begin: Int) -> Bool {
    let end = slots[slot].count
    guard end &- begin > 1, slots[slot].kind == .string else { return false }
    if end &- begin > 32 {
      var seen = Set<BytesView>()
      for row in begin..<end where !seen.insert(slots[slot].view(at: row)).inserted { return true }
      return false
    }
    for row in begin &+ 1..<end {
      let key = slots[slot].view(at: row)
      for other in begin..<row where slots[slot].view(at: other) == key { return true }
    }
    return false
  }
}
