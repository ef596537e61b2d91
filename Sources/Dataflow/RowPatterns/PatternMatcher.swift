import Columnar
import Diagnostics
import Expressions

/// Finds the matches of a row pattern in partitions whose rows are in order, and goes on where rows were missing.
///
/// From each start the preferred match is looked for as a backtracking matcher would (ISO/IEC 19075-5 §4), by threads that
/// go through the rows side by side; a match is out when no way that is preferred to it is open any more. All partitions
/// take a step at a time, so that a condition is evaluated for many of them at once.
final class PatternMatcher {
  /// Ways that are followed from one start at a time.
  static let threadsMax = 100_000
  /// Starts of one partition that are looked at side by side, where the search starts at every row.
  private static let attemptsPerTurn = 256
  /// More ways than this are searched for ones that cannot differ any more.
  private static let threadsUnmerged = 16

  let spec: RowPatternSpec
  let program: PatternProgram
  private let conditions: PatternConditions
  /// The search starts at every row, whatever was found before.
  let startsEverywhere: Bool
  /// Rows before the first start that conditions and measures may look back at.
  let lookBack: Int
  /// Where conditions look at their row alone: a faster way to the same matches.
  private let closures: PatternClosures?
  private var marks: [Int]
  private var generation = 0

  init(_ spec: RowPatternSpec) {
    self.spec = spec
    program = PatternProgram(spec.pattern)
    conditions = PatternConditions(spec)
    startsEverywhere = spec.skip == .toNextRow && !spec.usesMatchNumber
    lookBack = conditions.lookBack(in: program)
    marks = [Int](repeating: 0, count: program.instructions.count)
    closures = PatternClosures(program, conditions)
  }

  var memoryBytes: Int { conditions.aggregates.memoryBytes }

  // MARK: Running

  /// Takes the partitions at `active` as far as their rows go; gives what was found, each partition's in order.
  func run(
    _ partitions: inout [MatchPartition], _ active: [Int32], _ input: PatternInput
  ) throws(SQLError) -> [FoundMatch] {
    try conditions.judge(&partitions, active, input)
    var found: [FoundMatch] = []
    if let closures {
      try run(&partitions, active, input, closures, &found)
      return found
    }
    var live = active
    var turn = PatternTurn(variables: spec.variables.count)
    while !live.isEmpty {
      turn.clear()
      var next: [Int32] = []
      for index in live {
        if try prepare(&partitions[Int(index)], index, input, &turn, &found) { next.append(index) }
      }
      try conditions.evaluate(partitions, &turn, input)
      for step in turn.steps {
        try advance(&partitions[Int(step.partition)], step, turn, isEnded: input.isEnded)
      }
      live = next
    }
    return found
  }

  /// Brings attempts to where they need a row, closing those that are decided. False: nothing left to do now.
  private func prepare(
    _ partition: inout MatchPartition, _ index: Int32, _ input: PatternInput, _ turn: inout PatternTurn, _ found: inout [FoundMatch]
  ) throws(SQLError) -> Bool {
    if startsEverywhere { return try prepareAll(&partition, index, input, &turn, &found) }
    while true {
      if partition.attempts.isEmpty {
        guard partition.nextStart < partition.judgedEnd else { return false }
        partition.attempts.append(open(at: partition.nextStart, in: partition, isEnded: input.isEnded))
      }
      switch state(of: partition.attempts[0], in: partition, input) {
      case .waiting: return false
      case .ready:
        note(0, in: partition, index, &turn)
        return true
      case .decided:
        let attempt = partition.attempts.removeFirst()
        partition.nextStart = try close(attempt, in: &partition, index, &found)
      }
    }
  }

