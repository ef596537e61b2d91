import Planning
import Testing

/// A query whose state the watermark bounds, and what that bound is, as EXPLAIN words it and as a number of rows.
struct SoakCase: CustomTestStringConvertible, Sendable {
  struct Bound: Sendable {
    var text: String
    var rows: @Sendable (RecentRows) -> Int
  }

  var name: String
  var sql: String
  var mode: OutputMode = .append
  var tables = 1
  var showsEveryStep = true
  /// Of the operators with state, the root first.
  var bounds: [Bound]

  var testDescription: String { name }
}

private let second = SoakInput.second
private let timed = "l.k = r.k AND r.ts BETWEEN l.ts - INTERVAL 5 SECONDS AND l.ts + INTERVAL 15 SECONDS"
private let timedBound = SoakCase.Bound(
  text: "rows of the left side with ts >= watermark - 15 s, rows of the right side with ts >= watermark - 5 s"
) { recent in
  recent.count { $0 >= recent.watermark - 15 * second } + recent.count(1) { $0 >= recent.watermark - 5 * second }
}
private let asOfBound = SoakCase.Bound(
  text: "rows of the left side with ts > watermark, for each key the right rows with ts > watermark and one before them"
) { recent in
  recent.count { $0 > recent.watermark } + recent.count(1) { $0 > recent.watermark } + SoakInput.keys
}
private func windowBound(_ name: String, _ text: String, _ size: Int64, every slide: Int64, of what: String = "groups") -> SoakCase.Bound {
  .init(text: "\(what) whose \(name) + \(text) is ahead of the watermark") { $0.windows(size * second, every: slide * second).count }
}

extension SoakCase {
  static let all = aggregates + joins + rows

  private static let aggregates = [
    SoakCase(
      name: "tumbling window",
      sql: "SELECT window(ts, '10 seconds') AS w, k, count(*) AS n FROM l GROUP BY window(ts, '10 seconds'), k",
      showsEveryStep: false, bounds: [windowBound("window_start", "10 s", 10, every: 10)]),
    SoakCase(
      name: "tumbling window, update mode, distinct values",
      sql: "SELECT window(ts, '10 seconds') AS w, k, count(DISTINCT v) AS n, max(v) FROM l GROUP BY window(ts, '10 seconds'), k",
      mode: .update, bounds: [windowBound("window_start", "10 s", 10, every: 10)]),
    SoakCase(
      name: "sliding window",
      sql: "SELECT window(ts, '20 seconds', '5 seconds') AS w, k, sum(v) FROM l GROUP BY window(ts, '20 seconds', '5 seconds'), k",
      bounds: [windowBound("window_start", "20 s", 20, every: 5, of: "panes of windows")]),
    SoakCase(
      name: "window over window",
      sql: """
        SELECT window(w, '20 seconds') AS x, count(*) AS n, sum(c)
        FROM (SELECT window(ts, '5 seconds') AS w, k, count(*) AS c FROM l GROUP BY window(ts, '5 seconds'), k)
        GROUP BY window(w, '20 seconds')
        """,
      showsEveryStep: false,
      bounds: [windowBound("window_start", "20 s", 20, every: 20), windowBound("window_start", "5 s", 5, every: 5)]),
    SoakCase(
      name: "session window",
      sql: "SELECT session_window(ts, '1 second') AS w, k, count(*) AS n FROM l GROUP BY session_window(ts, '1 second'), k",
      bounds: [.init(text: "sessions whose end is ahead of the watermark") { $0.sessions(gap: second) }]),
    SoakCase(
      name: "session window, update mode",
      sql: "SELECT session_window(ts, '1 second') AS w, k, count(*) AS n FROM l GROUP BY session_window(ts, '1 second'), k",
      mode: .update,
      bounds: [.init(text: "sessions whose end is ahead of the watermark") { $0.sessions(gap: second) }]),
    SoakCase(
      name: "timeout", sql: "SELECT k + v * 100 AS id, count(*) AS n FROM l GROUP BY k + v * 100 TIMEOUT 10 SECONDS",
      mode: .update,
      bounds: [
        .init(text: "groups touched within 10 s of the watermark") { recent in
          recent.count { $0 + 10 * second > recent.watermark }
        }
      ]),
  ]

