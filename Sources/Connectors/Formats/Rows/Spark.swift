internal import Columnar

extension RowFormat {
  static let spark = RowFormat(
    "spark", "Spark's console sink: a rule, `Batch: N`, a rule, and a table as show() prints it."
  ) {
    SparkEncoder($0)
  }
}

/// Writes blocks as Spark's console sink does.
///
///     -------------------------------------------
///     Batch: 0
///     -------------------------------------------
///     +----+-----+
///     |word|count|
///     +----+-----+
///     | cat|    1|
///     +----+-----+
///     ⏎
///
/// A step that took nothing from a source and changed nothing has no block.
final class SparkEncoder: RowEncoder {
  static let rowsMaxDefault = 20
  static let truncateDefault = 20

  private let request: RowFormatRequest
  private let rowsMax: Int
  private let grid: GridEncoder
  private var shownRows = 0
  private var hasMore = false
  private var hasBlock = false
  private var batchNumber: Int64 = 0

  init(_ request: RowFormatRequest) {
    self.request = request
    rowsMax = request.rowsMax ?? Self.rowsMaxDefault
    let truncate = max(0, request.truncate ?? Self.truncateDefault)
    var inner = request
    inner.isOneResult = true
    inner.rowsMax = nil
    inner.truncate = truncate
    grid = GridEncoder(inner, style: .spark(alignsRight: truncate > 0))
  }

  func begin(_ step: StepInfo, into out: inout ByteWriter) { batchNumber = step.batchNumber }

  func write(_ rows: ResultRows, into out: inout ByteWriter) {
    var rows = rows.keepingRows(isChangelog: request.isChangelog)
    let room = rowsMax - shownRows
    if rows.batch.count > room {
      hasMore = true
      rows = ResultRows(rows.batch.slice(0..<max(0, room)))
    }
    guard rows.batch.count > 0 else { return }
    openBlock(into: &out)
    shownRows += rows.batch.count
    grid.write(rows, into: &out)
  }

  func end(_ step: StepInfo, into out: inout ByteWriter) {
    if !request.isOneResult, step.hasConsumed || hasBlock || hasMore { close(into: &out) }
  }

  func finish(into out: inout ByteWriter) { if request.isOneResult { close(into: &out) } }

  private func openBlock(into out: inout ByteWriter) {
    if hasBlock { return }
    hasBlock = true
    BlockRule.append(to: &out)
    out.append("Batch: ")
    IntegerText.format(batchNumber, into: &out)
    out.append(UInt8(ascii: "\n"))
    BlockRule.append(to: &out)
  }

  private func close(into out: inout ByteWriter) {
    openBlock(into: &out)
    grid.finish(into: &out)
    if hasMore {
      out.append("only showing top ")
      IntegerText.format(Int64(rowsMax), into: &out)
      out.append(rowsMax == 1 ? " row\n" : " rows\n")
    }
    out.append(UInt8(ascii: "\n"))
    shownRows = 0
    hasMore = false
    hasBlock = false
  }
}

extension GridStyle {
  /// `Dataset.showString`: cells are on the right if they may be cut, else on the left.
  static func spark(alignsRight: Bool) -> GridStyle {
    let rule = Rule(left: "+", fill: "-", cross: "+", right: "+")
    return GridStyle(
      top: rule, middle: rule, bottom: rule, vertical: "|", padding: 0, widthMin: 3,
      cell: CellText(measure: .spark), alignsRight: { _ in alignsRight })
  }
}

/// The dashed line of Spark's console output, 43 dashes.
enum BlockRule {
  static func append(to out: inout ByteWriter) {
    out.append(repeating: UInt8(ascii: "-"), times: 43)
    out.append(UInt8(ascii: "\n"))
  }
}
