import Columnar

/// Two streams `l` and `r` of (ts, k, v) without an end: five seconds a step, rows up to eight seconds out of order, a watermark
/// ten seconds behind.
struct SoakInput {
  static let second: Int64 = 1_000_000
  static let stepRows = 250
  static let keys = 40
  static let tables = ["l", "r"].map { name in
    TimedTable(name: name, fields: [Field("ts", .timestamp), Field("k", .bigint), Field("v", .bigint)], time: 0)
  }

  private var generator: SeededGenerator
  private var now: Int64 = 0
  private(set) var before: Int64?
  private(set) var recent = RecentRows()

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  var after: Int64 { recent.watermark }

  /// The rows of one step.
  mutating func next(tables: Int) -> [(table: Int, batch: Batch)] {
    before = now == 0 ? nil : recent.watermark
    now += 5
    var batches: [(table: Int, batch: Batch)] = []
    for table in 0..<tables {
      var columns: [[Int64]] = [[], [], []]
      for _ in 0..<(Self.stepRows / tables) {
        let micros = now * Self.second - Int64(generator.number(0...8_000)) * 1_000
        let row = RecentRows.Row(time: micros, key: Int64(generator.number(0...Self.keys - 1)))
        recent.rows[table].append(row)
        columns[0].append(row.time)
        columns[1].append(row.key)
        columns[2].append(Int64(generator.number(0...1000)))
      }
      let count = columns[0].count
      batches.append((table, Batch(columns.map { .int64(PrimitiveColumn($0)) }, count: count)))
    }
    recent.watermark = (now - 10) * Self.second
    recent.forget(before: recent.watermark - 60 * Self.second)
    return batches
  }
}

/// What came lately, to count what a bound allows.
struct RecentRows {
  struct Row: Hashable {
    var time: Int64
    var key: Int64
  }

  var rows: [[Row]] = [[], []]
  var watermark: Int64 = 0

  mutating func forget(before time: Int64) {
    for table in rows.indices { rows[table].removeAll { $0.time < time } }
  }

  func count(_ table: Int = 0, where isKept: (Int64) -> Bool) -> Int { rows[table].count { isKept($0.time) } }

  /// Pairs of key and window of `size` every `slide` that end behind the watermark.
  func windows(_ size: Int64, every slide: Int64, of table: Int = 0) -> [Row: Int] {
    var found: [Row: Int] = [:]
    for row in rows[table] {
      var start = row.time - row.time % slide
      while start > row.time - size {
        if start + size > watermark { found[Row(time: start, key: row.key), default: 0] += 1 }
        start -= slide
      }
    }
    return found
  }

  /// Sessions of a key, rows less than `gap` apart, that end behind the watermark.
  func sessions(gap: Int64) -> Int {
    var count = 0
    for (_, times) in Dictionary(grouping: rows[0], by: \.key) {
      let times = times.map(\.time).sorted()
      for (index, time) in times.enumerated() where time + gap > watermark {
        if index == times.count - 1 || times[index + 1] >= time + gap { count += 1 }
      }
    }
    return count
  }
}
