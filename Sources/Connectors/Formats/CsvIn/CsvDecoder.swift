internal import CKernels
internal import Columnar
internal import Diagnostics

/// Separated values as rows: a record a line, or (`multiLine`) up to the newline outside quotes.
///
/// Separators and newlines are found 64 bytes at a time; only wanted columns are converted, from where they stand. Lines with
/// quotes, and those that do not fit, are split on their own.
struct CsvDecoder: Decoder {
  let plan: CsvPlan
  let policy: MalformedPolicy
  let place: InputPlace

  func decode(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    if range.isEmpty { return }
    let table = try plan.tables.take { CsvTable(plan) }
    defer { plan.tables.give(table) }
    _ = table.table.take(owners: [])
    var run = CsvRun(self, table, buffer, range)
    try run.all(emit)
    withExtendedLifetime(buffer) {}
  }
}

/// One call of `decode`.
private struct CsvRun: ~Copyable {
  let plan: CsvPlan
  let table: CsvTable
  let frame: RecordFrame
  let base: UnsafePointer<UInt8>
  let count: Int
  private let buffer: ByteBuffer
  private let newline: UInt8
  private let dropsReturn: Bool
  private var row: CsvRowReader
  /// The next record may be a header.
  private var isFirst: Bool

  init(_ decoder: CsvDecoder, _ table: CsvTable, _ buffer: ByteBuffer, _ range: Range<Int>) {
    plan = decoder.plan
    self.table = table
    self.buffer = buffer
    base = UnsafePointer(buffer.base + range.lowerBound)
    count = range.count
    newline = plan.dialect.newline
    dropsReturn = plan.dialect.dropsCarriageReturn
    frame = RecordFrame(base: base, count: count, newline: newline, policy: decoder.policy, place: decoder.place)
    row = CsvRowReader(plan, table)
    isFirst = decoder.place.isStart
  }

  mutating func all(_ emit: (Batch) throws(SQLError) -> Void) throws(SQLError) {
    if let separator = plan.dialect.ends.longBytes { return try separated(separator, emit) }
    var start = 0
    while start < count {
      if plan.hasPlainMarks, count &- start > 64 {
        start = try window(from: start, emit)
      } else {
        start = try line(from: start)
        if row.rows >= Batch.rowsMax { try flush(emit) }
      }
    }
    try flush(emit)
  }

  /// Records that end with several bytes.
  private mutating func separated(
    _ separator: [UInt8], _ emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    var start = 0
    while start < count {
      let end = RecordEnd.next(separator, base, from: start, to: count) ?? count
      try line(start, end)
      if row.rows >= Batch.rowsMax { try flush(emit) }
      start = end + separator.count
    }
    try flush(emit)
  }

  // MARK: Lines

  /// Reads the record at `start` on its own; gives the place behind it.
  private mutating func line(from start: Int) throws(SQLError) -> Int {
    let end =
      plan.isMultiLine ? CsvFields.recordEnd(base, from: start, limit: count, plan.dialect) : frame.lineEnd(from: start, limit: count)
    try line(start, end)
    return end &+ 1
  }

  @inline(never)
  private mutating func line(_ start: Int, _ end: Int) throws(SQLError) {
    var length = end &- start
    if length > 0, base[end &- 1] == UInt8(ascii: "\r"), dropsReturn { length &-= 1 }
    if isBlank(start, length) || base[start] == plan.dialect.comment { return }
    let isHeader = isFirst ? try header(start, length) : false
    isFirst = false
    if isHeader { return }
    if let problem = row.read(base + start, length) { try malformed(problem, start, length) }
  }

  private func isBlank(_ start: Int, _ length: Int) -> Bool {
    var at = start
    while at < start &+ length, base[at] <= 0x20, base[at] != plan.dialect.separator[0] { at &+= 1 }
    return at == start &+ length
  }

