import Columnar
import Planning
import Testing

/// ASOF joins against trying every version: late versions, rows taken back, watermarks, every configuration.
@Suite struct AsOfJoinTests {
  @Test(arguments: ["ASOF JOIN", "ASOF LEFT JOIN"], [">=", ">", "<=", "<"])
  func theNearestVersion(_ join: String, _ comparison: String) throws {
    for seed in UInt64(1)...20 {
      var generator = SeededGenerator(seed: seed &* 7_368_787)
      let way = generator.pick(AsOfCase.Way.allCases)
      let case_ = AsOfCase(join, comparison, way, &generator)
      for configuration in RunConfiguration.all {
        if let complaint = try case_.complaint(configuration) {
          Issue.record("seed \(seed), \(way), \(configuration.name): \(complaint)\n\(case_)")
          return
        }
      }
    }
  }
}

/// A random ASOF join and what arrives for it.
private struct AsOfCase: CustomStringConvertible {
  enum Way: String, CaseIterable {
    /// No watermark: everything is kept and corrected.
    case timeless
    /// Watermarks, changes shown at once.
    case changes
    /// Watermarks, rows shown when they are over.
    case final
  }

  struct Row {
    var time: Int?
    var key: Int?
    var id: Int
    var weight = 1
    var values: [Value] {
      [time.map { .int64(Int64($0) * TimedJoinTests.second) } ?? .null, key.map { .int64(Int64($0)) } ?? .null, .int64(Int64(id))]
    }
  }

  var join: String
  var comparison: String
  var way: Way
  var isRightRetractable: Bool
  var steps: [(lefts: [Row], rights: [Row], before: Int?, after: Int?)] = []

  init(_ join: String, _ comparison: String, _ way: Way, _ generator: inout SeededGenerator) {
    self.join = join
    self.comparison = comparison
    self.way = way
    isRightRetractable = way == .timeless && generator.chance(50)
    var now = 100
    var watermark: Int?
    var id = 0
    var live: [Row] = []
    let count = generator.number(2...7)
    for number in 0..<count {
      now += generator.number(0...10)
      func row(_ generator: inout SeededGenerator) -> Row {
        id += 1
        let time = generator.chance(6) ? nil : now - generator.number(0...(generator.chance(20) ? 40 : 9))
        return Row(time: time, key: generator.chance(6) ? nil : generator.number(0...1), id: id)
      }
      let lefts = (0..<generator.number(0...3)).map { _ in row(&generator) }
      var rights: [Row] = []
      for _ in 0..<generator.number(0...3) {
        if isRightRetractable, !live.isEmpty, generator.chance(30) {
          var gone = live.remove(at: generator.number(0...live.count - 1))
          gone.weight = -1
          rights.append(gone)
        } else {
          rights.append(row(&generator))
        }
      }
      live += rights.filter { $0.weight > 0 }
      let before = watermark
      if way != .timeless, generator.chance(80) { watermark = max(watermark ?? .min, now - generator.number(0...8)) }
      if way != .timeless, number == count - 1, generator.chance(40) { watermark = .max }
      steps.append((lefts, rights, before, watermark))
    }
  }

  var sql: String { "SELECT l.id, r.id FROM l \(join) r ON l.k = r.k AND l.ts \(comparison) r.ts" }

  var description: String {
    func text(_ rows: [Row]) -> String {
      rows.map { "\($0.weight > 0 ? "+" : "-")(\($0.time.map(String.init) ?? "NULL"), \($0.key.map(String.init) ?? "NULL"), \($0.id))" }
        .joined(separator: " ")
    }
    return ([sql] + steps.map { "l \(text($0.lefts))  r \(text($0.rights))  W \($0.before ?? -1) → \($0.after ?? -1)" })
      .joined(separator: "\n")
  }

