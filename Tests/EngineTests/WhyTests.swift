import Columnar
import Connectors
import Diagnostics
import Engine
import Foundation
import SQLSyntax
import Testing

/// Causes of `.why` that a script cannot hold still, each with the real engine; the others are in Corpus/why.slt.
struct WhyTests {
  /// Runs a script, and keeps its session.
  private func session(_ sql: String) -> (Session, Transcript) {
    let transcript = Transcript()
    let session = Session(
      options: SessionOptions(usesVirtualClock: true), presenter: transcript,
      environment: ConnectorEnvironment(zoneName: "UTC", output: transcript, isStdinData: false),
      connectors: transcript.connectors)
    run(sql, in: session)
    return (session, transcript)
  }

  private func run(_ sql: String, in session: Session) {
    let runner = ScriptRunner(session: session, command: { _, _, _ in }, notice: { _ in })
    _ = runner.run(SourceText(name: "why", text: sql)) { error, source in
      Issue.record("\(error.rendered(in: source))")
      return false
    }
  }

  private func reasons(_ name: String, in session: Session) throws -> [WhyReason] {
    session.why(try #require(session.query(named: name)))
  }

  @Test func aQueryThatFailedSaysHow() throws {
    let (session, _) = session(
      """
      CREATE STREAM s (v INT) USING memory;
      START QUERY q INTO blackhole AS SELECT 1 / v AS x FROM s;
      INSERT INTO s VALUES (0);
      """)
    defer { session.shutDown() }
    let query = try #require(session.query(named: "q"))
    #expect(query.await(timeoutMicros: 10_000_000))
    let reason = try #require(try reasons("q", in: session).first)
    #expect(reason.cause == .failed)
    #expect(reason.detail.contains("DIVIDE_BY_ZERO"))
  }

  @Test func aQueryThatWasStoppedSaysSo() throws {
    let (session, _) = session(
      "CREATE STREAM s (v INT) USING memory; START QUERY q INTO blackhole AS SELECT v FROM s;")
    defer { session.shutDown() }
    let query = try #require(session.query(named: "q"))
    query.stop()
    #expect(query.await(timeoutMicros: 10_000_000))
    #expect(try reasons("q", in: session).map(\.cause) == [.stopped])
  }

  @Test func malformedRowsAreCounted() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("why-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try "{\"v\": 1}\n{\"v\": \n{\"v\": \"x\"}\n".write(
      to: folder.appendingPathComponent("a.json"), atomically: true, encoding: .utf8)
    let (session, _) = session(
      """
      CREATE STREAM files (v INT) USING json OPTIONS (path '\(folder.path)/', mode 'DROPMALFORMED');
      START QUERY q INTO blackhole AS SELECT v FROM files WHERE v > 5;
      PROCESS;
      """)
    defer { session.shutDown() }
    let found = try reasons("q", in: session)
    let malformed = try #require(found.first { $0.cause == .malformedRows })
    #expect(malformed.subject == "files")
    #expect(malformed.detail == "2 rows could not be read as declared")
    #expect(found.contains { $0.cause == .allFiltered && $0.detail == "none of 1 row satisfied (v > 5)" })
  }

  @Test func aQueryThatSaysNothingIsStillAnswered() throws {
    let (session, _) = session(
      """
      CREATE STREAM s (v INT) USING memory;
      START QUERY q INTO blackhole AS SELECT count(*) AS n FROM s OUTPUT MODE COMPLETE;
      PROCESS;
      """)
    defer { session.shutDown() }
    #expect(try reasons("q", in: session).map(\.cause) == [.noData])
    run("INSERT INTO s VALUES (1); PROCESS;", in: session)
    #expect(try reasons("q", in: session).map(\.cause) == [.resultsCame])
  }

  /// Reports are asked for by other threads while the query works.
  @Test func reportsWhileItRuns() throws {
    let (session, _) = session(
      """
      CREATE STREAM s (v INT) USING memory;
      START QUERY q INTO blackhole AS SELECT v % 7 AS k, count(*) AS n FROM s GROUP BY v % 7 OUTPUT MODE UPDATE;
      """)
    defer { session.shutDown() }
    let query = try #require(session.query(named: "q"))
    for round in 0..<50 {
      run("INSERT INTO s SELECT CAST(id AS INT) FROM range(\(round), \(round + 100));", in: session)
      let report = try #require(query.report())
      #expect(report.sources.map(\.name) == ["s"])
    }
    run("PROCESS;", in: session)
    let report = try #require(query.report())
    #expect(report.sources[0].rows == 5000)
    #expect(report.stateRows == 7)
  }
}

/// EXPLAIN ANALYZE: the plan with what each operator did.
struct ExplainAnalyzeTests {
  @Test func itCountsRowsAndShowsNoneOfTheResult() {
    let text = runScript(
      """
      CREATE TABLE t (a INT, b STRING) USING memory;
      INSERT INTO t VALUES (1, 'x'), (2, 'y'), (1, 'z'), (3, 'A');
      EXPLAIN ANALYZE SELECT a, count(*) AS n FROM t WHERE b > 'a' GROUP BY a;
      """, SessionOptions(usesVirtualClock: true))
    #expect(text.contains("Filter (b > 'a')"))
    #expect(text.contains("actual: 4 rows in, 3 out"))
    #expect(text.contains("actual: 3 rows in, 2 out"))
    #expect(text.contains("state 2 rows"))
    #expect(text.contains("actual: 4 rows out"))
    #expect(text.contains("2 rows out, 1 step"))
  }

  @Test func ofAStreamItTakesWhatIsThere() {
    let text = runScript(
      """
      CREATE STREAM s (ts TIMESTAMP, v INT, WATERMARK FOR ts AS ts) USING memory;
      INSERT INTO s VALUES (TIMESTAMP '2024-01-01 00:00:01', 1);
      INSERT INTO s VALUES (TIMESTAMP '2024-01-01 00:01:00', 2);
      INSERT INTO s VALUES (TIMESTAMP '2024-01-01 00:00:02', 3);
      EXPLAIN ANALYZE SELECT window.start, sum(v) FROM s GROUP BY window(ts, '10 seconds') OUTPUT MODE APPEND;
      """, SessionOptions(usesVirtualClock: true))
    #expect(text.contains("1 rows out"))
    #expect(text.contains("1 late"))
  }

  @Test func anErrorOfTheDataIsThatOfTheQuery() {
    let text = runScript("EXPLAIN ANALYZE SELECT 1 / id FROM range(3);", SessionOptions(usesVirtualClock: true))
    #expect(text.contains("! DIVIDE_BY_ZERO"))
  }
}
