import Engine
import Testing

/// MATCH_RECOGNIZE on a stream finds, once the stream has ended, what it finds in a table of the same rows.
@Suite struct StreamingMatchTests {
  /// Patterns with what each kind of them asks of the operator: waiting matches, overlapping ones, rows before and behind.
  static let clauses = [
    "MEASURES FIRST(id) AS a, LAST(id) AS b, count(*) AS n PATTERN (A B* C) WITHIN INTERVAL '6' SECOND DEFINE A AS A.v > 2, B AS B.v >= 2, C AS C.v < A.v",
    "MEASURES FIRST(id) AS a, LAST(id) AS b, count(B.*) AS n PATTERN (A B*) DEFINE B AS B.v > PREV(B.v)",
    "MEASURES FIRST(id) AS a, LAST(id) AS b, sum(v) AS n AFTER MATCH SKIP TO NEXT ROW PATTERN (A B+ C) WITHIN INTERVAL '5' SECOND DEFINE B AS B.v > A.v, C AS C.v <= A.v",
    "MEASURES FIRST(id) AS a, LAST(id) AS b, PREV(FIRST(v)) AS n AFTER MATCH SKIP TO NEXT ROW PATTERN (A B) DEFINE A AS v <> PREV(v), B AS B.v > A.v",
    "MEASURES FIRST(id) AS a, LAST(id) AS b, NEXT(LAST(v)) AS n AFTER MATCH SKIP TO LAST B PATTERN (A (X | B){1,3} B) DEFINE B AS B.v >= NEXT(B.v)",
    "MEASURES A.id AS a, C.id AS b, sum(B.v) AS n PATTERN (A B+? C) WITHIN INTERVAL '8' SECOND DEFINE B AS sum(B.v) < 12, C AS C.v > avg(B.v)",
    "MEASURES FIRST(id) AS a, CLASSIFIER() AS b, count(*) AS n ALL ROWS PER MATCH PATTERN (A B* C) WITHIN INTERVAL '6' SECOND DEFINE B AS B.v > A.v, C AS C.v < A.v",
  ]

  @Test(arguments: clauses) func theEndGivesWhatATableGives(_ clause: String) {
    for seed in UInt64(1)...6 {
      var generator = RandomRows(seed: seed &* 40_503)
      let steps = generator.steps()
      let query = "FROM %s MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts \(clause))"
      let shown = "SELECT k, a, b, n "
      let table = runScript(
        """
        CREATE TABLE t (id INT, k STRING, ts TIMESTAMP, v INT) USING memory;
        INSERT INTO t VALUES \(steps.flatMap { $0 }.joined(separator: ", "));
        \(shown)\(query.replacing("%s", with: "t"));
        """, CorpusConfiguration.all[0].options)
      let expected = table.split(separator: "\n").dropFirst().map(String.init).sorted()
      for configuration in CorpusConfiguration.all {
        let stream = runScript(
          """
          CREATE STREAM s (id INT, k STRING, ts TIMESTAMP, v INT, WATERMARK FOR ts AS ts - INTERVAL '4' SECOND) USING memory;
          START QUERY q INTO console AS \(shown)\(query.replacing("%s", with: "s"));
          \(steps.map { "INSERT INTO s VALUES \($0.joined(separator: ", "));\nPROCESS;" }.joined(separator: "\n"))
          CLOSE STREAM s;
          AWAIT QUERY q;
          """, configuration.options)
        let found = stream.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.hasPrefix("step") }.map(String.init).sorted()
        #expect(found == expected, "\(clause), seed \(seed), \(configuration.name)")
      }
    }
  }
}

/// Rows a little out of order in time, none of them late, in steps.
private struct RandomRows {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  private mutating func below(_ bound: UInt64) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % bound)
  }

  mutating func steps() -> [[String]] {
    var id = 0
    var second = 10
    return (0..<5).map { _ in
      (0..<(3 + below(6))).map { _ in
        id += 1
        second += below(3)
        let time = second - below(3)
        return "(\(id), '\(["x", "y"][below(2)])', TIMESTAMP '2024-01-01 10:00:\(time)', \(below(8)))"
      }
    }
  }
}
