/// A join of two streams on a key within ten seconds, over memory streams whose steps move the watermark.
///
/// Event times are a millisecond apart and keys come back every ten seconds: a row has one or two matches, and the state is
/// that of ten seconds. Inserting the rows is measured too, alone, and taken off.
enum JoinBench {
  /// Rows of each stream.
  static let rows = 2_000_000
  private static let rowsPerStep = 100_000

  static let prepare: String = {
    var lines = ["l", "r"].map {
      "CREATE STREAM \($0) (ts TIMESTAMP, k BIGINT, id BIGINT, WATERMARK FOR ts AS ts - INTERVAL 1 SECOND) USING memory;"
    }
    for start in stride(from: 0, to: rows, by: rowsPerStep) {
      for name in ["l", "r"] {
        lines.append(
          "INSERT INTO \(name) SELECT timestamp_micros(id * 1000) AS ts, id % 10000 AS k, id FROM range(\(start), \(start + rowsPerStep));")
      }
    }
    return lines.joined(separator: "\n")
  }()

  static let query = """
    SELECT l.id, r.id AS other FROM l LEFT JOIN r ON l.k = r.k AND r.ts BETWEEN l.ts AND l.ts + INTERVAL 10 SECONDS
    OUTPUT MODE APPEND;
    """
}
