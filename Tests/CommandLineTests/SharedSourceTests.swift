import Glibc
import ProcessTesting
import Testing

/// Sources that cannot replay, from the command line: SEM-7, and how sockets end (DIALECT §5).
struct SharedSourceTests {
  private let two = """
    START QUERY a INTO console OPTIONS (format 'jsonl') AS SELECT 'a' AS q, value FROM lines;
    START QUERY b INTO console OPTIONS (format 'jsonl') AS SELECT 'b' AS q, value FROM lines;
    """

  private func values(_ output: String, of query: String) -> [String] {
    output.split(separator: "\n").filter { $0.contains("\"q\":\"\(query)\"") }
      .compactMap { $0.split(separator: "\"").dropLast().last.map(String.init) }
  }

  /// SEM-7: the queries of a script attach together, before the first row is read, and are one reader.
  @Test func theQueriesOfAScriptSeeEveryRow() throws {
    let server = try LineServer()
    let child = try startStreamsql(
      "-c", "CREATE STREAM lines USING socket OPTIONS (host '127.0.0.1', port \(server.port))", "-c", two)
    let sent = (0..<200).map { "line \($0)" }
    try server.send(sent.map { $0 + "\n" }.joined())
    server.hangUp()
    let outcome = try child.wait()
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(values(outcome.output, of: "a") == sent)
    #expect(values(outcome.output, of: "b") == sent)
  }

  @Test func theQueriesOfAScriptShareStdin() throws {
    let sent = (0..<200).map { "line \($0)" }
    let outcome = try streamsql(
      "-c", "CREATE TEMP VIEW lines AS SELECT * FROM stdin; \(two)", input: sent.map { $0 + "\n" }.joined())
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(values(outcome.output, of: "a") == sent)
    #expect(values(outcome.output, of: "b") == sent)
  }

  /// A query that waits in the foreground reads with those that were started before it.
  @Test func aForegroundQuerySharesToo() throws {
    let outcome = try streamsql(
      "-m", "jsonl", "-c",
      "START QUERY a INTO console OPTIONS (format 'jsonl') AS SELECT 'a' AS q, value FROM stdin; SELECT 'b' AS q, value FROM stdin",
      input: "x\ny\n")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(values(outcome.output, of: "a") == ["x", "y"])
    #expect(values(outcome.output, of: "b") == ["x", "y"])
  }

  @Test func scansOfARelationAreOneReader() throws {
    let server = try LineServer()
    let child = try startStreamsql(
      "-m", "jsonl",
      "SELECT a.value FROM socket('127.0.0.1:\(server.port)') a WHERE a.value <> 'x' "
        + "UNION ALL SELECT upper(b.value) FROM socket('127.0.0.1:\(server.port)') b")
    try server.send("x\ny\n")
    server.hangUp()
    let outcome = try child.wait()
    #expect(outcome.output.split(separator: "\n").sorted() == ["{\"value\":\"X\"}", "{\"value\":\"Y\"}", "{\"value\":\"y\"}"])
  }

