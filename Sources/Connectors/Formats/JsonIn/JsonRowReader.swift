internal import CKernels
internal import Columnar

/// Reads records into slots: one pass over the tokens, values converted where they stand.
///
/// A value that is not of its column's type becomes NULL and marks the record; text that is no JSON ends it.
struct JsonRowReader: ~Copyable {
  var scan: JsonScanner
  let slots: UnsafeMutablePointer<ColumnSlot>
  let topCount: Int
  private let names: UnsafeMutablePointer<JsonNames.Name>
  private let places: UnsafeMutablePointer<JsonNames.Place>
  private let keys: UnsafeMutablePointer<UInt8>
  private let reading: ValueReading
  let allowsNonNumeric: Bool
  /// Strings that had escapes.
  private(set) var arena = ByteArena()
  private var scratch = ByteWriter()
  /// A value below the field being read is not of its type: what holds it, up to that field, becomes NULL, as in Spark.
  private var isLoose = false

  init(_ state: JsonState, scan: JsonScanner) {
    self.scan = scan
    slots = state.table.slots
    topCount = state.table.topCount
    names = state.names.names
    places = state.names.places
    keys = state.names.keys
    reading = state.plan.reading
    allowsNonNumeric = state.plan.allowsNonNumericNumbers
  }

  /// The blocks that unescaped strings of the rows so far lie in; new ones are begun for the rows to come.
  mutating func takeBlocks() -> [ByteBuffer] {
    defer { if !arena.blocks.isEmpty { arena = ByteArena() } }
    return arena.blocks
  }

  // MARK: Records

  /// Reads the object that is the next token as row `row`.
  @inline(__always)
  mutating func rootObject(row: Int) -> Bool {
    object(place: 0, first: 0, count: topCount, row: row)
  }

  private mutating func object(place: Int, first: Int, count: Int, row: Int) -> Bool {
    guard scan.enter() else { return false }
    if scan.byte == UInt8(ascii: "}") {
      finishFields(first, count, row)
      return scan.leave()
    }
    var ordinal = 0
    while true {
      guard scan.byte == UInt8(ascii: "\"") else { return scan.failHere() }
      let at = scan.position
      let index = place &* JsonNames.placesMax &+ ordinal
      let slot: Int
      if ordinal < JsonNames.placesMax, places[index].isWhole, at < scan.end, places[index].stands(at: scan.base + at + 1) {
        slot = Int(places[index].slot)
        scan.next &+= 1
      } else {
        let (start, keyCount) = scan.string()
        slot = field(index, ordinal, first, count, start, keyCount)
      }
      guard scan.byte == UInt8(ascii: ":") else { return scan.failHere() }
      scan.next &+= 1
      if slot >= 0 {
        // The last of several values of one key counts, as in Spark.
        if _slowPath(slots[slot].count > row) { slots.truncate(slot, to: row) }
        guard plainInteger(slot) || value(slot) else { return false }
        isLoose = false
      } else if slot == Self.badKey {
        return scan.fail(.badEscape, at: at)
      } else {
        guard skipPlain() || scan.skipValue(allowsNonNumeric: allowsNonNumeric) else { return false }
      }
      ordinal &+= 1
      let byte = scan.byte
      if byte == UInt8(ascii: "}") {
        finishFields(first, count, row)
        return scan.leave()
      }
      guard byte == UInt8(ascii: ",") else { return scan.failHere() }
      scan.next &+= 1
    }
  }

  /// Reads the next value if it is an integer of up to 18 digits for a column of them.
  @inline(__always)
  private mutating func plainInteger(_ slot: Int) -> Bool {
    guard slots[slot].kind == .int64 else { return false }
    let at = scan.position
    guard at < scan.end, let stop = scan.integerEnd(at), stop &- at <= 18 else { return false }
    let isNegative = scan.base[at] == UInt8(ascii: "-")
    var value: Int64 = 0
    for place in (isNegative ? at &+ 1 : at)..<stop { value = value &* 10 &+ Int64(scan.base[place] &- 0x30) }
    slots[slot].append(isNegative ? 0 &- value : value)
    scan.next &+= 1
    return true
  }

