internal import Columnar

extension RowFormat {
  static let jsonl = RowFormat("jsonl", "JSON lines: one object a row, at once.") {
    JsonEncoder($0, isArray: false)
  }

  static let json = RowFormat("json", "A JSON array of objects; a stream gives one array a step.") {
    JsonEncoder($0, isArray: true)
  }
}

/// Writes objects, a row each: lines, or the elements of an array.
///
/// Two columns of one name stay two keys. Strings are written without a detour; every other value by `JsonText`.
final class JsonEncoder: RowEncoder {
  private let request: RowFormatRequest
  private let isArray: Bool
  private var text: JsonText
  /// `,"name":` of each column; the first comma is left out.
  private let keys: [[UInt8]]
  private let lineEnd: [UInt8]
  private var isOpen = false

  init(_ request: RowFormatRequest, isArray: Bool) {
    self.request = request
    self.isArray = isArray
    text = JsonText(zone: request.zone, omitsNullFields: request.omitsNullFields, times: request.times)
    lineEnd = Array(request.lineEnd.utf8)
    keys = request.schema.names.map { name in
      var out = ByteWriter()
      out.append(UInt8(ascii: ","))
      JsonText.appendString(name, to: &out)
      out.append(UInt8(ascii: ":"))
      return out.array
    }
  }

  func write(_ rows: ResultRows, into out: inout ByteWriter) {
    let batch = rows.keepingRows(isChangelog: request.isChangelog).batch
    let types = request.schema.types
    for row in 0..<batch.count {
      if isArray {
        out.append(isOpen ? ",\n" : "[")
        isOpen = true
      }
      out.append(UInt8(ascii: "{"))
      var isFirst = true
      for (index, column) in batch.columns.enumerated() {
        if request.omitsNullFields, column.isNull(row) { continue }
        keys[index].withUnsafeBytes { out.append(isFirst ? UnsafeRawBufferPointer(rebasing: $0[1...]) : $0) }
        isFirst = false
        text.append(row: row, of: column, type: types[index], to: &out)
      }
      out.append(UInt8(ascii: "}"))
      if !isArray { lineEnd.withUnsafeBytes { out.append($0) } }
    }
  }

  func end(_ step: StepInfo, into out: inout ByteWriter) { if !request.isOneResult { close(into: &out) } }

  func finish(into out: inout ByteWriter) {
    guard isArray else { return }
    if request.isOneResult, !isOpen { out.append(UInt8(ascii: "[")) }
    if request.isOneResult || isOpen { out.append("]\n") }
    isOpen = false
  }

  private func close(into out: inout ByteWriter) {
    if isArray, isOpen { out.append("]\n") }
    isOpen = false
  }
}
