package import Expressions
internal import Columnar

/// What event time says of the rows that a join keeps: when those of a side can match nothing any more (SEM-3).
///
/// Times are compared with the watermark W: rows still to come have times greater than W. If all pairs satisfy
/// `lowest ≤ right time − left time ≤ highest`, a left row is over when W ≥ its time + highest, a right row when
/// W ≥ its time − lowest, as in Spark's state watermarks. A row that comes may be behind W and still meet rows that are kept;
/// it is late when those are gone as well.
///
/// A side whose time has no watermark has rows that may come whenever they like: none of them is late, and what they may
/// meet is kept for ever. Its own rows are over all the same when the watermark of the other side says so; equal times are
/// over together, as in Spark.
package struct JoinTime: Sendable {
  package struct Side: Sendable {
    /// Over the side's columns: a timestamp, or a window, whose end counts.
    package var time: BoundExpression
    package var isWindow: Bool
    /// Added to the time it gives the watermark from which on the row is not kept. Never before its own time, since until
    /// then the row may be taken back.
    package var holdMicros: Int64
    /// Added to the time it gives the watermark from which on a row that comes is late; nil: it never is.
    package var lateMicros: Int64?
    /// The rows that are kept, as a condition.
    package var text: String
  }

  /// nil: rows of this side may always find a match.
  package var left: Side?
  package var right: Side?
  /// Rows without a match are shown when they are over, and nothing is taken back (APPEND); else at once, until one comes.
  package var isFinalOnly: Bool
  /// Conditions on one side alone, in an outer join: rows that fail them are over at once.
  package var leftGuard: BoundExpression?
  package var rightGuard: BoundExpression?
  /// The time that the condition compares and no WATERMARK is about, by name.
  package var missingWatermark: String?
  /// By how much rows may come out behind the watermark, by column of the join's inputs side by side; other columns say
  /// nothing of time any more.
  package var lags: [Int: Int64]
}

/// What is known of the two sides when times are looked for.
struct JoinTimeInputs {
  var condition: BoundExpression?
  var leftWidth: Int
  /// Event times of both sides' columns side by side.
  var times: [Int: EventTime]
  /// Sides whose rows are never taken back: only then a time without a watermark says when a row is over.
  var growsOnly: (left: Bool, right: Bool)
  var names: [String]
}

extension JoinTime {
  /// The bounds that a condition sets; nil if it sets none.
  init?(_ inputs: JoinTimeInputs, kind: JoinKind, mayFinish: Bool) {
    let pairs = TimePair.all(inputs)
    guard let best = pairs.min(by: { $0.rank < $1.rank }) else { return nil }
    let width = inputs.leftWidth
    let late = best.lateMicros
    left = best.hold(.left).map { hold in
      Side(
        time: best.left.base, isWindow: best.left.event.isWindow, holdMicros: best.left.event.offsetMicros.addingSaturated(hold),
        lateMicros: best.left.isWatermarked ? late.map { best.left.event.offsetMicros.addingSaturated($0.left) } : nil,
        text: best.text(.left, hold, inputs.names))
    }
    right = best.hold(.right).map { hold in
      Side(
        time: best.right.base.remapped { $0 - width }, isWindow: best.right.event.isWindow,
        holdMicros: best.right.event.offsetMicros.addingSaturated(hold),
        lateMicros: best.right.isWatermarked ? late.map { best.right.event.offsetMicros.addingSaturated($0.right) } : nil,
        text: best.text(.right, hold, inputs.names))
    }
    switch kind {
    case .inner, .leftSemi: isFinalOnly = false
    case .asOf, .asOfLeft, .lookup, .lookupLeft: return nil
    case .left, .leftAnti, .leftMark: isFinalOnly = mayFinish && left != nil
    // Of a side whose rows are never over those without a match come out at the end of the input.
    case .full: isFinalOnly = mayFinish && (left != nil || right != nil)
    }
    missingWatermark = [best.left, best.right].first { !$0.isWatermarked }?.base.sqlText(columns: inputs.names)
    lags = [:]
    for pair in pairs { pair.noteLags(&lags, inputs) }
    if isFinalOnly {
      let conjuncts = inputs.condition?.conjuncts ?? []
      func guardOf(_ side: Range<Int>) -> BoundExpression? {
        BoundExpression.chain(conjuncts.filter { $0.isOfSide(side) && $0.isRepeatable && !$0.canFail }[...], .and)
      }
      leftGuard = guardOf(0..<width)
      if kind == .full { rightGuard = guardOf(width..<Int.max)?.remapped { $0 - width } }
    }
  }

