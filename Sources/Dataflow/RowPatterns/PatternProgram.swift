import Expressions

/// A row pattern as a program for threads (Thompson 1968, Pike 1987): each thread is a way in which the rows so far may fit.
///
/// Threads stand in the order in which a backtracking matcher would try their ways, so the first that gets through is the
/// match that the standard prefers.
struct PatternProgram {
  enum Instruction {
    /// Takes a row for a variable, and goes on behind.
    case row(variable: Int, isExcluded: Bool)
    /// Goes on at both places; the first is preferred.
    case fork(Int, Int)
    case jump(Int)
    case partitionStart, partitionEnd
    /// The rows so far are a match.
    case accept
  }

  private(set) var instructions: [Instruction] = []

  /// Repetitions with bounds are written out: the binder has bounded how long that may be.
  init(_ pattern: RowPattern) {
    add(pattern, isExcluded: false)
    emit(.accept)
  }

  @discardableResult private mutating func emit(_ instruction: Instruction) -> Int {
    instructions.append(instruction)
    return instructions.count - 1
  }

  private mutating func add(_ pattern: RowPattern, isExcluded: Bool) {
    switch pattern {
    case .variable(let variable): emit(.row(variable: variable, isExcluded: isExcluded))
    case .empty: break
    case .partitionStart: emit(.partitionStart)
    case .partitionEnd: emit(.partitionEnd)
    case .excluded(let part): add(part, isExcluded: true)
    case .sequence(let parts):
      for part in parts { add(part, isExcluded: isExcluded) }
    case .alternation(let parts):
      var ends: [Int] = []
      for part in parts.dropLast() {
        let fork = emit(.fork(0, 0))
        add(part, isExcluded: isExcluded)
        ends.append(emit(.jump(0)))
        instructions[fork] = .fork(fork + 1, instructions.count)
      }
      if let last = parts.last { add(last, isExcluded: isExcluded) }
      for end in ends { instructions[end] = .jump(instructions.count) }
    case .repeated(let part, let least, let most, let isReluctant):
      for _ in 0..<least { add(part, isExcluded: isExcluded) }
      guard let most else {
        let fork = emit(.fork(0, 0))
        add(part, isExcluded: isExcluded)
        emit(.jump(fork))
        instructions[fork] = Self.choice(fork + 1, instructions.count, isReluctant)
        return
      }
      var forks: [Int] = []
      for _ in 0..<max(most - least, 0) {
        forks.append(emit(.fork(0, 0)))
        add(part, isExcluded: isExcluded)
      }
      for fork in forks { instructions[fork] = Self.choice(fork + 1, instructions.count, isReluctant) }
    }
  }

  private static func choice(_ again: Int, _ on: Int, _ isReluctant: Bool) -> Instruction {
    isReluctant ? .fork(on, again) : .fork(again, on)
  }

  /// For each variable the least number of rows before one that is taken for it; nil if none ever is.
  func earliestPositions(variables: Int) -> [Int?] {
    var distance = [Int?](repeating: nil, count: instructions.count)
    var earliest = [Int?](repeating: nil, count: variables)
    // Rounds of equal distance: what is reached without a row, then what one row leads to.
    var round = [0]
    var rows = 0
    while !round.isEmpty {
      var next: [Int] = []
      var stack = round
      while let at = stack.popLast() {
        if distance[at] != nil { continue }
        distance[at] = rows
        switch instructions[at] {
        case .row(let variable, _):
          if earliest[variable] == nil { earliest[variable] = rows }
          next.append(at + 1)
        case .fork(let a, let b): stack += [b, a]
        case .jump(let target): stack.append(target)
        case .partitionStart, .partitionEnd: stack.append(at + 1)
        case .accept: break
        }
      }
      round = next
      rows += 1
    }
    return earliest
  }

  /// What the rows of a path were taken for.
  func variable(at pc: Int32) -> Int {
    if case .row(let variable, _) = instructions[Int(pc)] { return variable }
    return -1
  }

  func isExcluded(at pc: Int32) -> Bool {
    if case .row(_, let isExcluded) = instructions[Int(pc)] { return isExcluded }
    return false
  }
}
