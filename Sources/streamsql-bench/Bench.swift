import Glibc

/// Runs the benchmarks: whole processes, timed by the operating system, median of several runs.
enum Bench {
  private static let wordCount = """
    SELECT word, count(*) AS count FROM (SELECT explode(split(value, ' ')) AS word FROM %) GROUP BY word
    ORDER BY count DESC, word LIMIT 5
    """

  /// `streamsql-bench BINARY FOLDER [--duckdb PYTHON] [--pipe-gib N]`
  static func run(_ arguments: [String]) -> Int32 {
    guard arguments.count >= 2 else {
      complain("usage: streamsql-bench BINARY FOLDER [--duckdb PYTHON] [--pipe-gib N]")
      return 2
    }
    let binary = arguments[0]
    let data = WordData(path: arguments[1] + "/words.txt", bytes: 512 << 20)
    print("preparing \(data.path)")
    guard data.prepare() else {
      complain("cannot write \(data.path)")
      return 1
    }
    header()
    let sql = wordCount.replacing("%", with: "'\(data.path)'")
    for workers in [1, 2] {
      report("word count, \(workers) worker\(workers == 1 ? "" : "s")", bytes: data.bytes) {
        ChildProcess([binary, "--workers", "\(workers)", "-m", "tsv", "-c", sql])
      }
    }
    if let python = value(of: "--duckdb", in: arguments) {
      for threads in [1, 2] {
        report("  DuckDB, \(threads) thread\(threads == 1 ? "" : "s")", bytes: data.bytes) {
          ChildProcess([python, "-c", duckdb(data.path, threads: threads)])
        }
      }
    }
    files(binary, folder: arguments[1], python: value(of: "--duckdb", in: arguments))
    let gibibytes = value(of: "--pipe-gib", in: arguments).flatMap { Int($0) } ?? 1
    pipe(binary, data, gibibytes: gibibytes)
    timeBoundedJoin(binary)
    for groups in [1_000, 1_000_000] {
      report("1,000 steps over \(groups == 1_000 ? "1 k" : "1 M") groups", bytes: 0) {
        ChildProcess([binary, "-c", steps(groups: groups)])
      }
    }
    report("start: SELECT 1", bytes: 0, runs: 15) { ChildProcess([binary, "-c", "SELECT 1"]) }
    latency(binary)
    return 0
  }

  /// Files of bids, through each format.
  private static func files(_ binary: String, folder: String, python: String?) {
    for data in [BidData(format: "json", folder: folder), BidData(format: "csv", folder: folder)] {
      guard data.prepare(binary) else {
        complain("cannot write \(data.path)")
        continue
      }
      for workers in [1, 2] {
        report("\(data.format) bids, \(workers) worker\(workers == 1 ? "" : "s")", bytes: data.bytes) {
          ChildProcess([binary, "--workers", "\(workers)", "-m", "tsv", "-c", data.sql])
        }
        guard let python else { continue }
        report("  DuckDB, \(workers) thread\(workers == 1 ? "" : "s")", bytes: data.bytes) {
          ChildProcess([python, "-c", data.duckdb(threads: workers)])
        }
      }
    }
  }

  /// A step must cost what it touches: a thousand steps of one row above few groups and above many. The groups themselves are
  /// made in one step, which is what the two lines may differ by.
  private static func steps(groups: Int) -> String {
    """
    CREATE STREAM s (k BIGINT) USING memory;
    START QUERY q INTO blackhole AS SELECT k, count(*) FROM s GROUP BY k OUTPUT MODE UPDATE;
    INSERT INTO s SELECT id FROM range(\(groups)); PROCESS;

    """ + String(repeating: "INSERT INTO s VALUES (7); PROCESS;\n", count: 1_000)
  }

  private static func complain(_ message: String) {
    let bytes = Array((message + "\n").utf8)
    _ = write(2, bytes, bytes.count)
  }

  private static func value(of option: String, in arguments: [String]) -> String? {
    arguments.firstIndex(of: option).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
  }

