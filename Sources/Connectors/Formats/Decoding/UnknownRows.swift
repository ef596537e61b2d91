package import Columnar

extension MalformedRecords {
  /// Counts rows that a change takes back although they are not there, and keeps them as JSON; equal ones once.
  package func noteUnknown(_ rows: Batch, schema: Schema, relation: String) {
    var json = JsonText(zone: .utc)
    for row in 0..<rows.count {
      note {
        var text = ByteWriter()
        for (column, field) in zip(rows.columns, schema.fields) {
          text.append(text.count == 0 ? "{" : ",")
          JsonText.appendString(field.name, to: &text)
          text.append(UInt8(ascii: ":"))
          json.append(row: row, of: column, type: field.type, to: &text)
        }
        text.append("}")
        let record = String(decoding: text.bytes.prefix(Self.textBytesMax), as: UTF8.self)
        return Entry(
          input: relation, byteOffset: Self.place(of: record), message: "takes back a row that is not there", text: record,
          timeMicros: wallClockMicros())
      }
    }
  }

  /// A row has no place in its input any more; it is told from others by what it is.
  private static func place(of record: String) -> Int64 {
    Int64(truncatingIfNeeded: record.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }) & .max
  }
}
