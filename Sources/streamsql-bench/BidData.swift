import Glibc

/// The bids of the Nexmark generator as a file: 4.6 million rows of 7 columns, about 1 GB.
struct BidData {
  /// `csv` or `json`.
  let format: String
  let folder: String

  /// A generator's events; 46 of 50 are bids.
  private static let events = 5_000_000

  var path: String { "\(folder)/bids.\(format)" }

  var bytes: Int {
    var info = stat()
    return stat(path, &info) == 0 ? Int(info.st_size) : 0
  }

  /// Has the program write the file, unless it is there: it appears when it is whole.
  func prepare(_ binary: String) -> Bool {
    if bytes > 0 { return true }
    let sql = """
      INSERT INTO '\(path)' SELECT auction, bidder, price, channel, url, dateTime, extra
      FROM nexmark(events => 'bid', `events.num` => \(Self.events))
      """
    return ChildProcess([binary, "-c", sql])?.wait().exitCode == 0
  }

  /// The query that is measured: JSON filtered to two columns, CSV in windows of 10 s by auction.
  var sql: String {
    format == "json"
      ? "SELECT auction, price FROM '\(path)' WHERE auction % 123 = 0"
      : """
      SELECT window.start, auction, count(*) AS bids, max(price) AS highest FROM '\(path)'
      GROUP BY window(dateTime, '10 seconds'), auction
      """
  }

  /// The same in DuckDB, as a program of Python.
  func duckdb(threads: Int) -> String {
    let columns =
      "{'auction': 'BIGINT', 'bidder': 'BIGINT', 'price': 'BIGINT', 'channel': 'VARCHAR', 'url': 'VARCHAR', 'dateTime': 'TIMESTAMP', 'extra': 'VARCHAR'}"
    let query =
      format == "json"
      ? "SELECT auction, price FROM read_json('\(path)', format = 'newline_delimited', columns = \(columns)) WHERE auction % 123 = 0"
      : """
      SELECT time_bucket(INTERVAL '10 seconds', dateTime) AS w, auction, count(*), max(price)
      FROM read_csv('\(path)', header = true, columns = \(columns)) GROUP BY w, auction
      """
    return "import duckdb\nc = duckdb.connect()\nc.execute('SET threads = \(threads)')\nc.execute(\"\"\"\(query)\"\"\").fetchall()"
  }
}
