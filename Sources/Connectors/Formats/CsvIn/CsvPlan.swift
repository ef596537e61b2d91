internal import CKernels
internal import Columnar
internal import Diagnostics

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
  /// Records lie in lines whose separators are single bytes and whose blanks count: their marks can be found ahead.
  let hasPlainMarks: Bool
  let tables = WorkerStates<CsvTable>()

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
    hasPlainMarks =
      !isMultiLine && dialect.separator.count == 1 && !dialect.trimsLeading && !dialect.trimsTrailing
      && dialect.separator[0] != dialect.newline && dialect.ends.longBytes == nil
  }

}

/// What one worker needs to decode, kept for the next piece of input.
// @unchecked Sendable: taken out of the pool, under its lock, by one worker at a time.
final class CsvTable: @unchecked Sendable {
  /// Bytes looked through for marks at once: what is found stays in the first-level cache until it is used.
  static let windowBytes = 16 << 10

  let table: SlotTable
  /// By slot: the place in the record; −1 takes the text of malformed records.
  let sources: UnsafeMutablePointer<Int>
  let sourceCount: Int
  var marks: sq_csv_marks

  init(_ plan: CsvPlan) {
    table = SlotTable(plan.fields.map(\.type))
    sourceCount = plan.sources.count
    sources = .allocate(capacity: max(1, sourceCount))
    for (slot, source) in plan.sources.enumerated() { (sources + slot).initialize(to: source ?? -1) }
    marks = sq_csv_marks()
    if plan.hasPlainMarks {
      marks.marks = .allocate(capacity: Self.windowBytes + 1)
      marks.lines = .allocate(capacity: Self.windowBytes + 1)
      marks.quotes = .allocate(capacity: Self.windowBytes + 1)
    }
  }

  deinit {
    sources.deallocate()
    marks.marks?.deallocate()
    marks.lines?.deallocate()
    marks.quotes?.deallocate()
  }
}
