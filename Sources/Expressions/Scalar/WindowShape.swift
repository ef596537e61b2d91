/// The windows that a time lies in, by their starts and ends.
package enum WindowShape: Sendable, Hashable {
  /// Windows of `size` that begin every `slide`.
  case sliding(sizeMicros: Int64, slideMicros: Int64, offsetMicros: Int64)
  /// Windows that begin every `size` and end every `step` after that.
  case cumulating(sizeMicros: Int64, stepMicros: Int64, offsetMicros: Int64)

  /// Windows that a time lies in at most: bounds what one row may become.
  package static let windowsPerRowMax: Int64 = 100_000

  package var windowsPerRow: Int64 {
    switch self {
    case .sliding(let size, let slide, _): (size - 1) / slide + 1
    case .cumulating(let size, let step, _): (size - 1) / step + 1
    }
  }

  /// Calls `body` with each window that `time` lies in, earliest first; false if one lies outside of the calendar.
  @inlinable package func forEachWindow(of time: Int64, _ body: (_ start: Int64, _ end: Int64) -> Void) -> Bool {
    switch self {
    case .sliding(let size, let slide, let offset):
      let (last, overflow) = TimeWindows.starting(time, slide, offset)
      // The earliest window that still holds the time: start > time − size.
      if overflow || last.addingReportingOverflow(size).overflow { return false }
      if time &- last >= size { return true }
      let (first, early) = last.subtractingReportingOverflow((size &- (time &- last) &- 1) / slide &* slide)
      if early { return false }
      var start = first
      while start <= last {
        body(start, start &+ size)
        start &+= slide
      }
    case .cumulating(let size, let step, let offset):
      let (start, overflow) = TimeWindows.starting(time, size, offset)
      if overflow || start.addingReportingOverflow(size).overflow { return false }
      var end = start &+ ((time &- start) / step &+ 1) &* step
      while end <= start &+ size {
        body(start, end)
        end &+= step
      }
    }
    return true
  }
}