  private static let joins = [
    SoakCase(name: "timed join", sql: "SELECT l.v, r.v FROM l JOIN r ON \(timed)", tables: 2, bounds: [timedBound]),
    SoakCase(
      name: "timed join, many keys",
      sql: "SELECT l.v, r.v FROM l JOIN r ON l.v = r.v AND r.ts BETWEEN l.ts - INTERVAL 5 SECONDS AND l.ts + INTERVAL 15 SECONDS",
      tables: 2, bounds: [timedBound]),
    SoakCase(name: "timed left join", sql: "SELECT l.v, r.v FROM l LEFT JOIN r ON \(timed)", tables: 2, bounds: [timedBound]),
    SoakCase(name: "timed full join", sql: "SELECT l.v, r.v FROM l FULL JOIN r ON \(timed)", tables: 2, bounds: [timedBound]),
    SoakCase(
      name: "timed semi join", sql: "SELECT l.v FROM l LEFT SEMI JOIN r ON \(timed)", tables: 2, bounds: [timedBound]),
    SoakCase(
      name: "timed anti join", sql: "SELECT l.v FROM l LEFT ANTI JOIN r ON \(timed) AND r.v > 900", tables: 2,
      bounds: [timedBound]),
    SoakCase(
      name: "window join",
      sql: """
        SELECT a.window_start, a.v, b.v FROM TUMBLE(TABLE l, DESCRIPTOR(ts), INTERVAL '10' SECOND) a
        JOIN TUMBLE(TABLE r, DESCRIPTOR(ts), INTERVAL '10' SECOND) b
        ON a.window_start = b.window_start AND a.window_end = b.window_end AND a.k = b.k
        """,
      tables: 2,
      bounds: [
        .init(
          text: """
            rows of the left side with window_start > watermark - 10 s, \
            rows of the right side with window_start > watermark - 10 s
            """
        ) { recent in
          (0...1).reduce(0) { $0 + recent.windows(10 * second, every: 10 * second, of: $1).values.reduce(0, +) }
        }
      ]),
    SoakCase(
      name: "temporal join", sql: "SELECT l.v, r.v FROM l JOIN r FOR SYSTEM_TIME AS OF l.ts ON l.k = r.k", tables: 2,
      bounds: [asOfBound]),
    SoakCase(
      name: "as-of join", sql: "SELECT l.v, r.v FROM l ASOF LEFT JOIN r ON l.k = r.k AND l.ts >= r.ts", tables: 2,
      bounds: [asOfBound]),
  ]

  private static let rows = [
    SoakCase(
      name: "distinct within the watermark", sql: "SELECT DISTINCT ON (id) WITHIN WATERMARK id, ts FROM (SELECT k + v * 100 AS id, ts FROM l)",
      bounds: [
        .init(text: "1 row per id, until the watermark is 0 s behind its first ts") { recent in
          recent.count { $0 > recent.watermark }
        }
      ]),
    SoakCase(
      name: "distinct with the time", sql: "SELECT DISTINCT ts, k FROM l",
      bounds: [
        .init(text: "groups whose ts is ahead of the watermark") { recent in
          recent.count { $0 > recent.watermark }
        }
      ]),
    SoakCase(
      name: "pattern within a time",
      sql: """
        SELECT * FROM l MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES a.v AS x, last(b.v) AS y
        PATTERN (a b+ c) WITHIN INTERVAL 10 SECONDS DEFINE b AS b.v > a.v, c AS c.v < a.v)
        """,
      bounds: [
        .init(text: "rows whose ts + 10 s is ahead of the watermark") { recent in
          recent.count { $0 + 10 * second > recent.watermark }
        }
      ]),
    SoakCase(
      name: "frame by time",
      sql: """
        SELECT k, sum(v) OVER (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL 10 SECONDS PRECEDING AND CURRENT ROW) AS s
        FROM l
        """,
      bounds: [
        .init(
          text: "rows whose ts is ahead of the watermark, those at most 10 s behind it, 1 entry for each k of those"
        ) { recent in recent.count { $0 >= recent.watermark - 10 * second } + SoakInput.keys }
      ]),
    SoakCase(
      name: "frame by time, many partitions",
      sql: """
        SELECT k, sum(v) OVER (PARTITION BY id ORDER BY ts RANGE BETWEEN INTERVAL 10 SECONDS PRECEDING AND CURRENT ROW) AS s
        FROM (SELECT k, v, ts, k + v * 100 AS id FROM l)
        """,
      bounds: [
        .init(
          text: "rows whose ts is ahead of the watermark, those at most 10 s behind it, 1 entry for each id of those"
        ) { recent in 2 * recent.count { $0 >= recent.watermark - 10 * second } }
      ]),
    SoakCase(
      name: "row before", sql: "SELECT k, lag(v) OVER (ORDER BY ts) AS p, sum(v) OVER (ORDER BY ts) AS s FROM l",
      bounds: [
        .init(text: "rows whose ts is ahead of the watermark, 1 row behind it, 1 state") { recent in
          recent.count { $0 > recent.watermark } + 2
        }
      ]),
    SoakCase(
      name: "row after",
      sql: "SELECT k, lead(v, 2) OVER w AS n, sum(v) OVER (w GROUPS 1 PRECEDING) AS s FROM l WINDOW w AS (ORDER BY ts)",
      bounds: [
        .init(
          text: "rows whose ts is ahead of the watermark, 2 rows behind it, the rows of 1 place in the order behind it"
        ) { recent in recent.count { $0 > recent.watermark - second / 2 } + 5 }
      ]),
    SoakCase(
      name: "first three of a window",
      sql: """
        SELECT * FROM (SELECT window_start, k, v,
          row_number() OVER (PARTITION BY window_start, window_end, k ORDER BY v DESC) AS rn
          FROM TUMBLE(TABLE l, DESCRIPTOR(ts), INTERVAL '10' SECOND)) WHERE rn <= 3
        """,
      showsEveryStep: false,
      bounds: [
        .init(
          text: "3 rows for each of the partitions whose window_start + 10 s is ahead of the watermark"
        ) { 3 * $0.windows(10 * second, every: 10 * second).count }
      ]),
  ]
}