  /// The times of the join's output columns.
  func outputTimes(_ times: [Int: EventTime], columns: Int) -> [Int: EventTime] {
    var output: [Int: EventTime] = [:]
    for (column, lag) in lags where column < columns { output[column] = times[column]?.delayed(by: lag) }
    return output
  }
}

extension EventTime {
  /// The same column of rows that come out up to `micros` after their time.
  func delayed(by micros: Int64) -> EventTime? {
    guard offsetMicros.addingSaturated(micros) < .max else { return nil }
    var copy = self
    copy.offsetMicros = offsetMicros.addingSaturated(micros)
    copy.startOffsetMicros = startOffsetMicros?.addingSaturated(micros)
    return copy
  }
}

/// An expression whose value is a time.
struct TimeTerm {
  var base: BoundExpression
  var event: EventTime
  /// The watermark is about this time: rows to come have later ones.
  var isWatermarked: Bool
}

/// All that a condition says of one pair of times: `lowest ≤ right − left ≤ highest`, in times as the watermark sees them.
private struct TimePair {
  enum Side { case left, right }

  var left: TimeTerm
  var right: TimeTerm
  var lowest: Int64?
  var highest: Int64?
  /// The times are equal up to a constant. A row at the watermark itself is over then; by a range, one moment later, as in
  /// Spark.
  var isExact: Bool

  /// How long after its time a row is kept; nil: for ever, since nothing is known of the times of the other side. Equal
  /// times are over together, whichever of them has the watermark.
  func hold(_ side: Side) -> Int64? {
    guard isExact || (side == .left ? right : left).isWatermarked else { return nil }
    let distance = side == .left ? highest : lowest.map { Int64(0).subtractingSaturated($0) }
    return distance.map { max(0, isExact ? $0 : $0.addingSaturated(1)) }
  }

  /// How long after its time a row may come and still meet one that is kept.
  var lateMicros: (left: Int64, right: Int64)? {
    guard let lowest, let highest, let left = hold(.left), let right = hold(.right) else { return nil }
    return (
      left: max(left, highest.addingSaturated(right)), right: max(right, left.subtractingSaturated(lowest))
    )
  }

  /// Bounds of both sides before those of one, short ones before long ones.
  var rank: (Int, Int64) {
    let holds = [hold(.left), hold(.right)].compactMap { $0 }
    return (2 - holds.count, holds.reduce(0) { $0.addingSaturated($1) })
  }

  /// `ts >= watermark - 15 s`: rows of this side that are kept.
  func text(_ side: Side, _ hold: Int64, _ names: [String]) -> String {
    let term = side == .left ? left : right
    let isInclusive = !isExact && hold % 1000 == 1
    let offset = (isInclusive ? hold - 1 : hold).addingSaturated(term.event.offsetMicros)
    let name = term.base.sqlText(columns: names) + (term.event.isWindow ? ".end" : "")
    let limit = offset == 0 ? "watermark" : "watermark \(offset < 0 ? "+" : "-") \(LiteralText.duration(abs(offset)))"
    return "\(name) \(isInclusive ? ">=" : ">") \(limit)"
  }

  /// The delays of the columns that this pair is about. Both sides have the greater one: what a window above waits for must
  /// not depend on which of two equal times it is made of.
  func noteLags(_ lags: inout [Int: Int64], _ inputs: JoinTimeInputs) {
    func note(_ term: TimeTerm, _ lag: Int64) {
      guard let column = term.base.columnsUsed.first, term.base.columnsUsed.count == 1, let time = inputs.times[column] else {
        return
      }
      // A window starts at most its size before the time that it is made of.
      let isColumn = term.base.columnOrdinal != nil || time.isWindow
      let size =
        isColumn ? 0 : (term.event.startOffsetMicros ?? term.event.offsetMicros).subtractingSaturated(time.offsetMicros)
      let total = lag.addingSaturated(max(0, size))
      lags[column] = min(lags[column] ?? .max, total)
    }
    if let late = lateMicros {
      note(left, max(late.left, late.right))
      note(right, max(late.left, late.right))
    } else {
      // A side that is kept for ever has no lag that would do: what comes out behind the watermark is late above, as in Spark.
      note(left, hold(.left) ?? 0)
      note(right, hold(.right) ?? 0)
    }
  }
}

// MARK: Finding pairs

