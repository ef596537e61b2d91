internal import Columnar

/// Reads records into slots: wanted fields are converted where they stand.
struct CsvRowReader: ~Copyable {
  /// Why a record is malformed, and in which column.
  struct Problem {
    var slot: Int?
    var text: String
    /// An error whatever `mode` says.
    var isFatal = false
  }

  private let plan: CsvPlan
  private let slots: UnsafeMutablePointer<ColumnSlot>
  private let sources: UnsafeMutablePointer<Int>
  private let sourceCount: Int
  private let reading: ValueReading
  private let nullCount: Int
  private let nullValue: [UInt8]
  private let trimsLeading: Bool
  private let trimsTrailing: Bool
  private var split: CsvFields
  private var arena = ByteArena()
  private var scratch = ByteWriter()
  /// Rows since the last batch.
  private(set) var rows = 0

  init(_ plan: CsvPlan, _ table: CsvTable) {
    self.plan = plan
    slots = table.table.slots
    sources = table.sources
    sourceCount = table.sourceCount
    reading = plan.reading
    nullValue = plan.dialect.nullValue
    nullCount = nullValue.count
    trimsLeading = plan.dialect.trimsLeading
    trimsTrailing = plan.dialect.trimsTrailing
    split = CsvFields(plan.dialect)
  }

  // MARK: Records

  /// Reads a record without quotes and of the right width, whose separators are at `marks` (counted from `text`). False if
  /// some value is not of its column's type: nothing of the record is kept then.
  @inline(__always)
  mutating func read(
    _ text: UnsafePointer<UInt8>, _ marks: UnsafeMutablePointer<UInt32>, start: Int, end: Int
  ) -> Bool {
    let last = plan.width &- 1
    for slot in 0..<sourceCount {
      let source = sources[slot]
      if source < 0 {
        slots.appendNull(slot)
        continue
      }
      let from = source == 0 ? start : Int(marks[source &- 1]) &+ 1
      let to = source == last ? end : Int(marks[source])
      if !plain(slot, text + from, to &- from) {
        for earlier in 0..<slot { slots.truncate(earlier, to: rows) }
        return false
      }
    }
    rows &+= 1
    return true
  }

  /// Reads a record of any form.
  mutating func read(_ line: UnsafePointer<UInt8>, _ length: Int) -> Problem? {
    var problem: Problem?
    if !split.split(line, length) {
      problem = Problem(text: "a quoted field does not end")
      for slot in 0..<sourceCount { slots.appendNull(slot) }
    } else {
      if split.count != plan.width {
        let isFatal = split.count > plan.dialect.columnsMax
        let found = "\(split.count) field\(split.count == 1 ? "" : "s")"
        problem = Problem(
          text: isFatal ? "\(found), maxColumns is \(plan.dialect.columnsMax)" : "\(found), expected \(plan.width)",
          isFatal: isFatal)
      }
      for slot in 0..<sourceCount {
        let source = sources[slot]
        if source < 0 || source >= split.count {
          slots.appendNull(slot)
        } else if !value(slot, split[source]) {
          slots.appendNull(slot)
          if problem == nil { problem = mismatch(slot, split[source]) }
        }
      }
    }
    rows &+= 1
    return problem
  }

  private func mismatch(_ slot: Int, _ field: CsvFields.Field) -> Problem {
    let text = String(decoding: UnsafeBufferPointer(start: field.start, count: min(field.count, 60)), as: UTF8.self)
    return Problem(
      slot: slot, text: "column \"\(plan.fields[slot].name)\" cannot take '\(text)' as \(plan.fields[slot].type.sqlName)")
  }

  /// The fields of a record as text, for headers.
  mutating func texts(_ line: UnsafePointer<UInt8>, _ length: Int) -> [String] {
    guard split.split(line, length) else { return [] }
    return (0..<split.count).map { index in
      scratch.removeAll()
      split.unescape(split[index], into: &scratch)
      return scratch.string
    }
  }

  /// Forgets the last record.
  mutating func takeBack() {
    rows &-= 1
    for slot in 0..<sourceCount { slots.truncate(slot, to: rows) }
  }

  /// Puts the text of the last record into the column for it.
  func keepText(_ text: BytesView, _ slot: Int) {
    slots.truncate(slot, to: rows &- 1)
    slots[slot].append(text)
  }

  /// The rows go out: the blocks that their unescaped strings lie in. New ones are begun for the rows to come.
  mutating func takeBlocks() -> [ByteBuffer] {
    rows = 0
    defer { if !arena.blocks.isEmpty { arena = ByteArena() } }
    return arena.blocks
  }