  /// As `prepare`, where attempts do not depend on each other.
  private func prepareAll(
    _ partition: inout MatchPartition, _ index: Int32, _ input: PatternInput, _ turn: inout PatternTurn, _ found: inout [FoundMatch]
  ) throws(SQLError) -> Bool {
    var opened = 0
    while opened < Self.attemptsPerTurn, let start = nextStart(&partition) {
      partition.attempts.append(open(at: start, in: partition, isEnded: input.isEnded))
      opened += 1
    }
    var isReady = opened == Self.attemptsPerTurn
    var kept: [MatchAttempt] = []
    kept.reserveCapacity(partition.attempts.count)
    let attempts = partition.attempts
    partition.attempts = []
    for attempt in attempts {
      switch state(of: attempt, in: partition, input) {
      case .decided: _ = try close(attempt, in: &partition, index, &found)
      case .waiting: kept.append(attempt)
      case .ready:
        kept.append(attempt)
        isReady = true
      }
    }
    partition.attempts = kept
    for attempt in kept.indices {
      if case .ready = state(of: kept[attempt], in: partition, input) { note(attempt, in: partition, index, &turn) }
    }
    return isReady
  }

  func nextStart(_ partition: inout MatchPartition) -> Int? {
    if let start = partition.restarts.first {
      guard start < partition.judgedEnd else { return nil }
      return partition.restarts.removeFirst()
    }
    guard partition.nextStart < partition.judgedEnd else { return nil }
    partition.nextStart += 1
    return partition.nextStart - 1
  }

  private enum AttemptState { case decided, ready, waiting }

  private func state(of attempt: MatchAttempt, in partition: MatchPartition, _ input: PatternInput) -> AttemptState {
    if attempt.threads.isEmpty { return .decided }
    let position = attempt.start + attempt.consumed
    if let within = spec.withinMicros {
      let limit = input.times[Int(partition.slot(attempt.start))].addingSaturated(within)
      if position < partition.end {
        if input.times[Int(partition.slot(position))] >= limit { return .decided }
      } else if let horizon = input.horizon, horizon >= limit {
        return .decided
      }
    }
    if position < partition.judgedEnd { return .ready }
    return input.isEnded ? .decided : .waiting
  }

  // MARK: Attempts

  private func open(at start: Int, in partition: MatchPartition, isEnded: Bool) -> MatchAttempt {
    var attempt = MatchAttempt(start: start)
    var threads: [MatchAttempt.Thread] = []
    generation += 1
    let first = MatchAttempt.Thread(pc: 0, node: -1, registers: conditions.registers.initial, group: -1)
    _ = follow(first, length: 0, &attempt, &threads, in: partition, isEnded: isEnded)
    attempt.threads = threads
    return attempt
  }

  /// Puts down what each thread of an attempt could do with the next row.
  private func note(_ attempt: Int, in partition: MatchPartition, _ index: Int32, _ turn: inout PatternTurn) {
    let position = partition.attempts[attempt].start + partition.attempts[attempt].consumed
    let slot = partition.slot(position)
    let verdicts = partition.verdicts[position - partition.base]
    let from = turn.candidates.count
    for thread in partition.attempts[attempt].threads {
      let variable = program.variable(at: thread.pc)
      var taken = thread
      taken.registers = conditions.registers.taking(position, for: variable, thread.registers)
      let holds = conditions.holds(variable, verdicts)
      if holds == nil { turn.open[variable].append(turn.candidates.count) }
      turn.candidates.append(
        PatternTurn.Candidate(
          thread: taken, variable: variable, partition: index, position: position, slot: slot, holds: holds ?? false))
    }
    turn.steps.append(PatternTurn.Step(partition: index, attempt: attempt, candidates: from..<turn.candidates.count))
  }

