/// Window functions in order of an event time, a row at a time and from first principles: which rows are final is asked of
/// all rows that came, and a value is computed from all of them.
struct ReferenceFinalOver {
  struct Row {
    var time: Int
    var key: Int
    var value: Int?
    var id: Int
  }

  /// A call: its SQL, which rows it must see, and its value for row `at` of a partition in order.
  struct Call {
    var sql: String
    var aheadSeconds = 0
    var aheadRows = 0
    var aheadTimes = 0
    var looksAtPeers = false
    var value: (_ at: Int, _ rows: [Row]) -> Int?
  }

  let calls: [Call]
  private(set) var rows: [Row] = []
  private(set) var lateCount = 0
  private var shown: Set<Int> = []

  init(_ calls: [Call]) { self.calls = calls }

  /// Rows that come, each with its time or nil, at watermark `before`, and what is final at watermark `after` (nil: no
  /// watermark yet; `Int.max`: the end).
  mutating func step(_ arrivals: [(time: Int?, row: Row)], before: Int?, after: Int?) -> [String] {
    for (time, row) in arrivals {
      guard let time else { continue }
      if let before, time <= before { lateCount += 1 } else { rows.append(Row(time: time, key: row.key, value: row.value, id: row.id)) }
    }
    guard let after else { return [] }
    var output: [String] = []
    for (_, partition) in Dictionary(grouping: rows, by: \.key) {
      let order = partition.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
      for at in 0..<finalCount(order, after) where shown.insert(order[at].id).inserted {
        output.append(line(at, order))
      }
    }
    return output
  }

  /// What all rows together give, whenever they are shown.
  var everything: [String] {
    Dictionary(grouping: rows, by: \.key).values.flatMap { partition in
      let order = partition.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
      return order.indices.map { line($0, order) }
    }
  }

  private func line(_ at: Int, _ order: [Row]) -> String {
    ([String(order[at].id)] + calls.map { $0.value(at, order).map(String.init) ?? "NULL" }).joined(separator: "|")
  }

  private func finalCount(_ order: [Row], _ watermark: Int) -> Int {
    if watermark == .max { return order.count }
    let aheadSeconds = calls.map(\.aheadSeconds).max() ?? 0
    let passed = order.filter { $0.time + aheadSeconds <= watermark }
    let isWaiting = calls.contains { $0.aheadRows > 0 || $0.aheadTimes > 0 }
    func isFollowed(_ at: Int) -> Bool {
      let laterTimes = Set(passed.filter { $0.time > passed[at].time }.map(\.time)).count
      return calls.allSatisfy { passed.count - 1 - at >= $0.aheadRows && laterTimes >= $0.aheadTimes }
    }
    var count = passed.indices.count(where: isFollowed)
    // Rows of one time come together where a call looks at them together.
    if isWaiting, calls.contains(where: \.looksAtPeers), count < passed.count {
      while count > 0, passed[count - 1].time == passed[count].time { count -= 1 }
    }
    return count
  }
}

extension ReferenceFinalOver.Call {
  /// A random call over the window `w`.
  static func random(_ generator: inout SeededGenerator) -> Self {
    let n = generator.number(1...3)
    let back = generator.number(0...3)
    let ahead = generator.number(0...3)
    switch generator.number(0...13) {
    case 0: return .init(sql: "row_number() OVER w") { at, _ in at + 1 }
    case 1:
      return .init(sql: "rank() OVER w", looksAtPeers: true) { at, rows in 1 + rows.count { $0.time < rows[at].time } }
    case 2:
      return .init(sql: "dense_rank() OVER w", looksAtPeers: true) { at, rows in
        1 + Set(rows.filter { $0.time < rows[at].time }.map(\.time)).count
      }
    case 3: return .init(sql: "lag(v, \(n)) OVER w") { at, rows in at >= n ? rows[at - n].value : nil }
    case 4:
      return .init(sql: "lead(v, \(n)) OVER w", aheadRows: n) { at, rows in at + n < rows.count ? rows[at + n].value : nil }
    case 5: return .init(sql: "lag(v) IGNORE NULLS OVER w") { at, rows in rows[..<at].last { $0.value != nil }?.value }
    case 6:
      return .init(sql: "sum(v) OVER (w ROWS BETWEEN \(back) PRECEDING AND \(ahead) FOLLOWING)", aheadRows: ahead) { at, rows in
        sum(rows[max(0, at - back)...min(rows.count - 1, at + ahead)])
      }
    case 7:
      return .init(
        sql: "sum(v) OVER (w RANGE BETWEEN INTERVAL \(back) SECONDS PRECEDING AND INTERVAL \(ahead) SECONDS FOLLOWING)",
        aheadSeconds: ahead, looksAtPeers: false
      ) { at, rows in sum(rows.filter { isWithin($0.time - rows[at].time, back, ahead) }[...]) }
    case 8:
      return .init(sql: "sum(v) OVER w", looksAtPeers: true) { at, rows in sum(rows.filter { $0.time <= rows[at].time }[...]) }
    case 9: return .init(sql: "first_value(v) OVER w", looksAtPeers: true) { _, rows in rows[0].value }
    case 10:
      return .init(sql: "last_value(v) OVER w", looksAtPeers: true) { at, rows in
        rows.last { $0.time <= rows[at].time }.flatMap(\.value)
      }
    case 11:
      return .init(sql: "nth_value(v, \(n)) OVER w", looksAtPeers: true) { at, rows in
        let frame = rows.filter { $0.time <= rows[at].time }
        return frame.count >= n ? frame[n - 1].value : nil
      }
    case 12:
      return .init(
        sql: "count(*) OVER (w GROUPS BETWEEN \(back) PRECEDING AND \(ahead) FOLLOWING)", aheadTimes: ahead, looksAtPeers: true
      ) { at, rows in
        let times = Set(rows.map(\.time)).sorted()
        let place = times.firstIndex(of: rows[at].time) ?? 0
        let frame = times[max(0, place - back)...min(times.count - 1, place + ahead)]
        return rows.count { frame.contains($0.time) }
      }
    default:
      return .init(sql: "sum(v) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND \(n) FOLLOWING)", aheadRows: n) { at, rows in
        sum(rows[...min(rows.count - 1, at + n)])
      }
    }
  }

  private static func sum(_ rows: ArraySlice<ReferenceFinalOver.Row>) -> Int? {
    let values = rows.compactMap(\.value)
    return values.isEmpty ? nil : values.reduce(0, +)
  }

  private static func isWithin(_ distance: Int, _ back: Int, _ ahead: Int) -> Bool { distance >= -back && distance <= ahead }
}
