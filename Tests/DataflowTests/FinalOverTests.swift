import Columnar
import Testing

/// Window functions in order of an event time in APPEND mode, against the row-at-a-time reference: when each row comes, with
/// what, and that it was final.
@Suite struct FinalOverTests {
  static let second: Int64 = 1_000_000
  static let tables = [
    TimedTable(
      name: "l", fields: [Field("ts", .timestamp), Field("k", .bigint), Field("v", .bigint), Field("id", .bigint)], time: 0)
  ]

  @Test func rowsComeWhenAllThatTheyLookAtIsThere() throws {
    for seed in UInt64(1)...120 {
      var generator = SeededGenerator(seed: seed &* 15_485_863)
      let case_ = FinalOverCase(&generator)
      for configuration in RunConfiguration.all {
        if let complaint = try case_.complaint(configuration) {
          Issue.record("seed \(seed), \(configuration.name): \(complaint)\n\(case_)")
          return
        }
      }
    }
  }
}

struct FinalOverCase: CustomStringConvertible {
  typealias Row = ReferenceFinalOver.Row

  let calls: [ReferenceFinalOver.Call]
  let isPartitioned: Bool
  var steps: [(arrivals: [(time: Int?, row: Row)], before: Int?, after: Int?)] = []

  init(_ generator: inout SeededGenerator) {
    isPartitioned = generator.chance(70)
    var calls: [ReferenceFinalOver.Call] = []
    for _ in 0..<generator.number(1...3) { calls.append(.random(&generator)) }
    self.calls = calls
    var now = 100
    var watermark: Int?
    let delay = generator.number(0...4)
    var id = 0
    let count = generator.number(3...9)
    for number in 0..<count {
      now += generator.number(0...6)
      let before = watermark
      var greatest = Int.min
      var arrivals: [(time: Int?, row: Row)] = []
      for _ in 0..<generator.number(0...7) {
        id += 1
        let time = generator.chance(6) ? nil : now - (generator.chance(10) ? generator.number(5...30) : generator.number(0...5))
        let row = Row(
          time: time ?? 0, key: isPartitioned ? generator.number(0...2) : 0,
          value: generator.chance(20) ? nil : generator.number(1...50), id: id)
        arrivals.append((time, row))
        if let time { greatest = max(greatest, time - delay) }
      }
      if greatest > watermark ?? .min { watermark = greatest }
      if number == count - 1, generator.chance(70) { watermark = .max }
      steps.append((arrivals, before, watermark))
    }
  }

  var sql: String {
    let list = calls.enumerated().map { "CAST(\($1.sql) AS BIGINT) AS x\($0)" }.joined(separator: ", ")
    return "SELECT id, \(list) FROM l WINDOW w AS (\(isPartitioned ? "PARTITION BY k " : "")ORDER BY ts)"
  }

  var description: String {
    ([sql]
      + steps.map { step in
        step.arrivals.map { "(\($0.time.map(String.init) ?? "NULL"), \($0.row.key), \($0.row.value.map(String.init) ?? "NULL"), \($0.row.id))" }
          .joined(separator: " ") + "  W \(step.before.map(String.init) ?? "-") → \(step.after.map(String.init) ?? "-")"
      }).joined(separator: "\n")
  }

  func complaint(_ configuration: RunConfiguration) throws -> String? {
    var reference = ReferenceFinalOver(calls)
    let run = try TimedRun(sql, FinalOverTests.tables, .append, configuration)
    var all: [String] = []
    for (number, step) in steps.enumerated() {
      let expected = reference.step(step.arrivals, before: step.before, after: step.after).sorted()
      let rows = step.arrivals.map { time, row -> [Value] in
        [
          time.map { .int64(Int64($0) * FinalOverTests.second) } ?? .null, .int64(Int64(row.key)),
          row.value.map { .int64(Int64($0)) } ?? .null, .int64(Int64(row.id)),
        ]
      }
      let found = try run.run(
        .init(pushes: [(0, rows, nil)], before: step.before.map(Self.micros), after: step.after.map(Self.micros)))
      if found.contains(where: { $0.hasPrefix("-") }) { return "step \(number): takes back \(found)" }
      let lines = found.map { String($0.dropFirst()) }
      if lines.sorted() != expected { return "step \(number): found \(lines.sorted()), expected \(expected)" }
      if run.lateCount != Int64(reference.lateCount) {
        return "step \(number): \(run.lateCount) late, expected \(reference.lateCount)"
      }
      all += lines
    }
    let final = Set(reference.everything)
    if let early = all.first(where: { !final.contains($0) }) { return "\(early) was not final" }
    return nil
  }

  private static func micros(_ seconds: Int) -> Int64 {
    seconds == .max ? .max : Int64(seconds) * FinalOverTests.second
  }
}
