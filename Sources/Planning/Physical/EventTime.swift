package import Expressions

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
  /// The column is a `struct<start, end>`; this is added to its start.
  package var startOffsetMicros: Int64?

  package init(_ domain: Domain, offsetMicros: Int64 = 0, startOffsetMicros: Int64? = nil) {
    self.domain = domain
    self.offsetMicros = offsetMicros
    self.startOffsetMicros = startOffsetMicros
  }

  package var isWindow: Bool { startOffsetMicros != nil }

  func later(by micros: Int64) -> EventTime? {
    let (sum, overflow) = offsetMicros.addingReportingOverflow(micros)
    return overflow ? nil : EventTime(domain, offsetMicros: sum)
  }
}

extension BoundExpression {
  /// What this expression says of time, over an input whose columns say `times`; nil if nothing.
  func eventTime(_ times: [Int: EventTime]) -> EventTime? {
    switch node {
    case .column(let ordinal): return times[ordinal]
    case .stepValue(.timestamp): return EventTime(.processing)
    case .call(let call): return call.eventTime(times)
    case .cast(let operand, _):
      return operand.type == type ? operand.eventTime(times) : nil
    case .literal, .stepValue, .and, .or, .conditional, .coalesce, .lambdaVariable, .outer: return nil
    }
  }
}

extension ScalarCall {
  fileprivate func eventTime(_ times: [Int: EventTime]) -> EventTime? {
    switch function.name {
    case TimeWindows.startName:
      // The window is over when its last moment is, a microsecond before its end: rows that come later than their times say
      // do not keep it open for longer than that.
      guard let size = TimeWindows.constants(of: self).first, let time = instant(times) else { return nil }
      return time.later(by: time.offsetMicros > 0 ? size - 1 : size)
    case TimeWindows.shiftName:
      guard let delta = TimeWindows.constants(of: self).first, delta != .min else { return nil }
      return instant(times)?.later(by: -delta)
    case TimeWindows.structName:
      guard arguments.count == 2, let start = arguments[0].eventTime(times), let end = arguments[1].eventTime(times)
      else { return nil }
      return EventTime(end.domain, offsetMicros: end.offsetMicros, startOffsetMicros: start.offsetMicros)
    case "get_field":
      guard let window = arguments[0].eventTime(times), let start = window.startOffsetMicros else { return nil }
      let isStart = arguments[1].literalValue?.text?.lowercased() == "start"
      return EventTime(window.domain, offsetMicros: isStart ? start : window.offsetMicros)
    case "+", "-":
      guard arguments.count == 2, case .int64(let delta)? = arguments[1].literalValue,
        case .dayTimeInterval = arguments[1].type, delta != .min
      else { return nil }
      return instant(times)?.later(by: function.name == "+" ? -delta : delta)
    default: return nil
    }
  }

  private func instant(_ times: [Int: EventTime]) -> EventTime? {
    guard let time = arguments.first?.eventTime(times), !time.isWindow else { return nil }
    return time
  }
}
