internal import Columnar
internal import Diagnostics

extension RowFormat {
  static let line = RowFormat("line", "One line a value, an empty line behind each row.") { LineEncoder($0) }
}

/// Writes `name = value` lines, at once; for rows too wide for a table.
final class LineEncoder: RowEncoder {
  private let request: RowFormatRequest
  private let block: CellBlock
  private let layout: LineLayout

  init(_ request: RowFormatRequest) {
    self.request = request
    block = CellBlock(request, cellText: CellText(charactersMax: max(0, request.truncate ?? 0)))
    layout = LineLayout(names: request.schema.names)
  }

  func write(_ rows: ResultRows, into out: inout ByteWriter) {
    let batch = rows.keepingRows(isChangelog: request.isChangelog).batch
    for row in 0..<batch.count {
      block.append(row: row, of: batch)
      layout.append(row: 0, of: block, to: &out)
      block.removeAll()
    }
  }
}

/// How a row looks as lines.
struct LineLayout {
  /// Names with spaces before them, so that all end at the same column.
  private let names: [[UInt8]]

  init(names: [String]) {
    let widest = names.reduce(0) { max($0, displayWidth(of: $1)) }
    self.names = names.map { name in
      Array(String(repeating: " ", count: widest - displayWidth(of: name)).utf8) + Array(name.utf8)
    }
  }

  func append(row: Int, of block: CellBlock, to out: inout ByteWriter) {
    for column in names.indices {
      names[column].withUnsafeBytes { out.append($0) }
      out.append(" = ")
      out.append(block.cell(row, column).0)
      out.append(UInt8(ascii: "\n"))
    }
    out.append(UInt8(ascii: "\n"))
  }
}
