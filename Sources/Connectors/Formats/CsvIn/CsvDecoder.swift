internal import CKernels
internal import Columnar
internal import Diagnostics
internal import Synchronization

/// What a reader of separated values wants.
final class CsvPlan: Sendable {
  let dialect: CsvDialect
  /// Columns of a record.
  let width: Int
  /// For each wanted column, in order: its place in the record; nil takes the text of malformed records.
  let sources: [Int?]
  let fields: [Columnar.Field]
  let reading: ValueReading
  let skipsFirstLine: Bool
  /// Names that a first line must have to be a header; nil: `skipsFirstLine` says.
  let headerNames: [String]?
  /// Names that a header must have (`enforceSchema` false).
  let requiredNames: [String]?
  let isMultiLine: Bool
  private let idle = Mutex<[CsvTable]>([])

  init(
    dialect: CsvDialect, width: Int, sources: [Int?], fields: [Columnar.Field], reading: ValueReading,
    skipsFirstLine: Bool, headerNames: [String]?, requiredNames: [String]?, isMultiLine: Bool
  ) {
    self.dialect = dialect
    self.width = width
    self.sources = sources
    self.fields = fields
    self.reading = reading
    self.skipsFirstLine = skipsFirstLine
    self.headerNames = headerNames
    self.requiredNames = requiredNames
    self.isMultiLine = isMultiLine
  }

  func takeTable() -> CsvTable { idle.withLock { $0.popLast() } ?? CsvTable(fields.map(\.type)) }
  func give(_ table: CsvTable) { idle.withLock { $0.append(table) } }
}

/// The slots of one worker, kept for the next piece of input.
// @unchecked Sendable: taken out of the pool, under its lock, by one worker at a time.
final class CsvTable: @unchecked Sendable {
  let table: SlotTable
  init(_ types: [DataType]) { table = SlotTable(types) }
}

/// Separated values as rows: a record a line, or (`multiLine`) up to the newline outside quotes.
///
/// Separators are found 64 bytes at a time; only wanted columns are converted, from where they stand.
struct CsvDecoder: Decoder {
  let plan: CsvPlan
  let policy: MalformedPolicy
  let place: InputPlace

  func decode(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    if range.isEmpty { return }
    let table = plan.takeTable()
    defer { plan.give(table) }
    _ = table.table.take(owners: [])
    var run = CsvRun(self, table.table, buffer, range)
    try run.all(emit)
    withExtendedLifetime(buffer) {}
  }
}

private struct CsvRun: ~Copyable {
  let plan: CsvPlan
  let decoder: CsvDecoder
  let slots: UnsafeMutablePointer<ColumnSlot>
  let table: SlotTable
  let buffer: ByteBuffer
  let base: UnsafePointer<UInt8>
  let count: Int
  private var split: CsvFields
  private var arena = ByteArena()
  private var scratch = ByteWriter()
  private var rows = 0

  init(_ decoder: CsvDecoder, _ table: SlotTable, _ buffer: ByteBuffer, _ range: Range<Int>) {
    self.decoder = decoder
    plan = decoder.plan
    self.table = table
    slots = table.slots
    self.buffer = buffer
    base = UnsafePointer(buffer.base + range.lowerBound)
    count = range.count
    split = CsvFields(decoder.plan.dialect)
  }

  mutating func all(_ emit: (Batch) throws(SQLError) -> Void) throws(SQLError) {
    var start = 0
    var isFirst = decoder.place.isStart
    while start < count {
      let end =
        plan.isMultiLine
        ? CsvFields.recordEnd(base, from: start, limit: count, plan.dialect) : lineEnd(from: start)
      var length = end &- start
      if length > 0, base[end &- 1] == UInt8(ascii: "\r"), plan.dialect.dropsCarriageReturn { length &-= 1 }
      if !isBlank(start, length), plan.dialect.comment == nil || base[start] != plan.dialect.comment {
        let isHeader = isFirst ? try header(start, length) : false
        isFirst = false
        if !isHeader { try record(start, length) }
      }
      start = end &+ 1
      if rows >= Batch.rowsMax { try flush(emit) }
    }
    try flush(emit)
  }

  @inline(__always)
  private func lineEnd(from start: Int) -> Int {
    var at = start
    while at < count {
      let mask = sq_mask64(base + at, plan.dialect.newline)
      if mask != 0 { return min(count, at &+ mask.trailingZeroBitCount) }
      at &+= 64
    }
    return count
  }

  @inline(__always)
  private func isBlank(_ start: Int, _ length: Int) -> Bool {
    var at = start
    while at < start &+ length, base[at] <= 0x20, base[at] != plan.dialect.separator[0] { at &+= 1 }
    return at == start &+ length
  }

  // MARK: Header

  private mutating func header(_ start: Int, _ length: Int) throws(SQLError) -> Bool {
    guard plan.skipsFirstLine || plan.headerNames != nil else { return false }
    let names = names(start, length)
    if let wanted = plan.headerNames {
      return names.map { $0.lowercased() } == wanted.map { $0.lowercased() }
    }
    if let required = plan.requiredNames, names.map({ $0.lowercased() }) != required.map({ $0.lowercased() }) {
      throw SQLError(
        .source, "CSV_HEADER_MISMATCH",
        "'\(decoder.place.input)' has the columns (\(names.joined(separator: ", "))), declared are (\(required.joined(separator: ", ")))",
        hint: "enforceSchema 'true' reads columns by their place")
    }
    return true
  }