  // MARK: Values

  /// Puts a field into its slot; false if it is not of the column's type.
  private mutating func value(_ slot: Int, _ field: CsvFields.Field) -> Bool {
    var start = field.start
    var length = field.count
    if !field.isQuoted {
      if trimsLeading { while length > 0, start[0] == 0x20 || start[0] == 9 { start += 1; length &-= 1 } }
      if trimsTrailing { while length > 0, start[length &- 1] == 0x20 || start[length &- 1] == 9 { length &-= 1 } }
    } else if field.hasEscape {
      scratch.removeAll()
      split.unescape(field, into: &scratch)
      return unescaped(slot)
    } else if length == 0, slots[slot].kind == .string {
      plan.dialect.emptyValue.withUnsafeBytes { slots[slot].appendBytes($0, &arena) }
      return true
    }
    return plain(slot, start, length)
  }

  /// A field without quotes; nothing at all is NULL, whatever stands for it.
  @inline(__always)
  private mutating func plain(_ slot: Int, _ start: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    if length == 0 || (length == nullCount && isNullValue(start)) {
      slots.appendNull(slot)
      return true
    }
    switch slots[slot].kind {
    case .string:
      slots[slot].append(BytesView(padded: start, count: length))
      return true
    case .int64:
      if let value = Self.integer(start, length) {
        slots[slot].append(value)
        return true
      }
    case .timestamp where reading.timestampFormat == nil:
      if let micros = PlainTimestamp.parse(UnsafeRawBufferPointer(start: start, count: length), isUTC: reading.isUTC) {
        slots[slot].append(micros)
        return true
      }
    default: break
    }
    return other(slot, start, length)
  }

  @inline(never)
  private mutating func other(_ slot: Int, _ start: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    slots[slot].appendPlain(UnsafeRawBufferPointer(start: start, count: length), reading, plan.dialect, &arena)
  }

  private mutating func unescaped(_ slot: Int) -> Bool {
    if slots[slot].kind == .string {
      slots[slot].appendBytes(scratch.bytes, &arena)
      return true
    }
    return slots[slot].appendPlain(scratch.bytes, reading, plan.dialect, &arena)
  }

  @inline(never)
  private func isNullValue(_ start: UnsafePointer<UInt8>) -> Bool {
    for i in 0..<nullCount where start[i] != nullValue[i] { return false }
    return true
  }

  /// A plain integer of at most 18 digits.
  @inline(__always)
  private static func integer(_ start: UnsafePointer<UInt8>, _ length: Int) -> Int64? {
    var at = 0
    let isNegative = length > 1 && start[0] == UInt8(ascii: "-")
    if isNegative { at = 1 }
    guard length &- at > 0, length &- at <= 18 else { return nil }
    var value: Int64 = 0
    while at < length {
      let digit = start[at] &- 0x30
      if digit > 9 { return nil }
      value = value &* 10 &+ Int64(digit)
      at &+= 1
    }
    return isNegative ? 0 &- value : value
  }
}

extension ColumnSlot {
  /// A field's text for a column that is not of strings.
  mutating func appendPlain(
    _ text: UnsafeRawBufferPointer, _ reading: ValueReading, _ dialect: CsvDialect, _ arena: inout ByteArena
  ) -> Bool {
    switch kind {
    case .bool:
      let isTrue = AsciiText.equals(text, "true")
      guard isTrue || AsciiText.equals(text, "false") else { return false }
      append(isTrue)
    case .int8, .int16, .int32, .int64:
      guard text.first.map({ !AsciiText.isTrimmed($0) }) ?? false, text.last.map({ !AsciiText.isTrimmed($0) }) ?? false,
        let value = IntegerText.parse(text)
      else { return false }
      return appendInteger(value)
    case .float32, .float64:
      if text.elementsEqual(dialect.nanValue) { return appendDouble(.nan) }
      if text.elementsEqual(dialect.positiveInf) { return appendDouble(.infinity) }
      if text.elementsEqual(dialect.negativeInf) { return appendDouble(-.infinity) }
      return appendNumber(text)
    case .decimal: return appendNumber(text)
    case .string, .binary: appendBytes(text, &arena)
    default: return appendMoment(text, reading)
    }
    return true
  }

  private mutating func appendDouble(_ value: Double) -> Bool {
    if kind == .float32 { append(Float(value)) } else { append(value) }
    return true
  }
}
