import Diagnostics

/// A pattern whose conditions look at their row alone: where threads wait is worked out once, and a row costs a look at its verdicts.
///
/// O(instructions²) to make, which the binder bounds.
struct PatternClosures {
  /// Stands among the targets for a match: what is behind it is less preferred.
  static let accept: Int32 = -1

  /// `targets[starts[at] ..< starts[at + 1]]`: the `.row` instructions that a thread at `at` comes to without a row, by preference.
  private var starts: [Int32] = [0]
  private var targets: [Int32] = []
  /// By `.row` instruction, the verdicts that a row must have.
  private var masks: [UInt64] = []

  /// nil if a condition needs more than its row, or the pattern asks where its partition begins or ends.
  init?(_ program: PatternProgram, _ conditions: PatternConditions) {
    guard conditions.isPure else { return nil }
    for (at, instruction) in program.instructions.enumerated() {
      var mask: UInt64 = 0
      switch instruction {
      case .row(let variable, _):
        guard let needed = conditions.mask(of: variable) else { return nil }
        mask = needed
      case .partitionStart, .partitionEnd: return nil
      case .fork, .jump, .accept: break
      }
      masks.append(mask)
      close(at, program)
      starts.append(Int32(truncatingIfNeeded: targets.count))
    }
  }

  private mutating func close(_ at: Int, _ program: PatternProgram) {
    var seen = [Bool](repeating: false, count: program.instructions.count)
    var stack = [at]
    while let at = stack.popLast() {
      if seen[at] { continue }
      seen[at] = true
      switch program.instructions[at] {
      case .row: targets.append(Int32(truncatingIfNeeded: at))
      case .fork(let preferred, let other):
        stack.append(other)
        stack.append(preferred)
      case .jump(let target): stack.append(target)
      case .partitionStart, .partitionEnd: break
      case .accept: return targets.append(Self.accept)
      }
    }
  }

  @inline(__always) func range(_ at: Int) -> Range<Int> { Int(starts[at])..<Int(starts[at + 1]) }
  @inline(__always) func target(_ index: Int) -> Int32 { targets[index] }
  @inline(__always) func takes(_ at: Int32, _ verdicts: UInt64) -> Bool { verdicts & masks[Int(at)] == masks[Int(at)] }
}

/// Searches by `PatternClosures`: one after the other, each as far as the rows go. No allocation a row.
struct PureSearch {
  private struct Way {
    var pc: Int32
    var node: Int32
  }

  private let closures: PatternClosures
  private var ways: [Way] = []
  private var next: [Way] = []
  /// The row, counted over all searches, at which each instruction was last come to.
  private var marks: [Int]
  private var round = 0

  init(_ closures: PatternClosures, instructions: Int) {
    self.closures = closures
    marks = [Int](repeating: 0, count: instructions)
  }

  /// Starts a search at a row.
  mutating func open(_ attempt: inout MatchAttempt, at start: Int) {
    attempt.reset(start: start)
    next.removeAll(keepingCapacity: true)
    round += 1
    _ = follow(0, node: -1, &attempt, length: 0)
    swap(&ways, &next)
  }

  /// Goes on with a search that waited for rows.
  mutating func resume(_ attempt: MatchAttempt) {
    ways.removeAll(keepingCapacity: true)
    for thread in attempt.threads { ways.append(Way(pc: thread.pc, node: thread.node)) }
  }

  /// Goes through the rows; true if the search is decided, false if it waits for more.
  mutating func run(_ attempt: inout MatchAttempt, _ partition: MatchPartition, _ input: PatternInput, within: Int64?) -> Bool {
    let limit = within.map { input.times[Int(partition.slot(attempt.start))].addingSaturated($0) }
    var position = attempt.start + attempt.consumed
    while !ways.isEmpty {
      if let limit {
        if position < partition.end {
          if input.times[Int(partition.slot(position))] >= limit { return true }
        } else if let horizon = input.horizon, horizon >= limit {
          return true
        }
      }
      guard position < partition.judgedEnd else {
        if input.isEnded { return true }
        attempt.threads = ways.map { MatchAttempt.Thread(pc: $0.pc, node: $0.node, registers: [], group: -1) }
        return false
      }
      take(partition.verdicts[position - partition.base], &attempt)
      attempt.consumed += 1
      position += 1
    }
    return true
  }

  private mutating func take(_ verdicts: UInt64, _ attempt: inout MatchAttempt) {
    round += 1
    next.removeAll(keepingCapacity: true)
    for index in ways.indices {
      let way = ways[index]
      if !closures.takes(way.pc, verdicts) { continue }
      let node = Int32(truncatingIfNeeded: attempt.nodes.count)
      attempt.nodes.append(MatchAttempt.Node(parent: way.node, pc: way.pc))
      // What is less preferred than a match is of no interest any more.
      if follow(Int(way.pc) + 1, node: node, &attempt, length: attempt.consumed + 1) { break }
    }
    swap(&ways, &next)
  }

  /// Puts the places that a thread comes to into `next`; true if a match is among them.
  private mutating func follow(_ at: Int, node: Int32, _ attempt: inout MatchAttempt, length: Int) -> Bool {
    for index in closures.range(at) {
      let target = closures.target(index)
      if target == PatternClosures.accept {
        attempt.best = (node, length)
        return true
      }
      if marks[Int(target)] == round { continue }
      marks[Int(target)] = round
      next.append(Way(pc: target, node: node))
    }
    return false
  }
}

extension PatternMatcher {
  /// As `run`, by closures: each partition for itself.
  func run(
    _ partitions: inout [MatchPartition], _ active: [Int32], _ input: PatternInput, _ closures: PatternClosures,
    _ found: inout [FoundMatch]
  ) throws(SQLError) {
    var search = PureSearch(closures, instructions: program.instructions.count)
    var attempt = MatchAttempt(start: 0)
    for index in active {
      var partition = partitions[Int(index)]
      partitions[Int(index)] = MatchPartition()
      var waiting: [MatchAttempt] = []
      for open in partition.attempts {
        attempt = open
        search.resume(attempt)
        if search.run(&attempt, partition, input, within: spec.withinMicros) {
          let next = try close(attempt, in: &partition, index, &found)
          if !startsEverywhere { partition.nextStart = next }
        } else {
          waiting.append(attempt)
        }
      }
      while startsEverywhere || waiting.isEmpty, let start = start(&partition) {
        search.open(&attempt, at: start)
        if search.run(&attempt, partition, input, within: spec.withinMicros) {
          let next = try close(attempt, in: &partition, index, &found)
          if !startsEverywhere { partition.nextStart = next }
        } else {
          waiting.append(attempt)
        }
      }
      partition.attempts = waiting
      partitions[Int(index)] = partition
    }
  }

  /// Where the next search starts, if its row can be judged.
  private func start(_ partition: inout MatchPartition) -> Int? {
    if startsEverywhere { return nextStart(&partition) }
    return partition.nextStart < partition.judgedEnd ? partition.nextStart : nil
  }
}
