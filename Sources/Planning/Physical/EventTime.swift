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

  package init(_ domain: Domain, offsetMicros: Int64 = 0, isWindow: Bool = false, startOffsetMicros: Int64? = nil) {
    self.domain = domain
    self.offsetMicros = offsetMicros
    self.isWindow = isWindow
    self.startOffsetMicros = startOffsetMicros
  }

  func later(by micros: Int64) -> EventTime? {
    let (sum, overflow) = offsetMicros.addingReportingOverflow(micros)
    return overflow ? nil : EventTime(domain, offsetMicros: sum)
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
      return operand.type == type ? operand.eventTime(times) : nil
    case .literal, .stepValue, .and, .or, .conditional, .coalesce, .lambdaVariable, .outer: return nil
    }
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
      return EventTime(end.domain, offsetMicros: end.offsetMicros, isWindow: true, startOffsetMicros: start)
    case "get_field":
      guard let window = arguments[0].eventTime(times), window.isWindow else { return nil }
      let isStart = arguments[1].literalValue?.text?.lowercased() == "start"
      return (isStart ? window.startOffsetMicros : window.offsetMicros).map { EventTime(window.domain, offsetMicros: $0) }
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
