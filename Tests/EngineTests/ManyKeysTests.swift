import Diagnostics
import Engine
import Testing

/// More rows than the thresholds at which operators change their way: values are noted until they are worth sorting.
@Suite struct ManyKeysTests {
  private static let counts = CorpusConfiguration.all.filter { $0.batchRowsMax > 1 && $0.optimizes }

  private func answer(_ sql: String, _ configuration: CorpusConfiguration) -> [String] {
    runScript(sql, configuration.options).split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
  }

  @Test(arguments: counts) func keysThatHardlyRepeat(_ configuration: CorpusConfiguration) {
    // Nearly all keys once, then a few very often, then the first ones again.
    let keys = "SELECT CASE WHEN id < 120000 THEN id WHEN id < 160000 THEN id % 10 ELSE id - 160000 END AS k, id FROM range(200000)"
    #expect(
      answer(
        "SELECT count(*), sum(n), max(n), min(least), sum(most) FROM (SELECT k, count(*) n, min(id) least, max(id) most FROM (\(keys)) GROUP BY k);",
        configuration)
        == ["120000\t200000\t4002\t0\t\(Self.sumOfMost)"])
    #expect(answer("SELECT k, count(*) FROM (\(keys)) GROUP BY k LIMIT 2;", configuration) == ["0\t4002", "1\t4002"])
    #expect(
      answer("SELECT concat(k, 'x'), count(*) FROM (\(keys)) GROUP BY concat(k, 'x') LIMIT 2;", configuration) == ["0x\t4002", "1x\t4002"])
  }

  /// The greatest `id` of each key, summed.
  private static var sumOfMost: Int {
    (0..<120_000).reduce(0) { sum, key in sum + (key < 40_000 ? key + 160_000 : key) }
  }

  @Test(arguments: counts) func percentilesOfManyValues(_ configuration: CorpusConfiguration) {
    let rows = "SELECT id * 7919 % 200003 AS x, id % 3 AS g FROM range(200003)"
    #expect(
      answer("SELECT median(x), percentile_cont(0.25) WITHIN GROUP (ORDER BY x DESC), mode(x % 7), size(collect_set(x % 90001)) FROM (\(rows));", configuration)
        == ["100001.0\t150001.5\t0\t90001"])
    // Few values, very often: summed again and again.
    #expect(
      answer(
        "SELECT g, percentile_disc(0.5) WITHIN GROUP (ORDER BY x % 100), mode(x % 100 = 5), percentile(x % 2, 0.9) FROM (\(rows)) GROUP BY g;", configuration)
        == ["0\t50.0\tfalse\t1.0", "1\t49.0\tfalse\t1.0", "2\t49.0\tfalse\t1.0"])
  }

  @Test(arguments: counts) func distinctValuesOfSeveralFilters(_ configuration: CorpusConfiguration) {
    let rows = "SELECT id % 4 AS g, id * 31 % 5003 AS x, id FROM range(60000)"
    #expect(
      answer(
        """
        SELECT g, count(DISTINCT x), count(DISTINCT x) FILTER (WHERE x < 1000), count(DISTINCT x) FILTER (WHERE id < 400), sum(DISTINCT x) FILTER (WHERE x < 10),
          count(DISTINCT id % 7, x) FILTER (WHERE x = 1) FROM (\(rows)) GROUP BY g;
        """, configuration) == (0..<4).map { Self.distinctLine($0) })
    #expect(
      answer(
        "SELECT count(DISTINCT x), count(DISTINCT x) FILTER (WHERE x < 0), count(DISTINCT x) FILTER (WHERE g = 1 AND x < 50) FROM (\(rows));", configuration)
        == ["5003\t0\t50"])
  }

  private static func distinctLine(_ group: Int) -> String {
    let ids = (0..<60_000).filter { $0 % 4 == group }
    func x(_ id: Int) -> Int { id * 31 % 5003 }
    let all = Set(ids.map(x))
    let few = Set(ids.filter { $0 < 400 }.map(x))
    let pairs = Set(ids.filter { x($0) == 1 }.map { $0 % 7 })
    return "\(group)\t\(all.count)\t\(all.filter { $0 < 1000 }.count)\t\(few.count)\t\(all.filter { $0 < 10 }.reduce(0, +))\t\(pairs.count)"
  }

  @Test(arguments: counts) func textsOfManyRows(_ configuration: CorpusConfiguration) {
    let joined = (0..<3000).map { String($0 * 7 % 3001) }
    let sorted = (0..<3000).map { $0 * 7 % 3001 }.sorted(by: >).map(String.init)
    #expect(
      answer("SELECT listagg(x, '-'), listagg(x, '-') WITHIN GROUP (ORDER BY x DESC) FROM (SELECT id * 7 % 3001 AS x FROM range(3000));", configuration)
        == [joined.joined(separator: "-") + "\t" + sorted.joined(separator: "-")])
  }
}
