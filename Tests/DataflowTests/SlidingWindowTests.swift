import Columnar
import Planning
import Testing

/// Sliding windows, which are put together from panes, against a reference that adds every row to every one of its windows: in
/// APPEND and CHANGELOG, with and without a watermark, with late rows, NULLs and times far out of order, in every configuration.
@Suite struct SlidingWindowTests {
  static let table = TimedTable(
    name: "l", fields: [Field("ts", .timestamp), Field("k", .bigint), Field("v", .bigint)], time: 0)

  @Test(arguments: [true, false]) func windowsAreThoseOfTheReference(isFinal: Bool) throws {
    for seed in UInt64(1)...60 {
      var generator = SeededGenerator(seed: seed &* 7919)
      let case_ = SlidingCase(isFinal: isFinal, &generator)
      for configuration in RunConfiguration.all {
        if let complaint = try case_.complaint(configuration) {
          Issue.record("seed \(seed), final \(isFinal), \(configuration.name): \(complaint)\n\(case_)")
          return
        }
      }
    }
  }
}

/// Adds rows to windows one at a time.
private struct ReferenceSliding {
  struct Row {
    var time: Int?
    var key: Int?
    var value: Int?
  }

  struct Window: Hashable {
    var key: Int?
    var start: Int
  }

  var size: Int
  var slide: Int
  var isFinal: Bool
  /// The rows of each window that is not over, and the place in the input of the first.
  private(set) var windows: [Window: (values: [Int?], first: Int)] = [:]
  private(set) var lateCount = 0
  /// Panes that rows are in, by key, with the end of the last window that holds them.
  private var panes: [Window: Int] = [:]
  private var place = 0

  init(size: Int, slide: Int, isFinal: Bool) {
    self.size = size
    self.slide = slide
    self.isFinal = isFinal
  }

  var paneCount: Int { panes.count }

  private func floor(_ time: Int, _ step: Int) -> Int { time - ((time % step) + step) % step }

  private func text(_ window: Window, _ values: [Int?]) -> String {
    let known = values.compactMap { $0 }
    let value = { (number: Int?) -> Value in number.map { .int64(Int64($0)) } ?? .null }
    return ReferenceOrder.text([
      value(window.start), value(window.key), value(values.count), value(known.isEmpty ? nil : known.reduce(0, +)),
      value(known.max()),
    ])
  }

  /// The lines of a step, in order.
  mutating func step(_ rows: [Row], before: Int?, after: Int?) -> [String] {
    let old = windows
    var touched: Set<Window> = []
    for row in rows {
      place += 1
      guard let time = row.time else { continue }
      let last = floor(time, slide)
      if let before, last + size <= before {
        lateCount += 1
        continue
      }
      panes[Window(key: row.key, start: floor(time, divisor(size, slide)))] = last + size
      var start = last
      while start + size > time {
        if before.map({ start + size > $0 }) ?? true {
          let window = Window(key: row.key, start: start)
          windows[window, default: ([], place)].values.append(row.value)
          touched.insert(window)
        }
        start -= slide
      }
    }
    let over = windows.keys.filter { window in after.map { window.start + size <= $0 } ?? false }
    let shown = (isFinal ? Set(over) : touched).sorted {
      (windows[$0]?.first ?? 0, $0.start) < (windows[$1]?.first ?? 0, $1.start)
    }
    var lines: [String] = []
    for window in shown {
      let now = text(window, windows[window]?.values ?? [])
      let then = isFinal ? nil : old[window].map { text(window, $0.values) }
      if now == then { continue }
      if let then { lines.append("-" + then) }
      lines.append("+" + now)
    }
    for window in over { windows[window] = nil }
    if let after { panes = panes.filter { $0.value > after } }
    return lines
  }

  private func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
}

private struct SlidingCase: CustomStringConvertible {
  typealias Row = ReferenceSliding.Row

  var size: Int
  var slide: Int
  var isFinal: Bool
  var steps: [(rows: [Row], before: Int?, after: Int?)] = []

  init(isFinal: Bool, _ generator: inout SeededGenerator) {
    self.isFinal = isFinal
    // Divisors and others, and one of many panes.
    (size, slide) = generator.pick([(10, 2), (10, 5), (10, 3), (6, 4), (24, 1), (20, 10)])
    let isTimed = isFinal || generator.chance(60)
    let isWild = generator.chance(30)
    var now = 100
    var watermark: Int?
    var seen: Int?
    let delay = generator.number(0...8)
    for _ in 0..<generator.number(3...9) {
      now += generator.number(0...14)
      var rows: [Row] = []
      for _ in 0..<generator.pick([0, 1, 3, 8, 30]) {
        let back = isWild ? generator.number(0...90) : generator.chance(15) ? generator.number(8...40) : generator.number(0...6)
        let time = generator.chance(4) ? nil : now - back
        let key = generator.chance(8) ? nil : generator.number(0...2)
        rows.append(Row(time: time, key: key, value: generator.chance(15) ? nil : generator.number(-3...3)))
        if let time { seen = max(seen ?? .min, time - delay) }
      }
      let before = watermark
      if isTimed, let seen { watermark = max(watermark ?? .min, seen) }
      steps.append((rows, before, watermark))
    }
  }

  var sql: String {
    """
    SELECT unix_seconds(window.start) AS s, k, count(*), sum(v), max(v) FROM l
    GROUP BY window(ts, '\(size) seconds', '\(slide) seconds'), k
    """
  }

  var description: String {
    ([sql]
      + steps.map { step in
        step.rows.map { row in [row.time, row.key, row.value].map { $0.map(String.init) ?? "NULL" }.joined(separator: ",") }
          .joined(separator: " ") + "  W \(step.before.map(String.init) ?? "-") → \(step.after.map(String.init) ?? "-")"
      }).joined(separator: "\n")
  }

  func complaint(_ configuration: RunConfiguration) throws -> String? {
    var reference = ReferenceSliding(size: size, slide: slide, isFinal: isFinal)
    let run = try TimedRun(sql, [SlidingWindowTests.table], isFinal ? .append : .changelog, configuration)
    for (number, step) in steps.enumerated() {
      let expected = reference.step(step.rows, before: step.before, after: step.after)
      let found = try run.run(Self.step(step))
      if found != expected { return "step \(number): found \(found), expected \(expected)" }
      if run.lateCount != Int64(reference.lateCount) {
        return "step \(number): \(run.lateCount) late, expected \(reference.lateCount)"
      }
      if run.stateRows != reference.paneCount {
        return "step \(number): keeps \(run.stateRows) panes, expected \(reference.paneCount)"
      }
      let open = run.graph.report.compactMap(\.openGroups?.count).reduce(0, +)
      if step.after != nil, open != reference.windows.count {
        return "step \(number): says that \(open) windows are open of \(reference.windows.count)"
      }
    }
    return nil
  }

  private static func step(_ step: (rows: [Row], before: Int?, after: Int?)) -> TimedRun.Step {
    // Two pushes: a snapshot may be taken between them.
    let half = step.rows.count / 2
    let pushes = [step.rows[..<half], step.rows[half...]].filter { !$0.isEmpty }.map { rows in
      (
        table: 0,
        rows: rows.map { row in
          [row.time.map { Int64($0) * 1_000_000 }, row.key.map { Int64($0) }, row.value.map { Int64($0) }]
            .map { number -> Value in number.map { .int64($0) } ?? .null }
        },
        weights: [Int64]?.none
      )
    }
    return TimedRun.Step(
      pushes: pushes, before: step.before.map { Int64($0) * 1_000_000 }, after: step.after.map { Int64($0) * 1_000_000 })
  }
}