  func complaint(_ configuration: RunConfiguration) throws -> String? {
    let fields = [Field("ts", .timestamp), Field("k", .bigint), Field("id", .bigint)]
    let time = way == .timeless ? nil : 0
    let tables = [
      TimedTable(name: "l", fields: fields, time: time),
      TimedTable(name: "r", fields: fields, time: time, isAppendOnly: !isRightRetractable),
    ]
    let run = try TimedRun(sql, tables, way == .final ? .append : .changelog, configuration)
    var open: [Row] = []
    var versions: [Row] = []
    var done: [String] = []
    var total: [String: Int] = [:]
    var late: Int64 = 0
    for (number, step) in steps.enumerated() {
      let known = versions
      for row in step.rights {
        if let time = row.time, let key = row.key, let watermark = step.before, time <= watermark,
          looksAhead
            ? !open.contains(where: { $0.key == key && isMet($0, row) })
            : known.contains(where: { $0.key == key && $0.time ?? .min > time && $0.time ?? .max <= watermark })
        {
          late += 1
        } else if row.weight > 0 {
          versions.append(row)
        } else {
          versions.removeAll { $0.id == row.id }
        }
      }
      for row in step.lefts {
        if let time = row.time, let watermark = step.before, time <= watermark { late += 1 } else { open.append(row) }
      }
      let isOver = { (row: Row) in
        if looksAhead, row.key != nil, row.time != nil, let after = step.after, after != .max {
          return versions.contains { isMet(row, $0) && $0.time ?? .max <= after }
        }
        return way != .timeless && (row.time.map { time in step.after.map { time <= $0 } ?? false } ?? true)
      }
      let closed = open.filter(isOver).compactMap { answer($0, versions) }
      done += closed
      open = open.filter { !isOver($0) }
      let pushes =
        [(table: 1, rows: step.rights.map(\.values), weights: isRightRetractable ? step.rights.map { Int64($0.weight) } : nil)]
        + [(table: 0, rows: step.lefts.map(\.values), weights: [Int64]?.none)]
      let found = try run.run(
        .init(
          pushes: pushes.filter { !$0.rows.isEmpty }, before: step.before.map { Int64($0) * TimedJoinTests.second },
          after: step.after.map { $0 == .max ? .max : Int64($0) * TimedJoinTests.second }))
      if way == .final {
        let rows = found.map { String($0.dropFirst()) }.sorted()
        if found.contains(where: { $0.hasPrefix("-") }) { return "step \(number): takes back \(found)" }
        if rows != closed.sorted() { return "step \(number): found \(rows), expected \(closed.sorted())" }
      } else {
        for line in found { total[String(line.dropFirst()), default: 0] += line.hasPrefix("+") ? 1 : -1 }
        let rows = total.filter { $0.value != 0 }.flatMap { Array(repeating: $0.value > 0 ? $0.key : "minus \($0.key)", count: abs($0.value)) }.sorted()
        let expected = (done + open.compactMap { answer($0, versions) }).sorted()
        if rows != expected { return "step \(number): found \(rows), expected \(expected)" }
      }
      if run.lateCount != late { return "step \(number): \(run.lateCount) late, expected \(late)" }
    }
    return nil
  }

  private var looksAhead: Bool { comparison.hasPrefix("<") }

  private func isMet(_ row: Row, _ version: Row) -> Bool {
    guard let key = row.key, key == version.key, let time = row.time, let other = version.time else { return false }
    switch comparison {
    case ">=": return other <= time
    case ">": return other < time
    case "<=": return other >= time
    default: return other > time
    }
  }

  private func answer(_ row: Row, _ versions: [Row]) -> String? {
    let candidates = versions.filter { isMet(row, $0) }
    // Of equal times the one that came last.
    let best = candidates.indices.max { a, b in
      let (x, y) = (candidates[a].time ?? 0, candidates[b].time ?? 0)
      if x != y { return comparison.hasPrefix(">") ? x < y : x > y }
      return a < b
    }
    if let best { return "\(row.id)|\(candidates[best].id)" }
    return join.contains("LEFT") ? "\(row.id)|NULL" : nil
  }
}
