internal import Columnar

extension RowFormat {
  static let debezium = RowFormat(
    DebeziumFormat.formatName, "Changes in Debezium's JSON, a line each: before, after and op (c, u, d).", showsOperations: true
  ) { DebeziumEncoder($0) }
}

/// Writes changes as Debezium's envelopes: a row that came is `c`, one that went `d`, and an old row with the new one in its
/// place is one `u`.
final class DebeziumEncoder: RowEncoder {
  private let isChangelog: Bool
  private let types: [DataType]
  private var text: JsonText
  /// `"name":` of each column.
  private let keys: [[UInt8]]
  /// An old row whose new one has not come yet.
  private var old: [UInt8]?
  private var scratch = ByteWriter()

  init(_ request: RowFormatRequest) {
    isChangelog = request.isChangelog
    types = request.schema.types
    text = JsonText(zone: request.zone)
    keys = request.schema.names.map { name in
      var out = ByteWriter()
      JsonText.appendString(name, to: &out)
      out.append(UInt8(ascii: ":"))
      return out.array
    }
  }

  func write(_ rows: ResultRows, into out: inout ByteWriter) {
    let rows = rows.keepingRows(isChangelog: isChangelog)
    for row in 0..<rows.batch.count {
      let operation = rows.operations?[row] ?? .insert
      if operation != .updateAfter { endPair(&out) }
      scratch.removeAll()
      object(rows.batch, row)
      switch operation {
      case .insert: envelope(before: nil, after: scratch.array, "c", &out)
      case .delete: envelope(before: scratch.array, after: nil, "d", &out)
      case .updateBefore: old = scratch.array
      case .updateAfter:
        // A new row whose old one was not told is one that came.
        envelope(before: old, after: scratch.array, old == nil ? "c" : "u", &out)
        old = nil
      }
    }
  }

  func end(_ step: StepInfo, into out: inout ByteWriter) { endPair(&out) }
  func finish(into out: inout ByteWriter) { endPair(&out) }

  private func endPair(_ out: inout ByteWriter) {
    guard let row = old else { return }
    old = nil
    envelope(before: row, after: nil, "d", &out)
  }

  private func object(_ batch: Batch, _ row: Int) {
    scratch.append(UInt8(ascii: "{"))
    for (index, column) in batch.columns.enumerated() {
      if index > 0 { scratch.append(UInt8(ascii: ",")) }
      keys[index].withUnsafeBytes { scratch.append($0) }
      text.append(row: row, of: column, type: types[index], to: &scratch)
    }
    scratch.append(UInt8(ascii: "}"))
  }

  private func envelope(before: [UInt8]?, after: [UInt8]?, _ operation: String, _ out: inout ByteWriter) {
    for (name, bytes) in [("{\"before\":", before), (",\"after\":", after)] {
      out.append(name)
      if let bytes { bytes.withUnsafeBytes { out.append($0) } } else { out.append("null") }
    }
    out.append(",\"op\":\"\(operation)\"}\n")
  }
}