  private mutating func names(_ start: Int, _ length: Int) -> [String] {
    guard split.split(base + start, length) else { return [] }
    return (0..<split.count).map { index in
      scratch.removeAll()
      split.unescape(split[index], into: &scratch)
      return scratch.string
    }
  }

  // MARK: Records

  private mutating func record(_ start: Int, _ length: Int) throws(SQLError) {
    var problem: (column: Int?, text: String)?
    if !split.split(base + start, length) {
      problem = (nil, "a quoted field does not end")
      for slot in plan.sources.indices { slots.appendNull(slot) }
    } else {
      if _slowPath(split.count != plan.width) {
        problem = (nil, "\(split.count) fields, expected \(plan.width)")
      }
      for slot in plan.sources.indices {
        guard let source = plan.sources[slot], source < split.count else {
          slots.appendNull(slot)
          continue
        }
        if !value(slot, split[source]) {
          slots.appendNull(slot)
          if problem == nil {
            let field = split[source]
            let text = String(
              decoding: UnsafeBufferPointer(start: field.start, count: min(field.count, 60)), as: UTF8.self)
            problem = (
              slot, "column \"\(plan.fields[slot].name)\" cannot take '\(text)' as \(plan.fields[slot].type.sqlName)"
            )
          }
        }
      }
    }
    rows &+= 1
    if let problem { try malformed(problem, start, length) }
  }

  private mutating func malformed(
    _ problem: (column: Int?, text: String), _ start: Int, _ length: Int
  ) throws(SQLError) {
    try decoder.policy.note(
      decoder.place, byteOffset: decoder.place.byteOffset + Int64(start),
      column: problem.column.map { plan.fields[$0].name }, message: problem.text,
      text: String(
        decoding: UnsafeBufferPointer(start: base + start, count: min(length, MalformedRecords.textBytesMax)),
        as: UTF8.self))
    if decoder.policy.mode == .dropMalformed {
      rows &-= 1
      for slot in plan.sources.indices { slots.truncate(slot, to: rows) }
    } else if let slot = plan.sources.firstIndex(where: { $0 == nil }) {
      slots.truncate(slot, to: rows &- 1)
      slots[slot].append(BytesView(padded: base + start, count: min(length, BytesView.lengthMax)))
    }
  }

  /// Puts a field into its slot; false if it is not of the column's type.
  @inline(__always)
  private mutating func value(_ slot: Int, _ field: CsvFields.Field) -> Bool {
    var start = field.start
    var length = field.count
    if !field.isQuoted {
      if plan.dialect.trimsLeading { while length > 0, start[0] == 0x20 || start[0] == 9 { start += 1; length &-= 1 } }
      if plan.dialect.trimsTrailing { while length > 0, start[length &- 1] == 0x20 || start[length &- 1] == 9 { length &-= 1 } }
    } else if field.hasEscape {
      scratch.removeAll()
      split.unescape(field, into: &scratch)
      return unescaped(slot)
    }
    // Nothing between separators is NULL whatever stands for it; between quotes it is for all but strings.
    let isNull =
      length == 0 ? !field.isQuoted || slots[slot].kind != .string : equal(start, length, plan.dialect.nullValue)
    if isNull {
      slots.appendNull(slot)
      return true
    }
    if slots[slot].kind == .string {
      if length == 0 { return emptyString(slot) }
      slots[slot].append(BytesView(padded: start, count: length))
      return true
    }
    if slots[slot].kind == .int64, let value = Self.integer(start, length) {
      slots[slot].append(value)
      return true
    }
    return slots[slot].appendPlain(
      UnsafeRawBufferPointer(start: start, count: length), plan.reading, plan.dialect, &arena)
  }

  private mutating func emptyString(_ slot: Int) -> Bool {
    plan.dialect.emptyValue.withUnsafeBytes { slots[slot].appendBytes($0, &arena) }
    return true
  }

  private mutating func unescaped(_ slot: Int) -> Bool {
    if slots[slot].kind == .string {
      slots[slot].appendBytes(scratch.bytes, &arena)
      return true
    }
    return slots[slot].appendPlain(scratch.bytes, plan.reading, plan.dialect, &arena)
  }

  @inline(__always)
  private func equal(_ start: UnsafePointer<UInt8>, _ length: Int, _ word: [UInt8]) -> Bool {
    if length != word.count { return false }
    for i in 0..<length where start[i] != word[i] { return false }
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

  private mutating func flush(_ emit: (Batch) throws(SQLError) -> Void) throws(SQLError) {
    if rows == 0 { return }
    let batch = Batch(table.take(owners: [buffer] + arena.blocks), count: rows)
    if !arena.blocks.isEmpty { arena = ByteArena() }
    rows = 0
    try emit(batch)
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