  private static func duckdb(_ path: String, threads: Int) -> String {
    """
    import duckdb
    c = duckdb.connect()
    c.execute("SET threads = \(threads)")
    c.execute("SELECT word, count(*) AS n FROM (SELECT unnest(string_split(line, ' ')) AS word FROM read_csv('\(path)',
      columns = {'line': 'VARCHAR'}, delim = '\\x01', header = false, quote = '', escape = '', auto_detect = false))
      GROUP BY word ORDER BY n DESC, word LIMIT 5").fetchall()
    """.replacing("c.execute(\"SELECT", with: "c.execute(\"\"\"SELECT").replacing(
      "LIMIT 5\")", with: "LIMIT 5\"\"\")")
  }

  private static func header() {
    print(column("", 28) + ["CPU s", "wall s", "MB/s", "peak MiB", "exit"].map { column($0, 10, right: true) }.joined())
  }

  private static func report(_ name: String, bytes: Int, runs: Int = 3, _ start: () -> ChildProcess?) {
    var usages: [Usage] = []
    for _ in 0..<runs {
      guard let child = start() else {
        print(column(name, 28) + "cannot be started")
        return
      }
      usages.append(child.wait())
    }
    print(row(name, usages, bytes: bytes))
  }

  private static func row(_ name: String, _ usages: [Usage], bytes: Int) -> String {
    func median(_ value: (Usage) -> Double) -> Double { usages.map(value).sorted()[usages.count / 2] }
    let wall = median { $0.wallSeconds }
    let cells = [
      decimals(median { $0.cpuSeconds }, 3), decimals(wall, 3),
      bytes > 0 ? decimals(Double(bytes) / wall / 1e6, 0) : "-",
      decimals(median { Double($0.peakResidentKiB) / 1024 }, 1), "\(usages.map(\.exitCode).max() ?? 0)",
    ]
    return column(name, 28) + cells.map { column($0, 10, right: true) }.joined()
  }

  /// The same words, several times over, through a pipe: memory must not depend on the length.
  private static func pipe(_ binary: String, _ data: WordData, gibibytes: Int) {
    let sql = wordCount.replacing("%", with: "stdin").replacing(
      "ORDER BY count DESC, word LIMIT 5", with: "HAVING count < 0")
    guard let child = ChildProcess([binary, "-c", sql], pipesInput: true), let input = child.input else { return }
    let file = open(data.path, O_RDONLY)
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var sent = 0
    signal(SIGPIPE, SIG_IGN)
    while sent < gibibytes << 30 {
      let count = read(file, &buffer, buffer.count)
      if count <= 0 {
        lseek(file, 0, SEEK_SET)
        continue
      }
      var done = 0
      while done < count {
        let written = buffer.withUnsafeBytes { write(input, $0.baseAddress.map { $0 + done }, count - done) }
        if written < 0 { break }
        done += written
      }
      if done < count { break }
      sent += count
    }
    close(input)
    print(row("word count, \(gibibytes) GiB pipe", [child.wait()], bytes: sent))
  }

  private static func timeBoundedJoin(_ binary: String) {
    func median(_ sql: String) -> Double? {
      var walls: [Double] = []
      for _ in 0..<3 {
        guard let child = ChildProcess([binary, "--workers", "1", "-m", "trash", "-c", sql]) else { return nil }
        walls.append(child.wait().wallSeconds)
      }
      return walls.sorted()[1]
    }
    guard let all = median(JoinBench.prepare + JoinBench.query), let inserts = median(JoinBench.prepare) else { return }
    let rate = Double(2 * JoinBench.rows) / max(all - inserts, 0.001) / 1e6
    print("time-bounded left join, 1 worker: \(decimals(rate, 2)) M rows/s (\(decimals(all - inserts, 2)) s)")
  }

  private static func latency(_ binary: String) {
    guard let times = LatencyProbe(binary: binary, samples: 2000).run(), !times.isEmpty else {
      print("latency: no answer")
      return
    }
    func percentile(_ p: Double) -> String { decimals(times[min(times.count - 1, Int(Double(times.count) * p))] / 1000, 3) }
    print("latency, socket line to row on a pipe: p50 \(percentile(0.5)) ms, p99 \(percentile(0.99)) ms")
  }

  private static func decimals(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((value * scale).rounded())
    if digits == 0 { return "\(scaled)" }
    let fraction = "\(scaled % Int(scale))"
    return "\(scaled / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  private static func column(_ text: String, _ width: Int, right: Bool = false) -> String {
    let padding = String(repeating: " ", count: max(0, width - text.count))
    return right ? padding + text : text + padding
  }
}