  /// Reads the whole lines of the next window; gives the place behind them.
  private mutating func window(
    from start: Int, _ emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) -> Int {
    let length = min(CsvTable.windowBytes, count &- start)
    let quote = plan.dialect.quote
    sq_csv_index(
      base + start, length, plan.dialect.separator[0], newline, quote ?? 0, quote == nil ? 0 : 1, &table.marks)
    let found = table.marks
    guard found.line_count > 0, let marks = found.marks, let lines = found.lines, let quotes = found.quotes else {
      // A line longer than the window, or the last one, which does not end.
      let next = try line(from: start)
      if row.rows >= Batch.rowsMax { try flush(emit) }
      return next
    }
    let text = base + start
    let width = plan.width
    let comment = plan.dialect.comment ?? newline
    var firstMark = 0
    var lineStart = 0
    var nextQuote = 0
    for ordinal in 0..<Int(found.line_count) {
      let lastMark = Int(lines[ordinal])
      let lineEnd = Int(marks[lastMark])
      let hasQuote = nextQuote < Int(found.quote_count) && Int(quotes[nextQuote]) < lineEnd
      let isPlain =
        !hasQuote && !isFirst && lastMark &- firstMark &+ 1 == width && text[lineStart] > 0x20 && text[lineStart] != comment
      let end = dropsReturn && lineEnd > lineStart && text[lineEnd &- 1] == UInt8(ascii: "\r") ? lineEnd &- 1 : lineEnd
      if !isPlain || !row.read(text, marks + firstMark, start: lineStart, end: end) {
        try line(start &+ lineStart, start &+ lineEnd)
        while nextQuote < Int(found.quote_count), Int(quotes[nextQuote]) < lineEnd { nextQuote &+= 1 }
      }
      if row.rows >= Batch.rowsMax { try flush(emit) }
      firstMark = lastMark &+ 1
      lineStart = lineEnd &+ 1
    }
    return start &+ lineStart
  }

  // MARK: Header

  private mutating func header(_ start: Int, _ length: Int) throws(SQLError) -> Bool {
    guard plan.skipsFirstLine || plan.headerNames != nil else { return false }
    let names = row.texts(base + start, length)
    if let wanted = plan.headerNames {
      if CsvHeader.isSame(names, wanted) || CsvHeader.isNumbered(names, wanted) { return true }
      if CsvHeader.isOther(names, than: wanted) { throw mismatch(names, wanted, hint: "header 'true' passes over it and reads columns by their place") }
      return false
    }
    if let required = plan.requiredNames, !CsvHeader.isSame(names, required) {
      throw mismatch(names, required, hint: "enforceSchema 'true' reads columns by their place")
    }
    return true
  }

  private func mismatch(_ names: [String], _ wanted: [String], hint: String) -> SQLError {
    SQLError(
      .source, "CSV_HEADER_MISMATCH",
      "'\(frame.place.input)' has the columns (\(names.joined(separator: ", "))), expected are (\(wanted.joined(separator: ", ")))",
      hint: hint)
  }

  // MARK: Malformed records

  private mutating func malformed(
    _ problem: CsvRowReader.Problem, _ start: Int, _ length: Int
  ) throws(SQLError) {
    if problem.isFatal {
      let offset = frame.place.byteOffset + Int64(start)
      let line = frame.place.line(at: offset).map { "line \($0)" } ?? "byte \(offset)"
      throw SQLError(
        .source, "MALFORMED_CSV_RECORD", "'\(frame.place.input)', \(line): \(problem.text)",
        hint: "perhaps sep or quote are not those of the file; else raise maxColumns")
    }
    try frame.note(start..<(start + length), column: problem.slot.map { plan.fields[$0].name }, problem.text)
    if frame.policy.mode == .dropMalformed {
      row.takeBack()
    } else if let slot = plan.sources.firstIndex(where: { $0 == nil }) {
      row.keepText(frame.text(start..<(start + length)), slot)
    }
  }

  // MARK: Batches

  private mutating func flush(_ emit: (Batch) throws(SQLError) -> Void) throws(SQLError) {
    if row.rows == 0 { return }
    let count = row.rows
    let batch = Batch(table.table.take(owners: [buffer] + row.takeBlocks()), count: count)
    try emit(batch)
  }
}
