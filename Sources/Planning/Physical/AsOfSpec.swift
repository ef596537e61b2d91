package import Expressions
internal import Columnar
internal import Diagnostics

/// How an ASOF join, or one with the version of a time, finds the row of its right side.
package struct AsOfSpec: Sendable {
  /// What is compared: over the left columns, and over the right ones.
  package var left: BoundExpression
  package var right: BoundExpression
  /// The greatest right value that is not greater than the left one; else the least that is not less.
  package var isLatest: Bool
  /// Nor equal to it.
  package var isStrict: Bool
  /// Added to a value it gives the watermark from which on no row of either side with that value is still to come.
  package var holdMicros: Int64?
  /// Left rows are shown once, when they are over.
  package var isFinalOnly: Bool
  /// Left rows meet the row of their key that came last, once and for all.
  package var isCurrent: Bool
}

extension AsOfSpec {
  /// The row that came last, whatever it holds.
  static let current = AsOfSpec(
    left: .literal(.int64(0), .bigint), right: .literal(.int64(0), .bigint), isLatest: true, isStrict: false,
    holdMicros: nil, isFinalOnly: false, isCurrent: true)

  /// Reads `condition`, an inequality between a left and a right expression; nil if it is none.
  init?(_ condition: BoundExpression?, leftWidth: Int) {
    guard case .call(let call)? = condition?.node, call.arguments.count == 2 else { return nil }
    let (a, b) = (call.arguments[0], call.arguments[1])
    let isTurned = a.isOfSide(leftWidth..<Int.max)
    guard (isTurned ? b : a).isOfSide(0..<leftWidth), (isTurned ? a : b).isOfSide(leftWidth..<Int.max) else { return nil }
    switch (call.function.name, isTurned) {
    case (">=", false), ("<=", true): (isLatest, isStrict) = (true, false)
    case (">", false), ("<", true): (isLatest, isStrict) = (true, true)
    case ("<=", false), (">=", true): (isLatest, isStrict) = (false, false)
    case ("<", false), (">", true): (isLatest, isStrict) = (false, true)
    default: return nil
    }
    left = isTurned ? b : a
    right = (isTurned ? a : b).remapped { $0 - leftWidth }
    isFinalOnly = false
    isCurrent = false
  }

  /// Notes when left rows are over, if both sides have event times.
  mutating func setClock(_ l: [Int: EventTime], _ r: [Int: EventTime], mayFinish: Bool) {
    guard let mine = left.eventTime(l), let theirs = right.eventTime(r), mine.domain == .event,
      theirs.domain == .event, !mine.isWindow, !theirs.isWindow, left.type.isTimestamp, right.type.isTimestamp
    else { return }
    holdMicros = max(mine.offsetMicros, theirs.offsetMicros)
    isFinalOnly = mayFinish
  }

  /// What the left columns say of time once rows have waited.
  func outputTimes(_ times: [Int: EventTime]) -> [Int: EventTime] {
    // Looking ahead they wait as long as it takes.
    guard isLatest, let holdMicros, let column = left.columnsUsed.first, left.columnsUsed.count == 1,
      let time = times[column], let mine = left.eventTime(times)
    else { return [:] }
    return time.delayed(by: max(0, holdMicros.subtractingSaturated(mine.offsetMicros))).map { [column: $0] } ?? [:]
  }

  func stateBound(_ leftNames: [String], _ rightNames: [String]) -> StateBound {
    if isCurrent { return .bounded("the latest row of the right side for each key") }
    guard let holdMicros else {
      return .unbounded(
        reason: "every row of both sides, since either may be corrected later",
        fix: "declare a WATERMARK for the compared time of both sides")
    }
    let limit = holdMicros == 0 ? "watermark" : "watermark - \(LiteralText.duration(holdMicros))"
    if !isLatest {
      let (mine, theirs) = (left.sqlText(columns: leftNames), right.sqlText(columns: rightNames))
      return .unbounded(
        reason: "rows of the right side with \(theirs) > \(limit), rows of the left side with \(mine) > \(limit) and those that "
          + "no right row of their key has followed yet",
        fix: "compare both times with an upper and a lower bound in a JOIN")
    }
    return .bounded(
      "rows of the left side with \(left.sqlText(columns: leftNames)) > \(limit), for each key the right rows with "
        + "\(right.sqlText(columns: rightNames)) > \(limit) and one before them")
  }
}

extension SQLError {
  static func asOfCondition(span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "UNSUPPORTED_JOIN_TYPE.ASOF_CONDITION",
      "an ASOF join has one inequality between its sides, and equalities besides", span: span,
      hint: "write ON a.key = b.key AND a.ts >= b.ts; put other conditions into WHERE, or into a subquery")
  }

  static func asOfType(_ type: DataType, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "UNSUPPORTED_JOIN_TYPE.ASOF_CONDITION",
      "the inequality of an ASOF join compares times or numbers of 64 bits at most, found \(type.sqlName)", span: span,
      hint: "CAST both sides to BIGINT, DOUBLE or TIMESTAMP")
  }
}
