internal import Columnar

extension RowFormat {
  static let changelog = RowFormat(
    "changelog", "Every change as `+I[cat, 1]`, `-U[…]`, `+U[…]` or `-D[…]`, at once.", showsOperations: true
  ) { ChangelogEncoder($0) }
}

/// Writes changes as Flink's print sink does. Rows without operations are insertions.
final class ChangelogEncoder: RowEncoder {
  private let types: [DataType]
  private let nullText: [UInt8]
  private let prefix: [UInt8]
  private let cellText: CellText
  private var text: ColumnText
  private var scratch = ByteWriter()

  /// - Parameter prefix: stands before each row.
  init(_ request: RowFormatRequest, prefix: String = "") {
    self.prefix = Array(prefix.utf8)
    types = request.schema.types
    nullText = Array((request.nullText ?? "NULL").utf8)
    cellText = CellText(charactersMax: max(0, request.truncate ?? 0))
    text = ColumnText(zone: request.zone, style: .table)
  }

  func write(_ rows: ResultRows, into out: inout ByteWriter) {
    for row in 0..<rows.batch.count {
      let code = (rows.operations?[row] ?? .insert).code
      prefix.withUnsafeBytes { out.append($0) }
      Array(code.utf8).withUnsafeBytes { out.append($0) }
      out.append(UInt8(ascii: "["))
      for (index, column) in rows.batch.columns.enumerated() {
        if index > 0 { out.append(", ") }
        if column.isNull(row) {
          nullText.withUnsafeBytes { out.append($0) }
          continue
        }
        scratch.removeAll()
        text.append(row: row, of: column, type: types[index], to: &scratch)
        _ = cellText.append(scratch.bytes, to: &out)
      }
      out.append("]\n")
    }
  }
}
