internal import Columnar

extension RowFormat {
  static let pprint = RowFormat(
    "pprint", "PySpark's DStream.pprint: `Time: …` between rules, then Python tuples."
  ) {
    PprintEncoder($0)
  }
}

/// Writes blocks as `DStream.pprint` does, one for each trigger, empty ones too (SEM-12).
///
///     -------------------------------------------
///     Time: 2018-12-24 11:30:27
///     -------------------------------------------
///     ('blue', 5)
///     ('green', 3)
///     ⏎
///
/// As in PySpark the first ten rows are shown, and `...` stands for more; a row of one column is printed as `print`
/// does, a string without quotes.
final class PprintEncoder: RowEncoder {
  static let rowsMaxDefault = 10

  private let request: RowFormatRequest
  private let rowsMax: Int
  private var repr: PythonRepr
  private var zone: ZoneCursor
  private var shownRows = 0
  private var hasMore = false

  init(_ request: RowFormatRequest) {
    self.request = request
    rowsMax = request.rowsMax ?? Self.rowsMaxDefault
    repr = PythonRepr(zone: request.zone)
    zone = ZoneCursor(request.zone)
  }

  func begin(_ step: StepInfo, into out: inout ByteWriter) {
    BlockRule.append(to: &out)
    out.append("Time: ")
    // Whole seconds, as time.strftime gives them.
    let (days, microsOfDay) = zone.local(utcMicros: step.timestampMicros)
    TimestampText.format(days: days, microsOfDay: microsOfDay - microsOfDay % Micros.perSecond, into: &out)
    out.append(UInt8(ascii: "\n"))
    BlockRule.append(to: &out)
    shownRows = 0
    hasMore = false
  }

  func write(_ rows: ResultRows, into out: inout ByteWriter) {
    let batch = rows.keepingRows(isChangelog: request.isChangelog).batch
    let types = request.schema.types
    for row in 0..<batch.count {
      guard shownRows < rowsMax else {
        hasMore = true
        return
      }
      shownRows += 1
      if types.count == 1 {
        repr.appendPrinted(row: row, of: batch.columns[0], type: types[0], to: &out)
      } else {
        out.append(UInt8(ascii: "("))
        for (index, column) in batch.columns.enumerated() {
          if index > 0 { out.append(", ") }
          repr.append(row: row, of: column, type: types[index], to: &out)
        }
        out.append(UInt8(ascii: ")"))
      }
      out.append(UInt8(ascii: "\n"))
    }
  }

  func end(_ step: StepInfo, into out: inout ByteWriter) {
    if hasMore { out.append("...\n") }
    out.append(UInt8(ascii: "\n"))
  }
}
