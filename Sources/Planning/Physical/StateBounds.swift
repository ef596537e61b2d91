internal import Columnar
internal import Expressions

/// What bounds the state of an operator, in words for EXPLAIN and warnings.
extension StateBound {
  static func ofAggregate(
    keys: [NamedExpression], calls: [AggregateCall], _ spec: AggregateSpec, input: EdgeProperties
  ) -> StateBound {
    if spec.isPerStep { return .bounded("groups of one step") }
    if let closing = spec.closing {
      let what = spec.isKeptByPanes ? "panes of windows" : "groups"
      return .bounded("\(what) whose \(closing.time.text(of: keys[closing.key].name)) is ahead of the \(closing.time.domain.words)")
    }
    if let idle = spec.idle {
      return .bounded(
        "groups touched within \(LiteralText.duration(idle.timeoutMicros)) of the \(idle.time == nil ? "clock" : "watermark")")
    }
    if let call = calls.first(where: { $0.keepsValues(isInputRetractable: spec.isInputRetractable) }) {
      let what = call.isDistinct ? "every distinct value in \(call.name)" : "every value of \(call.name)"
      if input.isBounded { return .bounded("\(what), of bounded input") }
      return .unbounded(reason: what, fix: "group by batch()")
    }
    if spec.isGlobal { return .bounded("1 group") }
    let groups = "one state per distinct \(keys.map(\.name).joined(separator: ", "))"
    if input.isBounded { return .bounded("\(groups), of bounded input") }
    return .unbounded(
      reason: groups,
      fix: "group by a window of a column with a WATERMARK (in APPEND also by its date or date_trunc), or by batch(), or add TIMEOUT")
  }

  static func ofTopN(_ limit: LogicalPlan.Limit, input: EdgeProperties) -> StateBound {
    if let count = limit.count, !input.mayRetract {
      let (rows, overflow) = count.addingReportingOverflow(limit.offset)
      return .bounded(rows == 1 ? "1 row" : "\(overflow ? Int.max : rows) rows")
    }
    if input.isBounded { return .bounded("every row, of bounded input") }
    let reason = limit.count == nil ? "every row, since there is no LIMIT" : "every row, since any may be taken back"
    return .unbounded(reason: reason, fix: "limit what changes with GROUP BY batch()")
  }
}

extension AggregateCall {
  /// Whether its state grows with the rows of a group: DISTINCT, collections, and min and max of rows that may go again.
  fileprivate func keepsValues(isInputRetractable: Bool) -> Bool {
    isDistinct || (aggregate.own == nil && aggregate.result.isArray(of: aggregate.parameters.first))
      || (isInputRetractable && !aggregate.isInvertible)
  }
}

extension DataType {
  fileprivate func isArray(of type: DataType?) -> Bool {
    if case .array(let element) = self { return element == type }
    return false
  }
}

extension EventTime {
  /// The time that is compared, as a formula: `window_start + 10 s`.
  func text(of column: String) -> String {
    let name = isWindow ? "\(column).end" : column
    if offsetMicros == 0 { return name }
    return "\(name) \(offsetMicros < 0 ? "-" : "+") \(LiteralText.duration(abs(offsetMicros)))"
  }
}

extension EventTime.Domain {
  var words: String { self == .event ? "watermark" : "clock" }
}
