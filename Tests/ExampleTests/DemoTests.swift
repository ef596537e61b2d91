import ProcessTesting
import Testing

/// `make demo`: the word counts of the document that the project comes from.
struct DemoTests {
  private let rule = String(repeating: "-", count: 43)

  @Test func showsTheListingsAndEnds() throws {
    let outcome = try ChildProcess.run([Locations.program + "-demo"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors == "")
    for (batch, rows) in [(0, [("cat", 1), ("dog", 3)]), (1, [("cat", 2), ("dog", 3), ("owl", 1)]), (2, [("cat", 2), ("dog", 4), ("owl", 2)])] {
      let lines = rows.map { "| \($0.0)|    \($0.1)|\n" }.joined()
      #expect(
        outcome.output.contains("\(rule)\nBatch: \(batch)\n\(rule)\n+----+-----+\n|word|count|\n+----+-----+\n\(lines)+----+-----+\n\n"))
    }
    #expect(outcome.output.contains("\(rule)\n('green', 3)\n('blue', 5)\n\n"))
    #expect(outcome.output.contains("\(rule)\n('per batch', 'green', 3)\n('per batch', 'blue', 5)\n\n"))
    #expect(outcome.output.contains("\(rule)\n('per batch', 'gohawks', 1)\n\n"))
    #expect(outcome.output.contains("\(rule)\n('per batch', 'green', 2)\n\n"))
    #expect(outcome.output.contains("\(rule)\n('running', 'green', 3)\n('running', 'blue', 5)\n\n"))
    #expect(outcome.output.contains("\(rule)\n('running', 'green', 5)\n('running', 'blue', 5)\n('running', 'gohawks', 1)\n\n"))
  }
}
