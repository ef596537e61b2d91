import Columnar

/// Rows of a key whose times are at most a gap apart: key, start, end, how many rows, how many different times.
struct ReferenceSessions {
  var key: Int?
  /// A column of whole numbers; what is left of them by `modulus` are the seconds.
  var time: Int
  var gapSeconds: Int64
  /// Asks for something that needs the rows themselves.
  var countsDistinct: Bool

  static let modulus: Int64 = 20

  func rows(_ input: [ReferenceRow]) -> [ReferenceRow] {
    var keys: [(key: [Value], rows: [(time: Int64, position: Int)])] = []
    for row in input {
      guard case .int64(let number) = row.values[time] else { continue }
      let key = self.key.map { [row.values[$0]] } ?? []
      let index = keys.firstIndex { ReferenceOrder.text($0.key) == ReferenceOrder.text(key) } ?? keys.count
      if index == keys.count { keys.append((key, [])) }
      keys[index].rows.append((number % Self.modulus, row.position))
    }
    var result: [ReferenceRow] = []
    for (key, rows) in keys {
      var session: [(time: Int64, position: Int)] = []
      func close() {
        guard let first = session.first, let last = session.last else { return }
        var values = key + [.int64(first.time), .int64(last.time + gapSeconds), .int64(Int64(session.count))]
        if countsDistinct { values.append(.int64(Int64(Set(session.map(\.time)).count))) }
        result.append(ReferenceRow(values: values, position: session.map(\.position).min() ?? 0))
      }
      for row in rows.sorted(by: { $0.time < $1.time }) {
        if let last = session.last, row.time > last.time + gapSeconds {
          close()
          session = []
        }
        session.append(row)
      }
      close()
    }
    return result
  }

  func sql(_ input: String) -> String {
    let seconds = "timestamp_seconds(c\(time) % \(Self.modulus)L)"
    let names = key.map { ["c\($0)"] } ?? []
    let window = "session_window(\(seconds), '\(gapSeconds) seconds')"
    let items =
      names + ["unix_seconds(session_window.start)", "unix_seconds(session_window.end)", "count(*)"]
      + (countsDistinct ? ["count(DISTINCT \(seconds))"] : [])
    let list = items.enumerated().map { "\($0.element) AS c\($0.offset)" }.joined(separator: ", ")
    return "SELECT \(list) FROM (\(input)) AS q GROUP BY \((names + [window]).joined(separator: ", "))"
  }
}
