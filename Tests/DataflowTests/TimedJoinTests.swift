import Columnar
import Planning
import Testing

/// Joins with bounds on time against the row-at-a-time reference: every kind, in APPEND and CHANGELOG, with late rows, NULL
/// times and keys, and in every configuration.
@Suite struct TimedJoinTests {
  static let second: Int64 = 1_000_000

  static let tables = tables(watermarked: (true, true))

  static func tables(watermarked: (left: Bool, right: Bool)) -> [TimedTable] {
    [("l", watermarked.left), ("r", watermarked.right)].map { name, hasTime in
      TimedTable(
        name: name, fields: [Field("ts", .timestamp), Field("k", .bigint), Field("id", .bigint)], time: hasTime ? 0 : nil)
    }
  }

  @Test(arguments: ReferenceTimedJoin.Kind.allCases)
  func rowsComeOutWhenTheirTimeIsOver(_ kind: ReferenceTimedJoin.Kind) throws {
    for seed in UInt64(1)...25 {
      for isFinal in [true, false] {
        var generator = SeededGenerator(seed: seed &* 104_729)
        let case_ = TimedJoinCase(kind, &generator)
        for configuration in RunConfiguration.all {
          if let complaint = try case_.complaint(isFinal: isFinal, configuration) {
            Issue.record("seed \(seed), \(kind), final \(isFinal), \(configuration.name): \(complaint)\n\(case_)")
            return
          }
        }
      }
    }
  }

  /// State holds no more than the rows that EXPLAIN says, and does not grow (issue: a long run).
  @Test func stateIsFlat() throws {
    let run = try TimedRun(
      "SELECT l.id, r.id FROM l LEFT JOIN r ON l.k = r.k AND r.ts BETWEEN l.ts AND l.ts + INTERVAL 15 SECONDS",
      Self.tables, .append, RunConfiguration.all[0])
    var generator = SeededGenerator(seed: 11)
    var watermark: Int64?
    var now = 0
    var times: [[Int]] = [[], []]
    var greatestEarly = 0
    for step in 0..<400 {
      now += 5
      var pushes: [(table: Int, rows: [[Value]], weights: [Int64]?)] = []
      for table in 0...1 {
        let rows = (0..<250).map { _ in
          [Value.int64(Int64(now - generator.number(0...8)) * Self.second), .int64(Int64(generator.number(0...5000))), .int64(1)]
        }
        times[table] += rows.compactMap { $0[0].integer.map { Int($0 / Self.second) } }
        pushes.append((table, rows, nil))
      }
      let after = Int64(now - 10) * Self.second
      _ = try run.run(.init(pushes: pushes, before: watermark, after: after))
      watermark = after
      // its >= watermark - 15 s, cts >= watermark
      times[0].removeAll { $0 < now - 25 }
      times[1].removeAll { $0 < now - 10 }
      #expect(run.stateRows <= times[0].count + times[1].count, "step \(step)")
      if step < 40 { greatestEarly = max(greatestEarly, run.graph.stateBytes) }
      if step > 300 { #expect(run.graph.stateBytes <= greatestEarly * 2, "step \(step)") }
    }
    #expect(run.lateCount == 0)
  }
}

/// A random join and what arrives for it.
struct TimedJoinCase: CustomStringConvertible {
  typealias Arrival = (ReferenceTimedJoin.Side, ReferenceTimedJoin.Row)

  var kind: ReferenceTimedJoin.Kind
  var lowest: Int?
  var highest: Int?
  var isExact: Bool
  var condition: String
  /// Which of the two times has a watermark: mostly both.
  var watermarked: (left: Bool, right: Bool)
  var steps: [(arrivals: [Arrival], before: Int?, after: Int?)] = []

