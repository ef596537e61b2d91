import Columnar
import Diagnostics
import Expressions

/// Which clock says that a time is over.
package enum TimeDomain: Sendable, Hashable {
  /// The query's watermark (SEM-2).
  case event
  /// The step's own timestamp: `proctime()`.
  case processing
}

/// The column of a row that says when it is over: rows whose time is at or before the watermark are late, state whose time
/// is at or before it is final (SEM-3).
package struct TimeKey: Sendable, Hashable {
  package var column: Int
  /// The column is a `struct<start, end>`, whose end counts.
  package var isWindow: Bool
  /// Added to the column's value: the size of the window where the column is its start.
  package var offsetMicros: Int64
  package var domain: TimeDomain
  /// The column is brought down to a multiple of this first: the pane of a sliding window to the last window that holds it.
  package var alignment: Alignment?

  package struct Alignment: Sendable, Hashable {
    var strideMicros: Int64
    var offsetMicros: Int64
  }

  package init(column: Int, isWindow: Bool = false, offsetMicros: Int64 = 0, domain: TimeDomain = .event) {
    self.column = column
    self.isWindow = isWindow
    self.offsetMicros = offsetMicros
    self.domain = domain
  }

  /// The time at which each row of the key columns is over; nil for NULL, which never is.
  package func ends(of columns: [Column]) -> TimeColumn {
    var column = columns[self.column]
    var outer: Validity?
    if isWindow, case .structure(let window) = column, window.fields.count == 2 {
      column = window.fields[1]
      outer = window.validity
    }
    switch column {
    case .int64(let times):
      var values = times.values
      if let alignment {
        values = values.map { TimeWindows.starting($0, alignment.strideMicros, alignment.offsetMicros).0 }
      }
      return TimeColumn(
        values: values, validity: Validity.intersection(times.validity, outer), offsetMicros: offsetMicros)
    case .int32(let days):
      // A date is over at the end of its day.
      return TimeColumn(
        values: days.values.map { Int64($0).multipliedReportingOverflow(by: 86_400_000_000).partialValue },
        validity: days.validity, offsetMicros: offsetMicros)
    default:
      return TimeColumn(
        values: [Int64](repeating: .max, count: column.count), validity: Validity(repeating: false, count: column.count),
        offsetMicros: 0)
    }
  }

  /// The watermark that rows of this step are tested against.
  func floor(_ step: StepContext) -> Int64? {
    domain == .event ? step.evaluation.watermarkMicros : nil
  }

  /// The time up to which everything is over when this step has been absorbed.
  func horizon(_ step: StepContext) -> Int64? {
    switch domain {
    case .event: step.closing.watermarkMicros
    case .processing: step.closing.processingMicros
    }
  }
}

/// Times of rows, saturated at the ends of the calendar.
package struct TimeColumn {
  let values: [Int64]
  let validity: Validity?
  let offsetMicros: Int64

  /// The time of a row; `Int64.max` for NULL: it is never over.
  /// Whether the row has a time.
  func isKnown(_ row: Int) -> Bool { validity.map { $0[row] } ?? true }

  func at(_ row: Int) -> Int64 {
    if let validity, !validity[row] { return .max }
    return values[row].addingSaturated(offsetMicros)
  }

  /// Rows that are not over at `watermark`, or nil if none is.
  func rowsAhead(of watermark: Int64) -> [Int32]? {
    let limit = watermark.subtractingSaturated(offsetMicros)
    let isAnyLate = values.withUnsafeBufferPointer { values in
      var found = false
      for value in values { found = found || value <= limit }
      return found
    }
    if !isAnyLate { return nil }
    let rows = values.indices.filter { at($0) > watermark }.map { Int32($0) }
    return rows.count == values.count ? nil : rows
  }
}
