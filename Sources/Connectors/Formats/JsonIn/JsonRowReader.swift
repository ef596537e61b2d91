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
  let reading: ValueReading
  let allowsNonNumeric: Bool
  /// Strings that had escapes.
  var arena = ByteArena()
  var scratch = ByteWriter()
  /// A value below the field being read is not of its type: what holds it, up to that field, becomes NULL, as in Spark.
  var isLoose = false

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

  mutating func object(place: Int, first: Int, count: Int, row: Int) -> Bool {
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
  func finishFields(_ first: Int, _ count: Int, _ row: Int) {
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
}
