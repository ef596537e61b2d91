internal import Columnar
internal import Diagnostics
internal import Expressions

extension MatchRecognizeSpec {
  /// Rows that never change are taken in order for good, where something says that nothing earlier comes; otherwise
  /// partitions are gone through anew. `isEverFinal` is false where the whole result is shown and nothing is late.
  init(_ match: LogicalPlan.MatchRecognize, over input: EdgeProperties, isEverFinal: Bool) {
    let isStreaming =
      input.isAppendOnly && !input.isBounded && !match.spec.pattern.isAnchored && !match.spec.usesMatchNumber
    let first = match.order.first
    let mode: Mode
    if !isStreaming {
      mode = .allRows
    } else if let first {
      let time = first.isDescending || !first.expression.type.isTimestamp ? nil : first.expression.eventTime(input.eventTimes)
      switch time {
      case let time? where !time.isWindow && (time.domain == .processing || isEverFinal): mode = .inOrder(time)
      default: mode = .allRows
      }
    } else {
      mode = .asTheyCome
    }
    self.init(pattern: match.spec, order: match.order, mode: mode)
  }
}

extension EdgeProperties {
  static func ofMatch(_ spec: MatchRecognizeSpec, _ node: PhysicalNode) throws(SQLError) -> EdgeProperties {
    let input = node.properties
    let isFinal = if case .allRows = spec.mode { false } else { true }
    if !isFinal && !input.canEnd && spec.pattern.pattern.isAnchored {
      throw SQLError.unsupported(
        "^ and $ in a pattern over input that never ends", span: spec.pattern.span, hint: "leave them out")
    }
    var properties = EdgeProperties(isAppendOnly: isFinal, isBounded: input.isBounded, canEnd: input.canEnd)
    properties.stateBound = spec.stateBound(over: input, columns: node.schema.names)
    return properties
  }
}

extension MatchRecognizeSpec {
  /// What bounds the rows that are kept.
  fileprivate func stateBound(over input: EdgeProperties, columns: [String]) -> StateBound {
    let fix = "bound a match in time: PATTERN (…) WITHIN INTERVAL '1' HOUR"
    switch mode {
    case .allRows where input.isBounded: return .bounded("every row, of bounded input")
    case .allRows:
      return .unbounded(
        reason: "every row, since partitions that change are gone through anew",
        fix: "declare a WATERMARK for the first column of ORDER BY")
    case .asTheyCome:
      return .unbounded(reason: "rows of open matches in every partition", fix: "ORDER BY a time, and " + fix)
    case .inOrder(let time):
      guard let within = pattern.withinMicros, let key = order.first else {
        return .unbounded(
          reason: "rows ahead of the \(time.domain.words), and those of open matches in every partition", fix: fix)
      }
      let column = key.expression.sqlText(columns: columns)
      return .bounded("rows whose \(column) + \(LiteralText.duration(within)) is ahead of the \(time.domain.words)")
    }
  }
}