  @Test func theReaderIsCounted() throws {
    let server = try LineServer()
    let child = try startStreamsql(
      "-m", "jsonl", "-c", "CREATE STREAM lines USING socket OPTIONS (host '127.0.0.1', port \(server.port)); \(two)",
      "-c", "AWAIT QUERY a; AWAIT QUERY b; SHOW SOURCES")
    try server.send("x\ny\n")
    server.hangUp()
    let outcome = try child.wait()
    #expect(
      outcome.output.contains(
        "{\"name\":\"lines\",\"kind\":\"stream\",\"connector\":\"socket\",\"readers\":0,\"bytes\":4,\"waiting_bytes\":0,\"connections\":1,\"detached\":0}"
      ), "\(outcome.output)")
  }

  /// SEM-7: a paused query with a full buffer is detached, the other goes on.
  @Test func aPausedQueryIsDetached() throws {
    let server = try LineServer()
    let child = try startStreamsql(
      "-m", "jsonl", "-c",
      """
      CREATE STREAM lines USING socket OPTIONS (host '127.0.0.1', port \(server.port), bufferBytes 10000);
      \(two) PAUSE QUERY b; SELECT 'paused' AS b; AWAIT QUERY a; RESUME QUERY b; AWAIT QUERY b;
      """)
    try child.waitUntil("b is paused") { $0.output.contains("paused") }
    let sent = (0..<1000).map { "line \($0) \(String(repeating: "x", count: 100))" }
    // The first half fills the buffer, however it is read; the second finds it full.
    for count in [500, 1000] {
      for line in sent[(count - 500)..<count] { try server.send(line + "\n") }
      try child.waitUntil("\(count) rows of a") { values($0.output, of: "a").count == count }
    }
    server.hangUp()
    let outcome = try child.wait()
    #expect(outcome.code == 3)
    #expect(outcome.errors.contains("PAUSED_QUERY_DETACHED"))
    #expect(outcome.errors.contains("query \"b\""))
    #expect(values(outcome.output, of: "a") == sent)
  }

  /// PROCESS is about what was there at the call (SEM-5): sources that are faster than the query do not hold it up. What is
  /// due then grows with the time that went by, so a second PROCESS would take several times as long.
  @Test(arguments: ["rate(rowsPerSecond => 10000000)", "exec('yes')", "`rate-micro-batch`(rowsPerBatch => 10)"])
  func processReturns(_ source: String) throws {
    let outcome = try streamsql(
      "-m", "csv", "START QUERY q INTO blackhole AS SELECT * FROM \(source); PROCESS; STOP QUERY q; SELECT 1 AS x")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output == "x\n1\n")
  }

  // MARK: How connections end

  @Test func aResetIsAnErrorThatNamesItAfterTheRows() throws {
    let server = try LineServer()
    let child = try startStreamsql("-m", "csv", "SELECT * FROM socket('127.0.0.1:\(server.port)')")
    try server.send("x\n")
    try child.waitUntil("a row") { $0.output == "value\nx\n" }
    server.reset()
    let outcome = try child.wait()
    #expect(outcome.code == 3)
    #expect(outcome.errors.hasPrefix("error[CONNECTION_RESET]: 127.0.0.1:\(server.port): the connection was reset"))
  }

  @Test func anAbsentSenderIsAnErrorThatNamesIt() throws {
    let port = try LineServer().port
    let outcome = try streamsql("SELECT * FROM socket('127.0.0.1:\(port)')")
    #expect(outcome.code == 3)
    #expect(outcome.errors.hasPrefix("error[CONNECTION_FAILED]: cannot connect to 127.0.0.1:\(port): Connection refused"))
  }

  @Test func rowsBeforeAnErrorOfTheSourceAreShown() throws {
    for workers in ["1", "2"] {
      let outcome = try streamsql("--workers", workers, "-m", "csv", "SELECT * FROM exec('echo x; exit 3')")
      #expect(outcome.output == "value\nx\n")
      #expect(outcome.errors == "error[EXEC_FAILED]: exec('echo x; exit 3') ended with exit status 3\n")
      #expect(outcome.code == 3)
    }
  }

  /// Nothing that a query started outlives it, be it stopped by LIMIT, by time or by a signal.
  @Test(arguments: ["limit", "time", "signal"]) func commandsEndWithTheirQuery(_ way: String) throws {
    let folder = TemporaryFolder()
    let command = "echo $$ > \(folder.path)/pid; sleep 1000 & echo row; wait"
    let limit = way == "limit" ? "LIMIT 1" : ""
    let arguments = (way == "time" ? ["--for", "300ms"] : []) + ["SELECT * FROM exec('\(command)') \(limit)"]
    let child = try ChildProcess([Locations.program] + arguments)
    try child.waitUntil("a row") { $0.output.contains("row") }
    if way == "signal" { child.signal(SIGTERM) }
    let outcome = try child.wait()
    #expect(outcome.code == (way == "signal" ? 143 : 0))
    let pid = try #require(Files.read(folder.path + "/pid").flatMap { Int32($0.filter(\.isNumber)) })
    // The group is gone; a zombie that init has not collected yet does not count.
    let left = try ChildProcess.run(
      ["/bin/sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null | awk '$5 == \(pid) && $3 != \"Z\"'"])
    #expect(left.output == "")
  }

  /// A command that gets rows and does not read them, or does not end, ends a moment after the query was asked to stop.
  @Test(arguments: ["sleep 1000", "cat > /dev/null; sleep 1000", "trap : TERM; while :; do sleep 1; done"], ["range(200000)", "rate()"])
  func commandsThatGetRowsEndWithTheirQuery(_ command: String, _ source: String) throws {
    let folder = TemporaryFolder()
    let child = try ChildProcess([
      Locations.program, "INSERT INTO exec('echo $$ > \(folder.path)/pid; \(command)') SELECT repeat('x', 100) AS x FROM \(source)",
    ])
    try child.waitUntil("the command runs") { _ in !(Files.read(folder.path + "/pid") ?? "").isEmpty }
    usleep(300_000)
    child.signal(SIGINT)
    let outcome = try child.wait()
    #expect(outcome.code == 130, "\(outcome.errors)")
    #expect(!outcome.errors.contains("error["))
    let pid = try #require(Files.read(folder.path + "/pid").flatMap { Int32($0.filter(\.isNumber)) })
    let left = try ChildProcess.run(
      ["/bin/sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null | awk '$5 == \(pid) && $3 != \"Z\"'"])
    #expect(left.output == "")
  }
}
