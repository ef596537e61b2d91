internal import Columnar
internal import Expressions

/// What a column says of time: its row, or its group, is over when the clock has passed the column's value plus an offset.
///
/// The planner follows event time from its declaration through projections, windows and groups, so that an operator knows
/// which of its columns bounds its state (SEM-3).
package struct EventTime: Hashable, Sendable {
  /// Which clock says that a time is over.
  package enum Domain: Hashable, Sendable {
    /// The watermark.
    case event
    /// The time of the step: `proctime()`.
    case processing
  }

  package var domain: Domain
  /// Added to the value (of a window: to its end).
  package var offsetMicros: Int64
  /// The column is a `struct<start, end>`.
  package var isWindow: Bool
  /// Of a window: added to its start; nil if that says nothing, as of a session.
  package var startOffsetMicros: Int64?
  /// Of the session's zone; nil: what is rounded down to a day or an hour says nothing.
  var calendar: LocalCalendar?
  /// Rounded down to a unit of the calendar. Spark, which sees no time in that, refuses to wait for its end in APPEND, and
  /// forgets nothing in the other modes: there neither do we.
  private(set) var isRounded = false

  init(
    _ domain: Domain, offsetMicros: Int64 = 0, isWindow: Bool = false, startOffsetMicros: Int64? = nil, calendar: LocalCalendar? = nil
  ) {
    self.domain = domain
    self.offsetMicros = offsetMicros
    self.isWindow = isWindow
    self.startOffsetMicros = startOffsetMicros
    self.calendar = calendar
  }

  func later(by micros: Int64) -> EventTime? {
    let (sum, overflow) = offsetMicros.addingReportingOverflow(micros)
    if overflow { return nil }
    var time = self
    time.offsetMicros = sum
    return time
  }

  func rounded(to lengthMicros: Int64) -> EventTime? {
    var time = endOfWindow(lengthMicros)
    time?.isRounded = true
    return time
  }

  /// When a window of `size` that holds the time is over: when its last moment is, a microsecond before its end. Rows that
  /// come later than their times say do not keep it open for longer than that.
  func endOfWindow(_ size: Int64) -> EventTime? { later(by: offsetMicros > 0 ? size - 1 : size) }
}

extension BoundExpression {
  /// What this expression says of time, over an input whose columns say `times`; nil if nothing.
  func eventTime(_ times: [Int: EventTime]) -> EventTime? {
    switch node {
    case .column(let ordinal): return times[ordinal]
    case .stepValue(.timestamp): return EventTime(.processing)
    case .call(let call): return call.eventTime(times)
    case .cast(let operand, _):
      return operand.type == type ? operand.eventTime(times) : type == .date ? operand.dateTime(times) : nil
    case .literal, .stepValue, .and, .or, .conditional, .coalesce, .lambdaVariable, .outer: return nil
    }
  }
}

extension BoundExpression {
  /// What the date of this timestamp says of time.
  fileprivate func dateTime(_ times: [Int: EventTime]) -> EventTime? {
    guard type.isTimestamp, let time = eventTime(times), !time.isWindow, let calendar = time.calendar else { return nil }
    return time.rounded(to: type == .timestamp ? calendar.endOfDate : Micros.perDay)
  }
}

extension ScalarCall {
  fileprivate func eventTime(_ times: [Int: EventTime]) -> EventTime? {
    switch function.name {
    case TimeWindows.startName:
      guard let size = TimeWindows.constants(of: self).first else { return nil }
      return instant(times)?.endOfWindow(size)
    case TimeWindows.shiftName:
      guard let delta = TimeWindows.constants(of: self).first, delta != .min else { return nil }
      return instant(times)?.later(by: -delta)
    case TimeWindows.structName:
      guard arguments.count == 2, let end = arguments[1].eventTime(times) else { return nil }
      let start = arguments[0].eventTime(times)?.offsetMicros
      return EventTime(
        end.domain, offsetMicros: end.offsetMicros, isWindow: true, startOffsetMicros: start, calendar: end.calendar)
    case "get_field":
      guard let window = arguments[0].eventTime(times), window.isWindow else { return nil }
      let isStart = arguments[1].literalValue?.text?.lowercased() == "start"
      return (isStart ? window.startOffsetMicros : window.offsetMicros).map {
        EventTime(window.domain, offsetMicros: $0, calendar: window.calendar)
      }
    case "date_trunc":
      guard arguments.count == 2, arguments[1].type == .timestamp, let unit = unit(arguments[0]),
        let time = arguments[1].eventTime(times), !time.isWindow, let calendar = time.calendar
      else { return nil }
      return time.rounded(to: calendar.longest(unit))
    case "trunc":
      guard arguments.count == 2, let unit = unit(arguments[1]), let day = arguments[0].eventTime(times), let calendar = day.calendar
      else { return nil }
      return day.later(by: max(0, calendar.longest(unit) - Micros.perDay))
    case "to_date": return arguments.count == 1 ? arguments[0].dateTime(times) : nil
    case "+", "-":
      guard arguments.count == 2, case .int64(let delta)? = arguments[1].literalValue,
        case .dayTimeInterval = arguments[1].type, delta != .min
      else { return nil }
      return instant(times)?.later(by: function.name == "+" ? -delta : delta)
    default: return nil
    }
  }

  private func unit(_ name: BoundExpression) -> CivilTime.Unit? {
    guard let text = name.literalValue?.text else { return nil }
    return Array(text.utf8).withUnsafeBytes { CivilTime.Unit($0) }
  }

  private func instant(_ times: [Int: EventTime]) -> EventTime? {
    guard let time = arguments.first?.eventTime(times), !time.isWindow else { return nil }
    return time
  }
}
