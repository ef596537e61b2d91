internal import Columnar
internal import Diagnostics

/// What a table is drawn with.
struct GridStyle: Sendable {
  /// A horizontal rule: left end, filling, crossing, right end.
  struct Rule: Sendable {
    var left: StaticString
    var fill: StaticString
    var cross: StaticString
    var right: StaticString
  }
  var top: Rule?
  var middle: Rule?
  var bottom: Rule?
  var vertical: StaticString
  /// Spaces on each side of a cell.
  var padding: Int
  var widthMin = 0
  var cell = CellText()
  /// The rule below the header marks columns on the right with a colon (Markdown).
  var marksAlignment = false
  /// Columns stand on the right: those of numbers, all, or none.
  var alignsRight: @Sendable (DataType) -> Bool = { $0.isNumeric }
}

/// Writes tables whose columns are as wide as their widest cell.
///
/// Rows are held until the block ends, up to `heldRowsMax` and `heldBytesMax`; beyond them the widths found so far
/// stay, rows are written as they come, and a wider cell sticks out. So a result of any size needs bounded memory.
final class GridEncoder: RowEncoder {
  /// Rows that decide the widths: a screenful many times over, and cheap to hold.
  static let heldRowsMax = 10_000
  static let heldBytesMax = 16 << 20

  private let request: RowFormatRequest
  private let style: GridStyle
  private let block: CellBlock
  private let alignsRight: [Bool]
  /// Columns of the terminal: wider blocks are written as lines.
  private let columnsMax: Int
  private let lines: LineLayout
  /// Settled when the first row of a block is written.
  private var widths: [Int]?
  private var isTooWide = false
  /// Rows of this block beyond `rowsMax`.
  private var omittedRows = 0
  private var shownRows = 0

  init(_ request: RowFormatRequest, style: GridStyle, columnsMax: Int? = nil) {
    self.request = request
    self.style = style
    self.columnsMax = columnsMax ?? .max
    lines = LineLayout(names: request.schema.names)
    var cell = style.cell
    if let truncate = request.truncate { cell.charactersMax = max(0, truncate) }
    block = CellBlock(request, cellText: cell)
    alignsRight = request.schema.types.map(style.alignsRight)
  }

  func write(_ rows: ResultRows, into out: inout ByteWriter) {
    let batch = rows.keepingRows(isChangelog: request.isChangelog).batch
    let rowsMax = request.rowsMax ?? .max
    for row in 0..<batch.count {
      guard shownRows < rowsMax else {
        omittedRows += batch.count - row
        break
      }
      shownRows += 1
      block.append(row: row, of: batch)
      if widths == nil, block.rowCount >= Self.heldRowsMax || block.bytes.count >= Self.heldBytesMax {
        begin(into: &out)
      } else if widths != nil, block.bytes.count >= 64 << 10 {
        writeRows(into: &out)
      }
    }
    if widths != nil { writeRows(into: &out) }
  }

  func end(_ step: StepInfo, into out: inout ByteWriter) {
    if !request.isOneResult, shownRows > 0 { close(into: &out) }
  }

  func finish(into out: inout ByteWriter) { if request.isOneResult { close(into: &out) } }

  // MARK: Drawing

  /// Writes what a block with these rows begins with: the widths are settled.
  private func begin(into out: inout ByteWriter) {
    let names = request.schema.names.map(headerCell)
    let widths = zip(block.columnWidths(), names).map { max($0, $1.width, style.widthMin) }
    self.widths = widths
    isTooWide = widths.reduce(1) { $0 + $1 + style.padding * 2 + 1 } > columnsMax
    if isTooWide { return writeRows(into: &out) }
    if let top = style.top { rule(top, widths, into: &out) }
    if request.hasHeader {
      headerRow(names, widths, into: &out)
      if let middle = style.middle { rule(middle, widths, marksAlignment: style.marksAlignment, into: &out) }
    }
    writeRows(into: &out)
  }

  private func headerCell(_ name: String) -> (bytes: [UInt8], width: Int) {
    var out = ByteWriter()
    var cell = style.cell
    cell.charactersMax = 0
    let width = Array(name.utf8).withUnsafeBytes { cell.append($0, to: &out) }
    return (out.array, width)
  }

  private func writeRows(into out: inout ByteWriter) {
    guard let widths else { return }
    for row in 0..<block.rowCount {
      if isTooWide {
        lines.append(row: row, of: block, to: &out)
        continue
      }
      out.append(style.vertical)
      for column in widths.indices {
        let (bytes, width) = block.cell(row, column)
        pad(bytes, width, to: widths[column], right: alignsRight[column], into: &out)
        out.append(style.vertical)
      }
      out.append(UInt8(ascii: "\n"))
    }
    block.removeAll()
  }

  private func headerRow(
    _ names: [(bytes: [UInt8], width: Int)], _ widths: [Int], into out: inout ByteWriter
  ) {
    out.append(style.vertical)
    for (column, name) in names.enumerated() {
      name.bytes.withUnsafeBytes {
        pad($0, name.width, to: widths[column], right: alignsRight[column], into: &out)
      }
      out.append(style.vertical)
    }
    out.append(UInt8(ascii: "\n"))
  }

  private func pad(
    _ bytes: UnsafeRawBufferPointer, _ width: Int, to columnWidth: Int, right: Bool,
    into out: inout ByteWriter
  ) {
    let space = UInt8(ascii: " ")
    out.append(repeating: space, times: style.padding + (right ? columnWidth - width : 0))
    out.append(bytes)
    out.append(repeating: space, times: style.padding + (right ? 0 : columnWidth - width))
  }

  private func rule(
    _ rule: GridStyle.Rule, _ widths: [Int], marksAlignment: Bool = false, into out: inout ByteWriter
  ) {
    out.append(rule.left)
    for (column, width) in widths.enumerated() {
      if column > 0 { out.append(rule.cross) }
      let marks = marksAlignment && alignsRight[column]
      for _ in 0..<(width + style.padding * 2 - (marks ? 1 : 0)) { out.append(rule.fill) }
      if marks { out.append(UInt8(ascii: ":")) }
    }
    out.append(rule.right)
    out.append(UInt8(ascii: "\n"))
  }

  private func close(into out: inout ByteWriter) {
    if widths == nil { begin(into: &out) }
    if let bottom = style.bottom, let widths, !isTooWide { rule(bottom, widths, into: &out) }
    if omittedRows > 0 { note(into: &out) }
    widths = nil
    omittedRows = 0
    shownRows = 0
  }

  private func note(into out: inout ByteWriter) {
    IntegerText.format(Int64(shownRows), into: &out)
    out.append(" of ")
    IntegerText.format(Int64(shownRows + omittedRows), into: &out)
    out.append(" rows shown\n")
  }
}