  /// The attempt's threads behind the row that was judged.
  private func advance(
    _ partition: inout MatchPartition, _ step: PatternTurn.Step, _ turn: PatternTurn, isEnded: Bool
  ) throws(SQLError) {
    var attempt = partition.attempts[step.attempt]
    partition.attempts[step.attempt].nodes = []
    let old = attempt.threads
    var threads: [MatchAttempt.Thread] = []
    generation += 1
    for candidate in turn.candidates[step.candidates] where candidate.holds {
      if !conditions.isPure { generation += 1 }
      var thread = candidate.thread
      attempt.nodes.append(MatchAttempt.Node(parent: thread.node, pc: thread.pc))
      thread.node = Int32(attempt.nodes.count - 1)
      thread.pc += 1
      // What is less preferred than a match is of no interest any more.
      if follow(thread, length: attempt.consumed + 1, &attempt, &threads, in: partition, isEnded: isEnded) { break }
    }
    if threads.count > Self.threadsUnmerged, conditions.aggregates.isEmpty, !conditions.isPure { threads = Self.merged(threads) }
    if threads.count > Self.threadsMax {
      throw SQLError(
        .data, "ROW_PATTERN_TOO_COMPLEX",
        "the rows from one start on can be matched in more than \(Self.threadsMax) ways that are all still open", span: spec.span,
        hint: "let the conditions of DEFINE exclude each other, or use WITHIN")
    }
    attempt.threads = threads
    attempt.consumed += 1
    if !conditions.aggregates.isEmpty {
      for thread in threads { conditions.aggregates.retain(thread.group) }
      for thread in old { conditions.aggregates.release(thread.group) }
      for candidate in turn.candidates[step.candidates] { conditions.aggregates.release(candidate.thread.group) }
    }
    partition.attempts[step.attempt] = attempt
  }

  /// Threads that wait at the same place and look back at the same rows do the same from now on: the preferred one stays.
  private static func merged(_ threads: [MatchAttempt.Thread]) -> [MatchAttempt.Thread] {
    struct Key: Hashable {
      var pc: Int32
      var registers: [Int]
    }
    var seen: Set<Key> = []
    return threads.filter { seen.insert(Key(pc: $0.pc, registers: $0.registers)).inserted }
  }

  /// Follows a thread to where it waits for rows; true if a match is among the places it comes to.
  private func follow(
    _ thread: MatchAttempt.Thread, length: Int, _ attempt: inout MatchAttempt, _ threads: inout [MatchAttempt.Thread],
    in partition: MatchPartition, isEnded: Bool
  ) -> Bool {
    var stack = [Int(thread.pc)]
    let position = attempt.start + length
    while let at = stack.popLast() {
      if marks[at] == generation { continue }
      marks[at] = generation
      switch program.instructions[at] {
      case .row:
        var waiting = thread
        waiting.pc = Int32(at)
        threads.append(waiting)
      case .fork(let preferred, let other):
        stack.append(other)
        stack.append(preferred)
      case .jump(let target): stack.append(target)
      case .partitionStart: if position == 0 { stack.append(at + 1) }
      case .partitionEnd: if isEnded && position == partition.end { stack.append(at + 1) }
      case .accept:
        attempt.best = (thread.node, length)
        return true
      }
    }
    return false
  }

  /// Puts down what an attempt came to; gives where the next search starts.
  func close(
    _ attempt: MatchAttempt, in partition: inout MatchPartition, _ index: Int32, _ found: inout [FoundMatch]
  ) throws(SQLError) -> Int {
    for thread in attempt.threads { conditions.aggregates.release(thread.group) }
    guard let path = attempt.bestPath else {
      if spec.rowsPerMatch == .allWithUnmatched {
        found.append(FoundMatch(partition: index, start: attempt.start, path: nil, number: partition.matchNumber))
      }
      return attempt.start + 1
    }
    partition.matchNumber += 1
    found.append(FoundMatch(partition: index, start: attempt.start, path: path, number: partition.matchNumber))
    let target: Int?
    switch spec.skip {
    case .toNextRow: return attempt.start + 1
    case .pastLastRow: return attempt.start + max(path.count, 1)
    case .toFirst(let variables): target = path.firstIndex { variables.contains(program.variable(at: $0)) }
    case .toLast(let variables): target = path.lastIndex { variables.contains(program.variable(at: $0)) }
    }
    guard let target, target > 0 else { throw skipNowhere(target) }
    return attempt.start + target
  }

  private func skipNowhere(_ target: Int?) -> SQLError {
    let what =
      target == nil
      ? "AFTER MATCH SKIP TO a variable that no row of the match was taken for"
      : "AFTER MATCH SKIP TO the first row of the match would find the same match for ever"
    return SQLError(
      .data, "ROW_PATTERN_SKIP_TARGET", what, span: spec.span,
      hint: "skip to a variable that every match has behind its first row, or SKIP TO NEXT ROW")
  }
}
