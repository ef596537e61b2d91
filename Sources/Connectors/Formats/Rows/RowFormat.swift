package import Columnar
package import Diagnostics

/// Writes result rows as text: an output mode of the shell and of the console sink.
///
/// Pure: bytes go into the writer that the caller gives and empties. A step is `begin`, any number of `write`, `end`;
/// `finish` comes once, after the last step. Tabular formats hold one step's rows until its end, the others nothing.
package protocol RowEncoder: AnyObject {
  func begin(_ step: StepInfo, into out: inout ByteWriter)
  func write(_ rows: ResultRows, into out: inout ByteWriter)
  func end(_ step: StepInfo, into out: inout ByteWriter)
  func finish(into out: inout ByteWriter)
}

extension RowEncoder {
  package func begin(_ step: StepInfo, into out: inout ByteWriter) {}
  package func end(_ step: StepInfo, into out: inout ByteWriter) {}
  package func finish(into out: inout ByteWriter) {}
}

/// One output mode: adding one is a file and a line in `RowFormat.all`.
package struct RowFormat: Sendable {
  package var name: String
  /// One sentence.
  package var summary: String
  /// Shows what happened to each row by itself; the others get it as a column `_op`.
  var showsOperations: Bool
  var make: @Sendable (RowFormatRequest) -> any RowEncoder

  init(
    _ name: String, _ summary: String, showsOperations: Bool = false,
    make: @escaping @Sendable (RowFormatRequest) -> any RowEncoder
  ) {
    self.name = name
    self.summary = summary
    self.showsOperations = showsOperations
    self.make = make
  }

  /// In the order of the documentation.
  package static let all: [RowFormat] = [
    .auto, .box, .table, .csv, .tsv, .json, .jsonl, .markdown, .line, .insert, .spark, .pprint, .changelog,
    .debezium, .trash,
  ]

  package static var names: [String] { all.map(\.name) }

  /// The format of this name, or an error that suggests another; case does not count.
  package static func named(_ name: String, span: SourceSpan? = nil) throws(SQLError) -> RowFormat {
    guard let format = all.first(where: { $0.name == name.lowercased() }) else {
      throw SQLError(
        .usage, "UNKNOWN_OUTPUT_MODE", "there is no output mode \"\(name)\"", span: span,
        hint: didYouMean(name, in: names) ?? "output modes: \(names.joined(separator: ", "))")
    }
    return format
  }

  /// An encoder for one result or one query's output.
  package func encoder(_ request: RowFormatRequest) -> any RowEncoder {
    let addsOperation = request.isChangelog && !showsOperations
    guard addsOperation || request.showsBatch else { return make(request) }
    var extended = request
    let added =
      (request.showsBatch ? [Field("_batch", .bigint)] : []) + (addsOperation ? [Field("_op", .string)] : [])
    extended.schema.fields.insert(contentsOf: added, at: 0)
    return AnnotatingEncoder(make(extended), showsBatch: request.showsBatch, showsOperation: addsOperation)
  }
}

/// What an encoder has to know about the rows and their reader.
package struct RowFormatRequest: Sendable {
  package var schema: Schema
  /// The session zone.
  package var zone: TimeZoneRules
  /// Everything is one result, shown as one block, an empty one too; else each step is a block of its own.
  package var isOneResult: Bool
  /// Rows carry operations that are to be shown. Without it rows taken back are left out.
  package var isChangelog: Bool
  /// Adds a column `_batch`.
  package var showsBatch: Bool
  /// Cells are cut to so many characters; 0: not at all; nil: as is usual for the format.
  package var truncate: Int?
  /// Rows shown of one block at most; nil: as is usual for the format.
  package var rowsMax: Int?
  package var hasHeader: Bool
  /// Between fields of csv and tsv; nil: comma or tab.
  package var separator: String?
  /// What stands for NULL; nil: as is usual for the format.
  package var nullText: String?
  /// Left out of JSON objects where they are NULL.
  package var omitsNullFields: Bool
  /// How csv quotes.
  package var quoting = CsvQuoting()
  /// Behind each row of csv, tsv and jsonl.
  package var lineEnd = "\n"
  /// How files show dates and times; nil: as CAST does.
  package var times: TimeText?
  /// Columns of the terminal; nil: there is none.
  package var columnsMax: Int?
  /// The table that `insert` names.
  package var tableName: String

  package init(
    schema: Schema, zone: TimeZoneRules = .utc, isOneResult: Bool = false, isChangelog: Bool = false,
    showsBatch: Bool = false, truncate: Int? = nil, rowsMax: Int? = nil, hasHeader: Bool = true,
    separator: String? = nil, nullText: String? = nil, omitsNullFields: Bool = false, columnsMax: Int? = nil,
    tableName: String = "result"
  ) {
    self.schema = schema
    self.zone = zone
    self.isOneResult = isOneResult
    self.isChangelog = isChangelog
    self.showsBatch = showsBatch
    self.truncate = truncate
    self.rowsMax = rowsMax
    self.hasHeader = hasHeader
    self.separator = separator
    self.nullText = nullText
    self.omitsNullFields = omitsNullFields
    self.columnsMax = columnsMax
    self.tableName = tableName
  }
}

