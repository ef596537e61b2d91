import Columnar
import Expressions

/// What a matcher reads, and what will come.
struct PatternInput {
  var reader: RowReader
  /// The time of each slot, for WITHIN; empty without.
  var times: [Int64]
  var evaluation: EvaluationContext
  /// No row comes any more.
  var isEnded: Bool
  /// Rows that come have times behind this.
  var horizon: Int64?
}

/// One step of many attempts: what each thread would take its next row for.
struct PatternTurn {
  struct Candidate {
    var thread: MatchAttempt.Thread
    var variable: Int
    var partition: Int32
    var position: Int
    var slot: Int32
    var holds: Bool
  }

  struct Step {
    var partition: Int32
    var attempt: Int
    var candidates: Range<Int>
  }

  var candidates: [Candidate] = []
  var steps: [Step] = []
  /// By variable, the candidates whose condition is still to be evaluated.
  var open: [[Int]]

  init(variables: Int) { open = Array(repeating: [], count: variables) }

  mutating func clear() {
    candidates.removeAll(keepingCapacity: true)
    steps.removeAll(keepingCapacity: true)
    for index in open.indices { open[index].removeAll(keepingCapacity: true) }
  }
}
