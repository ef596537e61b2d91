import Columnar
import Diagnostics
import Testing

@testable import Dataflow

/// Changes of others against a dictionary: what passes, what is told of, and what is left, with restore after every delta.
@Suite struct ChangeGuardTests {
  private static let schema = Schema([Field("id", .bigint), Field("n", .double)])
  private typealias Row = (id: Int64?, n: Double)

  @Test(arguments: [nil, [0]] as [[Int]?])
  func onlyWhatIsThereIsTakenBack(_ key: [Int]?) throws {
    for seed in UInt64(1)...40 {
      var generator = SeededGenerator(seed: seed &* 6_151)
      var known = KnownRows(name: "rows", schema: Self.schema, key: key)
      var naive = Naive(isKeyed: key != nil)
      for step in 0..<30 {
        let rows = (0..<generator.number(1...6)).map { _ in Self.row(&generator) }
        let weights = rows.map { _ in generator.chance(60) ? Int64(1) : -1 }
        let delta = Self.delta(rows, weights)
        let change = known.apply(delta)
        let passed = zip(Self.texts(known.columns(of: change.groups)), change.weights).map { "\($0.1) \($0.0)" }
        known.forget(change, of: delta)
        let (expected, unknown) = naive.apply(rows, weights)
        #expect(passed == expected, "seed \(seed), step \(step)")
        #expect(change.unknown.map { Int($0) } == unknown, "seed \(seed), step \(step)")
        #expect(known.rowCount == naive.kinds, "seed \(seed), step \(step)")
        let saved = try known.snapshot(.full)
        known = KnownRows(name: "rows", schema: Self.schema, key: key)
        try known.restore(saved)
      }
    }
  }

  private static func row(_ generator: inout SeededGenerator) -> Row {
    (generator.chance(10) ? nil : Int64(generator.number(1...4)), [0.0, -0.0, .nan, 1.5][generator.number(0...3)])
  }

  private static func delta(_ rows: [Row], _ weights: [Int64]) -> Delta {
    let ids = PrimitiveColumn(rows.map { $0.id ?? 0 }, validity: Validity(count: rows.count) { rows[$0].id != nil })
    return Delta(Batch([.int64(ids), .float64(PrimitiveColumn(rows.map(\.n)))], count: rows.count), weights: weights)
  }

  private static func texts(_ columns: [Column]) -> [String] {
    (0..<columns[0].count).map { row in
      guard case .float64(let n) = columns[1] else { return "" }
      return text((columns[0].value(at: row).integer, n.values[row]))
    }
  }

  /// Keys are told apart as in GROUP BY (SEM-10).
  private static func text(_ row: Row) -> String {
    "\(row.id.map(String.init) ?? "NULL")/\(row.n.isNaN ? "NaN" : row.n == 0 ? "0" : "\(row.n)")"
  }

  private struct Naive {
    let isKeyed: Bool
    var counts: [String: Int] = [:]
    var current: [String: String] = [:]

    var kinds: Int { isKeyed ? current.count : counts.count }

    mutating func apply(_ rows: [Row], _ weights: [Int64]) -> (passed: [String], unknown: [Int]) {
      var passed: [String] = []
      var unknown: [Int] = []
      for (index, row) in rows.enumerated() {
        let text = ChangeGuardTests.text(row)
        let key = isKeyed ? row.id.map(String.init) ?? "NULL" : text
        let old = current[key]
        switch (weights[index] > 0, isKeyed) {
        case (true, true) where old == text: continue
        case (true, true):
          if let old { passed.append("-1 \(old)") }
          passed.append("1 \(text)")
          current[key] = text
        case (false, true):
          if let old { passed.append("-1 \(old)") } else { unknown.append(index) }
          current[key] = nil
        case (true, false):
          passed.append("1 \(text)")
          counts[text, default: 0] += 1
        case (false, false):
          guard let count = counts[text] else {
            unknown.append(index)
            continue
          }
          passed.append("-1 \(text)")
          counts[text] = count == 1 ? nil : count - 1
        }
      }
      return (passed, unknown)
    }
  }
}
