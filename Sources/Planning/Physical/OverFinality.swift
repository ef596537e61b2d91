internal import Columnar
internal import Expressions

extension OverFinality {
  /// Nil unless every row becomes final with the watermark: in order of an event time, no call may depend on rows that can
  /// come later.
  init?(_ orderBy: [SortKey], _ calls: [WindowCall], _ input: EdgeProperties) {
    guard input.isAppendOnly, let key = orderBy.first, !key.isDescending,
      let time = key.expression.eventTime(input.eventTimes), time.domain == .event, !time.isWindow,
      key.expression.type.isTimestamp
    else { return nil }
    self.init(offsetMicros: time.offsetMicros)
    for call in calls { if !look(at: call) { return nil } }
  }

  private mutating func look(at call: WindowCall) -> Bool {
    switch call.function.kind {
    case .rowNumber, .rank, .denseRank:
      isStateful = true
      return true
    case .shift(let by, let ignoresNulls):
      if by <= 0 {
        behindRows = max(behindRows, ignoresNulls || by == .min ? .max : Int(clamping: -by))
        return true
      }
      // How far ahead the next value lies nobody knows.
      if ignoresNulls { return false }
      aheadRows = max(aheadRows, Int(clamping: by))
      return true
    case .percentRank, .cumeDist, .tile: return false
    case .pick: return look(at: call.frame, isAggregate: false)
    case .aggregate: return look(at: call.frame, isAggregate: true)
    }
  }

  private mutating func look(at frame: WindowFrame, isAggregate: Bool) -> Bool {
    var isUpToRow = false
    switch frame.end {
    case .currentRow: isUpToRow = true
    case .offset(let distance):
      let distance = Int(clamping: distance)
      switch frame.unit {
      case .rows: aheadRows = max(aheadRows, distance)
      case .groups: aheadGroups = max(aheadGroups, distance)
      case .range: return false
      }
    case .value(_, _, let micros, _):
      guard let micros else { return false }
      aheadMicros = max(aheadMicros, micros)
      behindMicros = max(behindMicros, micros == .min ? .max : -micros)
    case .unboundedPreceding, .unboundedFollowing: return false
    }
    switch frame.start {
    case .unboundedPreceding:
      if isAggregate, isUpToRow, frame.exclusion == .noOthers { isStateful = true } else { behindRows = .max }
    case .currentRow: break
    case .offset(let distance):
      let distance = Int(clamping: 0 &- distance)
      switch frame.unit {
      case .rows: behindRows = max(behindRows, distance)
      case .groups: behindGroups = max(behindGroups, distance)
      case .range: return false
      }
    case .value(_, _, let micros, _):
      guard let micros, micros != .min else { return false }
      behindMicros = max(behindMicros, -micros)
    case .unboundedFollowing: return false
    }
    return true
  }
}

extension StateBound {
  static func ofFinalOver(
    _ finality: OverFinality, _ over: LogicalPlan.Over, _ input: PhysicalNode
  ) -> StateBound {
    let names = input.schema.names
    let time = over.orderBy[0].expression.sqlText(columns: names)
    let keys = over.partitionBy.map { $0.sqlText(columns: names) }.joined(separator: ", ")
    let each = keys.isEmpty ? "" : " per \(keys)"
    let ahead = EventTime(.event, offsetMicros: finality.offsetMicros.addingClamped(finality.aheadMicros))
    let waiting = "rows whose \(ahead.text(of: time)) is ahead of the watermark"
    if finality.behindRows == .max {
      return .unbounded(
        reason: "every row, since frames reach back to the first one", fix: "begin the frame at a distance instead of UNBOUNDED PRECEDING")
    }
    var parts = [waiting]
    let rows = finality.behindRows.addingClamped(finality.aheadRows)
    if rows > 0 { parts.append("\(rows) row\(rows == 1 ? "" : "s") behind it\(each)") }
    let times = finality.behindGroups.addingClamped(finality.aheadGroups)
    if times > 0 { parts.append("the rows of \(times) place\(times == 1 ? "" : "s") in the order behind it\(each)") }
    if finality.behindMicros > 0 { parts.append("those at most \(LiteralText.duration(finality.behindMicros)) behind it") }
    if finality.isStateful {
      if !keys.isEmpty {
        return .unbounded(
          reason: parts.joined(separator: ", ") + ", and one state per distinct \(keys)",
          fix: "begin the frame at a distance instead of UNBOUNDED PRECEDING, or partition by a window of \(time)")
      }
      parts.append("1 state")
    }
    if rows > 0 || times > 0, !keys.isEmpty {
      return .unbounded(
        reason: parts.joined(separator: ", "), fix: "use a RANGE frame, or partition by a window of \(time)")
    }
    if finality.behindMicros > 0 { parts.append("1 entry\(keys.isEmpty ? "" : " for each \(keys) of those")") }
    return .bounded(parts.joined(separator: ", "))
  }
}

extension FixedWidthInteger {
  /// The sum of two numbers that are not negative.
  fileprivate func addingClamped(_ other: Self) -> Self {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