extension TimePair {
  /// All pairs of a left and a right time that the conjuncts compare.
  static func all(_ inputs: JoinTimeInputs) -> [TimePair] {
    var pairs: [TimePair] = []
    for conjunct in inputs.condition?.conjuncts ?? [] {
      guard let found = TimePair(conjunct, inputs) else { continue }
      if let index = pairs.firstIndex(where: { $0.left.base.isSame(as: found.left.base) && $0.right.base.isSame(as: found.right.base) }) {
        pairs[index].narrow(found)
      } else {
        pairs.append(found)
      }
    }
    return pairs
  }

  private mutating func narrow(_ other: TimePair) {
    lowest = [lowest, other.lowest].compactMap { $0 }.max()
    highest = [highest, other.highest].compactMap { $0 }.min()
    isExact = isExact || other.isExact
  }

  /// `left time ± … op right time ± …` where op is =, <, <=, > or >=.
  private init?(_ conjunct: BoundExpression, _ inputs: JoinTimeInputs) {
    guard case .call(let call) = conjunct.node, call.arguments.count == 2 else { return nil }
    let name = call.function.name
    guard ["=", "<", "<=", ">", ">="].contains(name) else { return nil }
    // a op b is: a − b op 0.
    var sum = TimeSum(inputs)
    guard sum.add(call.arguments[0], sign: 1), sum.add(call.arguments[1], sign: -1), sum.terms.count == 2 else { return nil }
    guard let l = sum.terms.first(where: { $0.term.base.isOfSide(0..<inputs.leftWidth) }),
      let r = sum.terms.first(where: { $0.term.base.isOfSide(inputs.leftWidth..<Int.max) }), l.sign == -r.sign,
      l.term.isWatermarked || r.term.isWatermarked
    else { return nil }
    if l.term.event.isWindow != r.term.event.isWindow || (l.term.event.isWindow && name != "=") { return nil }
    left = l.term
    right = r.term
    isExact = name == "="
    // sign · (left − right) + constant op 0, in values; from there to times as the watermark sees them.
    let shift = right.event.offsetMicros.subtractingSaturated(left.event.offsetMicros)
    let isTurned = l.sign < 0
    let distance = (isTurned ? Int64(0).subtractingSaturated(sum.constant) : sum.constant).addingSaturated(shift)
    let setsLowest = isTurned ? [">", ">="] : ["<", "<="]
    let strict: Int64 = name == "<" || name == ">" ? 1 : 0
    if isExact {
      lowest = distance
      highest = distance
    } else if setsLowest.contains(name) {
      lowest = distance.addingSaturated(strict)
    } else {
      highest = distance.subtractingSaturated(strict)
    }
  }
}

/// A sum of times and constants, each added or subtracted.
private struct TimeSum {
  let inputs: JoinTimeInputs
  var terms: [(sign: Int64, term: TimeTerm)] = []
  var constant: Int64 = 0

  init(_ inputs: JoinTimeInputs) { self.inputs = inputs }

  /// False if `expression` is no such sum.
  mutating func add(_ expression: BoundExpression, sign: Int64) -> Bool {
    if case .dayTimeInterval = expression.type, case .int64(let micros)? = expression.literalValue {
      return add(micros, sign)
    }
    if case .call(let call) = expression.node {
      switch call.function.name {
      case "+" where call.arguments.count == 2:
        return add(call.arguments[0], sign: sign) && add(call.arguments[1], sign: sign)
      case "-" where call.arguments.count == 2:
        return add(call.arguments[0], sign: sign) && add(call.arguments[1], sign: -sign)
      case TimeWindows.shiftName:
        guard let delta = TimeWindows.constants(of: call).first else { return false }
        return add(delta, sign) && add(call.arguments[0], sign: sign)
      default: break
      }
    }
    guard let term = term(expression) else { return false }
    terms.append((sign, term))
    return terms.count <= 2
  }

  private func term(_ expression: BoundExpression) -> TimeTerm? {
    if let event = expression.eventTime(inputs.times), event.isWindow || expression.type.isTimestamp {
      return event.domain == .event ? TimeTerm(base: expression, event: event, isWatermarked: true) : nil
    }
    let growsOnly =
      expression.isOfSide(0..<inputs.leftWidth)
      ? inputs.growsOnly.left : expression.isOfSide(inputs.leftWidth..<Int.max) && inputs.growsOnly.right
    guard growsOnly, expression.type.isTimestamp, expression.isRepeatable, !expression.canFail else { return nil }
    return TimeTerm(base: expression, event: EventTime(.event), isWatermarked: false)
  }

  private mutating func add(_ micros: Int64, _ sign: Int64) -> Bool {
    constant = sign > 0 ? constant.addingSaturated(micros) : constant.subtractingSaturated(micros)
    return true
  }
}