  /// Passes the next value if it is a string that needs no look inside, or an integer.
  @inline(__always)
  private mutating func skipPlain() -> Bool {
    let at = scan.position
    guard at < scan.end else { return false }
    if scan.base[at] == UInt8(ascii: "\"") ? scan.mayHaveEscapes : scan.integerEnd(at) == nil { return false }
    scan.next &+= 1
    return true
  }

  /// NULL for the fields that the object does not have.
  @inline(__always)
  private func finishFields(_ first: Int, _ count: Int, _ row: Int) {
    for slot in first..<first &+ count where slots[slot].count <= row { slots.appendNull(slot) }
  }

  // MARK: Keys

  private static let unwanted = -1
  private static let badKey = -2

  @inline(__always)
  private mutating func field(
    _ index: Int, _ ordinal: Int, _ first: Int, _ count: Int, _ start: Int, _ keyCount: Int
  ) -> Int {
    if ordinal < JsonNames.placesMax {
      let place = places[index]
      if Int(place.count) == keyCount,
        sq_equal_padded(scan.base + start, keys + index &* (JsonNames.keyBytesMax &+ 8), keyCount) != 0
      {
        return Int(place.slot)
      }
    }
    return findField(index, ordinal, first, count, start, keyCount)
  }

  @inline(never)
  private mutating func findField(
    _ index: Int, _ ordinal: Int, _ first: Int, _ count: Int, _ start: Int, _ keyCount: Int
  ) -> Int {
    let text = scan.text(start, start &+ keyCount)
    if scan.hasEscape(start, keyCount) {
      scratch.removeAll()
      guard JsonEscapes.unescape(text, into: &scratch) else { return Self.badKey }
      return slot(named: scratch.bytes, first, count)
    }
    let found = slot(named: text, first, count)
    if ordinal < JsonNames.placesMax, keyCount <= JsonNames.keyBytesMax {
      let key = keys + index &* (JsonNames.keyBytesMax &+ 8)
      key.update(from: scan.base + start, count: keyCount)
      places[index] = JsonNames.Place(slot: found, key: key, count: keyCount)
    }
    return found
  }

  private func slot(named key: UnsafeRawBufferPointer, _ first: Int, _ count: Int) -> Int {
    guard let base = key.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return Self.unwanted }
    for slot in first..<first &+ count
    where names[slot].count == key.count && memoryEqual(names[slot].bytes, base, key.count) {
      return slot
    }
    return Self.unwanted
  }

  // MARK: Values

  private mutating func value(_ slot: Int) -> Bool {
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
  private mutating func mismatch(_ slot: Int, at position: Int) -> Bool {
    if scan.problem.reason == .none {
      scan.problem = JsonProblem(reason: .mismatch, position: position, slot: slot)
    }
    isLoose = true
    slots.appendNull(slot)
    return true
  }

  /// An object or array for a column of another type: its text, as it stands, for a string.
  private mutating func foreign(_ slot: Int, _ at: Int) -> Bool {
    guard scan.skipValue(allowsNonNumeric: allowsNonNumeric) else { return false }
    guard slots[slot].kind == .string else { return mismatch(slot, at: at) }
    let stop = Int(scan.tokens[scan.next &- 1]) &+ 1
    slots[slot].append(BytesView(padded: scan.base + at, count: stop &- at))
    return true
  }

  private mutating func appendScratch(_ slot: Int) {
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

  // MARK: Strings

  /// The string between `start` and `start + count` for a column of any type.
  @inline(__always)
  private mutating func string(_ slot: Int, _ at: Int, _ start: Int, _ count: Int) -> Bool {
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
  private mutating func scalar(_ slot: Int, _ at: Int, _ stop: Int) -> Bool {
    if slots[slot].kind == .int64, let value = integer(at, stop) {
      slots[slot].append(value)
      return true
    }
    return otherScalar(slot, at, stop)
  }

  /// A plain integer of 64 bits.
  @inline(__always)
  private func integer(_ start: Int, _ stop: Int) -> Int64? {
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
