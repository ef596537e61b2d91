internal import Columnar

/// How files show dates and times: ISO 8601 with the zone's offset, as Spark writes them, or by patterns of their own.
///
/// Milliseconds, as Spark has them, unless there is more to say: what is read back equals what was written.
package struct TimeText: Sendable {
  private let zone: TimeZoneRules
  private let date: DateTimePattern?
  private let timestamp: DateTimePattern?
  private let local: DateTimePattern?

  init(zone: TimeZoneRules, date: DateTimePattern?, timestamp: DateTimePattern?, local: DateTimePattern?) {
    self.zone = zone
    self.date = date
    self.timestamp = timestamp
    self.local = local
  }

  /// Appends a date or time; false if the column is of another type.
  func append(row: Int, of column: Column, type: DataType, to out: inout ByteWriter) -> Bool {
    switch (column, type) {
    case (.int32(let c), .date):
      if let date { date.format(days: c.values[row], into: &out) } else { DateText.format(days: c.values[row], into: &out) }
    case (.int64(let c), .timestamp):
      let micros = c.values[row]
      if let timestamp {
        timestamp.format(utcMicros: micros, zone: zone, into: &out)
      } else {
        // Offsets of the time before zones have seconds, which the text has no place for.
        let shown = zone.offsetSeconds(utcMicros: micros) % 60 == 0 ? zone : .utc
        (micros % 1000 == 0 ? Self.millis : Self.micros).format(utcMicros: micros, zone: shown, into: &out)
      }
    case (.int64(let c), .timestampNTZ):
      let micros = c.values[row]
      if let local {
        local.format(localMicros: micros, into: &out)
      } else {
        (micros % 1000 == 0 ? Self.localMillis : Self.localMicros).format(localMicros: micros, into: &out)
      }
    default: return false
    }
    return true
  }

  static func has(_ type: DataType) -> Bool {
    switch type {
    case .date, .timestamp, .timestampNTZ: true
    default: false
    }
  }

  private static let millis = DateTimePattern.iso8601(fractionDigits: 3, hasOffset: true)
  private static let micros = DateTimePattern.iso8601(fractionDigits: 6, hasOffset: true)
  private static let localMillis = DateTimePattern.iso8601(fractionDigits: 3, hasOffset: false)
  private static let localMicros = DateTimePattern.iso8601(fractionDigits: 6, hasOffset: false)
}