/// How fields of csv are quoted: as RFC 4180 says, unless a file's options say otherwise.
package struct CsvQuoting: Sendable {
  /// Nil: nothing is quoted.
  var quote: UInt8? = UInt8(ascii: "\"")
  /// Stands before a quote in a quoted field; the quote itself doubles it.
  var escape: UInt8? = UInt8(ascii: "\"")
  /// What readers take for an escape; nil: nothing but the quote.
  var readEscape: UInt8?
  /// Stands before that in quoted fields; nil: it is doubled.
  var escapeEscape: UInt8?
  var quotesAll = false
  /// A quote alone is a reason to quote the field that holds it.
  var quotesQuotes = true
  /// The first field of a row that begins so is quoted: to readers it would be a comment.
  var comment: UInt8?
  var trimsLeading = false
  var trimsTrailing = false
  /// A row of one NULL is two quotes: a blank line would be no record to a reader.
  var marksNullRows = false
  /// What stands for the empty string; nil: two quotes.
  var emptyText: [UInt8]?
}

extension ResultRows {
  /// The rows that are there afterwards: without those taken back, if nobody shows operations.
  func keepingRows(isChangelog: Bool) -> ResultRows {
    guard let operations, !isChangelog else { return self }
    let kept = operations.indices.filter { operations[$0] == .insert || operations[$0] == .updateAfter }
    return ResultRows(kept.count == batch.count ? batch : batch.gather(kept.map { Int32($0) }))
  }
}

/// Puts the batch number and the operation before the columns, for formats that know nothing of them.
private final class AnnotatingEncoder: RowEncoder {
  private let base: any RowEncoder
  private let showsBatch: Bool
  private let showsOperation: Bool
  private var batchNumber: Int64 = 0

  init(_ base: any RowEncoder, showsBatch: Bool, showsOperation: Bool) {
    self.base = base
    self.showsBatch = showsBatch
    self.showsOperation = showsOperation
  }

  func begin(_ step: StepInfo, into out: inout ByteWriter) {
    batchNumber = step.batchNumber
    base.begin(step, into: &out)
  }

  func write(_ rows: ResultRows, into out: inout ByteWriter) {
    let rows = rows.keepingRows(isChangelog: showsOperation)
    let count = rows.batch.count
    var columns: [Column] = []
    if showsBatch { columns.append(.int64(PrimitiveColumn([Int64](repeating: batchNumber, count: count)))) }
    if showsOperation {
      let codes = rows.operations ?? [RowOperation](repeating: .insert, count: count)
      columns.append(.bytes(BytesColumn(codes.map(\.view))))
    }
    base.write(ResultRows(Batch(columns + rows.batch.columns, count: count)), into: &out)
  }

  func end(_ step: StepInfo, into out: inout ByteWriter) { base.end(step, into: &out) }
  func finish(into out: inout ByteWriter) { base.finish(into: &out) }
}

extension RowOperation {
  fileprivate var view: BytesView {
    let bytes = Array(code.utf8)
    return BytesView(head: UInt64(bytes[0]) << 32 | UInt64(bytes[1]) << 40 | 2, tail: 0)
  }
}