  init(_ kind: ReferenceTimedJoin.Kind, _ generator: inout SeededGenerator) {
    self.kind = kind
    let low = generator.number(-12...8)
    let high = low + generator.number(0...15)
    isExact = generator.chance(20)
    if isExact {
      lowest = 0
      highest = 0
      condition = "l.ts = r.ts"
    } else {
      // A strict bound is a whole second further out.
      let (lowStrict, highStrict) = (generator.chance(30), generator.chance(30))
      lowest = low
      highest = high
      let lowText = "r.ts \(lowStrict ? ">" : ">=") l.ts + INTERVAL '\(low - (lowStrict ? 1 : 0))' SECOND"
      let highText = "r.ts - l.ts \(highStrict ? "<" : "<=") INTERVAL '\(high + (highStrict ? 1 : 0))' SECOND"
      condition = "\(lowText) AND \(highText)"
    }
    watermarked = [(true, true), (true, true), (true, false), (false, true)][generator.number(0...3)]
    var now = 100
    var watermark: Int?
    var seen: [Int?] = [nil, nil]
    let delays = [generator.number(0...6), generator.number(0...6)]
    var id = 0
    for _ in 0..<generator.number(3...8) {
      now += generator.number(0...14)
      var arrivals: [Arrival] = []
      for _ in 0..<generator.number(0...7) {
        let side = generator.number(0...1)
        id += 1
        let time = generator.chance(6) ? nil : now - (generator.chance(15) ? generator.number(10...50) : generator.number(0...8))
        let key = generator.chance(8) ? nil : generator.number(0...1)
        arrivals.append((side == 0 ? .left : .right, .init(time: time, key: key, id: id)))
        if let time { seen[side] = max(seen[side] ?? .min, time - delays[side]) }
      }
      let before = watermark
      let known = [watermarked.left ? seen[0] : .max, watermarked.right ? seen[1] : .max]
      if let a = known[0], let b = known[1] { watermark = max(watermark ?? .min, min(a, b)) }
      steps.append((arrivals, before, watermark))
    }
  }

  var sql: String {
    let columns = kind == .semi || kind == .anti ? "l.id" : "l.id, r.id"
    return "SELECT \(columns) FROM l \(kind.rawValue) r ON l.k = r.k AND \(condition)"
  }

  var description: String {
    ([sql]
      + steps.map { step in
        step.arrivals.map { "\($0.0 == .left ? "l" : "r")(\($0.1.time.map(String.init) ?? "NULL"), \($0.1.key.map(String.init) ?? "NULL"), \($0.1.id))" }
          .joined(separator: " ") + "  W \(step.before.map(String.init) ?? "-") → \(step.after.map(String.init) ?? "-")"
      }).joined(separator: "\n")
  }

  func complaint(isFinal: Bool, _ configuration: RunConfiguration) throws -> String? {
    var reference = ReferenceTimedJoin(
      kind: kind, lowest: lowest, highest: highest, isExact: isExact, isFinal: isFinal,
      watermarked: watermarked)
    // What may change until the end is held back to it.
    if isFinal, !reference.isEverFinal { return nil }
    let run = try TimedRun(sql, TimedJoinTests.tables(watermarked: watermarked), isFinal ? .append : .changelog, configuration)
    var total: [String: Int] = [:]
    for (number, step) in steps.enumerated() {
      let expected = reference.step(step.arrivals, before: step.before, after: step.after)
      let found = try run.run(Self.step(step.arrivals, step.before, step.after))
      if isFinal {
        let rows = found.map { String($0.dropFirst()) }.sorted()
        if found.contains(where: { $0.hasPrefix("-") }) { return "step \(number): takes back \(found)" }
        if rows != expected.sorted() { return "step \(number): found \(rows), expected \(expected.sorted())" }
      } else {
        for line in found { total[String(line.dropFirst()), default: 0] += line.hasPrefix("+") ? 1 : -1 }
        let sums = total.filter { $0.value != 0 }
        let answer = reference.total.filter { $0.value != 0 }
        if sums != answer { return "step \(number): found \(sums), expected \(answer)" }
      }
      if run.lateCount != Int64(reference.lateCount) {
        return "step \(number): \(run.lateCount) late, expected \(reference.lateCount)"
      }
      if run.stateRows > reference.keptCount { return "step \(number): keeps \(run.stateRows) of \(reference.keptCount)" }
    }
    return nil
  }

  private static func step(_ arrivals: [Arrival], _ before: Int?, _ after: Int?) -> TimedRun.Step {
    let pushes = arrivals.map { side, row in
      (
        table: side == .left ? 0 : 1,
        rows: [[row.time.map { .int64(Int64($0) * TimedJoinTests.second) } ?? .null, row.key.map { .int64(Int64($0)) } ?? .null, Value.int64(Int64(row.id))]],
        weights: [Int64]?.none
      )
    }
    return TimedRun.Step(
      pushes: pushes, before: before.map { Int64($0) * TimedJoinTests.second },
      after: after.map { Int64($0) * TimedJoinTests.second })
  }
}
