import Glibc
import ProcessTesting
import Testing

/// How a run ends: exit codes, signals, time (DIALECT §5).
struct EndTests {
  @Test(arguments: [
    ("SELECT 1", 0), ("SELEC 1", 1), ("SELECT nope", 1), ("SELECT * FROM nowhere", 1),
    ("SELECT * FROM '/nonexistent/x.txt'", 1), ("SELECT 1 / 0", 3), ("ASSERT (SELECT 1) = (VALUES (2))", 4),
    ("ASSERT (SELECT 1) = (VALUES (1))", 0), ("SELECT value FROM rate() LIMIT 1", 0),
  ])
  func codes(_ sql: String, _ code: Int32) throws {
    let outcome = try streamsql(sql)
    #expect(outcome.code == code, "\(outcome.errors)")
    #expect((outcome.errors == "") == (code == 0))
  }

  @Test(arguments: [
    ["-m", "nope", "SELECT 1"], ["--workers", "0", "SELECT 1"], ["--for", "soon", "SELECT 1"], ["-D", "x", "SELECT 1"],
    ["--clock", "broken", "SELECT 1"], ["--color", "pink", "SELECT 1"], ["--nonsense"], ["-c"],
  ])
  func wrongUsage(_ arguments: [String]) throws {
    let outcome = try ChildProcess.run([Locations.program] + arguments)
    #expect(outcome.code == 2)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains("--help"))
  }

  @Test func errorsPointIntoTheScript() throws {
    let folder = TemporaryFolder()
    folder.file("q.sql", "SELECT 1 AS x;\n\nSELECT custmer_id\nFROM (VALUES (1)) AS t(customer_id);\n")
    let outcome = try streamsql("-f", "q.sql", folder: folder.path)
    #expect(outcome.output == "x\n1\n")
    #expect(
      outcome.errors == """
        q.sql:3:8: error[UNRESOLVED_COLUMN]: column "custmer_id" does not exist
        SELECT custmer_id
               ^^^^^^^^^^
        hint: did you mean "customer_id"?

        """)
    #expect(outcome.code == 1)
  }

  @Test func aConnectorThatIsNotCalledIsNamed() throws {
    let outcome = try streamsql("SELECT * FROM rate")
    #expect(outcome.code == 1)
    #expect(outcome.errors.hasSuffix("hint: \"rate\" is a connector: call it, as in FROM rate(…)\n"), "\(outcome.errors)")
  }

  @Test func scriptsStopAtTheFirstErrorUnlessTold() throws {
    let script = "SELECT 1 AS x; SELECT 1 / 0; SELECT nope; SELECT 2 AS x;"
    let stopped = try streamsql(input: script)
    #expect(stopped.output == "x\n1\n")
    #expect(stopped.code == 3)
    let whole = try streamsql("--no-bail", input: script)
    #expect(whole.output == "x\n1\nx\n2\n")
    #expect(whole.code == 3)
    #expect(whole.errors.contains("DIVIDE_BY_ZERO"))
    #expect(whole.errors.contains("nope"))
  }

  @Test func timeIsLimited() throws {
    let outcome = try streamsql("--for", "300ms", "SELECT count(*) AS n FROM rate(rowsPerSecond => 50)")
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix("n\n"))
    #expect(outcome.errors == "")
  }

  @Test(arguments: [SIGINT, SIGTERM]) func signalsStopCleanly(_ signal: Int32) throws {
    let child = try startStreamsql("-m", "jsonl", "SELECT value FROM rate(rowsPerSecond => 100)")
    try child.waitUntil("rows") { $0.output.contains("\n") }
    child.signal(signal)
    let outcome = try child.wait()
    #expect(outcome.code == 128 + signal)
    #expect(outcome.output.hasSuffix("}\n"))
    #expect(outcome.errors == "")
  }

  /// A receiver that does not answer holds nobody up.
  @Test(arguments: [SIGINT, SIGTERM]) func signalsEndASilentRequest(_ signal: Int32) throws {
    let server = try LineServer()
    let child = try startStreamsql("INSERT INTO http('http://127.0.0.1:\(server.port)/', timeout => '10 minutes') SELECT 1 AS x")
    // The request has come, and gets a head that promises more than it has.
    try server.send("HTTP/1.1 100 Continue\r\n\r\n")
    child.signal(signal)
    let outcome = try child.wait()
    #expect(outcome.errors.contains("the query was stopped before the receiver had answered"), "\(outcome.errors)")
    #expect(outcome.code != 0)
  }

  @Test func startedQueriesAreAwaited() throws {
    let outcome = try streamsql(
      "-m", "jsonl",
      input: """
        CREATE STREAM s (w STRING) USING memory;
        START QUERY q INTO console OPTIONS (format 'jsonl') AS SELECT w, count(*) AS n FROM s GROUP BY w OUTPUT MODE UPDATE;
        INSERT INTO s VALUES ('a'), ('b'), ('a');
        """)
    #expect(outcome.output == "{\"_batch\":0,\"w\":\"a\",\"n\":2}\n{\"_batch\":0,\"w\":\"b\",\"n\":1}\n")
    #expect(outcome.code == 0)
  }

  /// However a script ends: a query that failed in the background is told of, and decides the exit code if nothing else did.
  @Test(arguments: [(".quit", Int32(3)), ("SELECT no_such_column;", 1), ("", 3)])
  func failuresInTheBackgroundAreTold(_ end: String, _ code: Int32) throws {
    let folder = TemporaryFolder()
    let script = folder.file(
      "s.sql",
      "CREATE STREAM s (v INT) USING memory;\nSTART QUERY q INTO blackhole AS SELECT 1 / v AS x FROM s;\n"
        + "INSERT INTO s VALUES (0);\n\(end)\n")
    let outcome = try streamsql("--clock", "virtual", "-f", script)
    #expect(outcome.code == code)
    #expect(outcome.errors.contains("DIVIDE_BY_ZERO"))
  }

  @Test func versionAndHelpGoToStdout() throws {
    let version = try streamsql("--version")
    #expect(version.output.hasPrefix("streamsql "))
    #expect(version.code == 0)
    let help = try streamsql("--help")
    #expect(help.code == 0)
    for option in ["-c", "-f", "-D", "-m", "-o", "--init", "--no-init", "--color", "--for", "--workers", "--clock", "--no-bail", "--version"] {
      #expect(help.output.contains(option))
    }
  }

  @Test(arguments: ["1", "2", "5"]) func workersDoNotChangeTheAnswer(_ workers: String) throws {
    let outcome = try streamsql(
      "--workers", workers, "SELECT id % 3 AS k, count(*) AS n, sum(id) AS s FROM range(10000) GROUP BY id % 3")
    #expect(outcome.output == "k\tn\ts\n0\t3334\t16668333\n1\t3333\t16661667\n2\t3333\t16665000\n")
  }

  @Test func aVirtualClockMovesWhenTold() throws {
    let outcome = try streamsql(
      "--clock", "virtual", "-m", "csv",
      input: """
        CREATE STREAM s (w STRING) USING memory;
        START QUERY q INTO console OPTIONS (format 'pprint') AS SELECT w, count(*) FROM s GROUP BY batch(), w TRIGGER EVERY 1 SECOND;
        ADVANCE CLOCK BY INTERVAL 1 SECOND;
        INSERT INTO s VALUES ('a');
        ADVANCE CLOCK BY INTERVAL 1 SECOND;
        """)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("Time: 1970-01-01 00:00:02\n" + String(repeating: "-", count: 43) + "\n('a', 1)\n"))
  }
}
