import Connectors
import Diagnostics
import Engine
import SQLSyntax
import Testing

/// One statement of every kind and clause, run through a session: a result, or an error that has a place and a class that
/// users know; never an internal error.
struct StatementSweepTests {
  static let setUp = """
    CREATE TABLE t (a INT, b STRING, ts TIMESTAMP) USING memory;
    INSERT INTO t SELECT 1, 'x', TIMESTAMP '2024-01-01 00:00:00';
    CREATE STREAM s (word STRING, n INT) USING memory;
    """

  static let statements = [
    "SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1", "SELECT a FROM t GROUP BY GROUPING SETS ((a), ())",
    "SELECT a FROM t GROUP BY a WITH CUBE", "SELECT a FROM t GROUP BY a TIMEOUT 1 MINUTE", "SELECT DISTINCT ON (a) a FROM t",
    "SELECT DISTINCT ON (a) WITHIN WATERMARK a FROM t", "SELECT * REPLACE (1 AS a) FROM t", "SELECT * EXCEPT (a) FROM t",
    "SELECT * FROM t PIVOT (sum(a) FOR b IN ('x', 'y'))", "SELECT * FROM t UNPIVOT (v FOR n IN (a, b))",
    "SELECT * FROM t TABLESAMPLE (10 PERCENT)", "SELECT * FROM t WATERMARK ts DELAY OF INTERVAL 5 SECONDS",
    "SELECT * FROM t JOIN s ON t.b = s.word", "SELECT * FROM t NATURAL JOIN s", "SELECT * FROM t ASOF JOIN s ON t.a >= s.n",
    "SELECT * FROM t LEFT SEMI JOIN s ON t.b = s.word", "SELECT * FROM t, LATERAL (SELECT t.a + 1) AS l",
    "SELECT * FROM t LATERAL VIEW explode(array(a)) x AS y", "SELECT * FROM t CROSS JOIN UNNEST(array(1), array(2)) AS u (x, y)",
    "SELECT * FROM t FOR SYSTEM_TIME AS OF ts", "SELECT * FROM STREAM t", "SELECT * FROM t WITH (x = 1)",
    "SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))",
    "SELECT * FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '10' SECOND))",
    "SELECT * FROM TABLE(SESSION(TABLE t PARTITION BY a, DESCRIPTOR(ts), INTERVAL '10' SECOND))",
    "SELECT count(*) FROM t GROUP BY window(ts, '10 minutes', '5 minutes')", "SELECT count(*) FROM t GROUP BY session_window(ts, '5 minutes')",
    "SELECT a FROM t EXCEPT SELECT n FROM s", "SELECT a FROM t INTERSECT ALL SELECT 1", "SELECT 1 MINUS SELECT 1",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r", "WITH q (x) AS (SELECT a FROM t) SELECT x FROM q",
    "SELECT (SELECT max(a) FROM t)", "SELECT a IN (SELECT n FROM s) FROM t", "SELECT EXISTS (SELECT 1 FROM s WHERE n = t.a) FROM t",
    "SELECT exists(array(1, 2), x -> x > 1)", "SELECT rank() OVER w FROM t WINDOW w AS (PARTITION BY b ORDER BY a)",
    "SELECT array_agg(a ORDER BY b) FROM t", "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM t", "SELECT b LIKE ANY ('x', 'y') FROM t",
    "SELECT first(a) IGNORE NULLS FROM t", "SELECT count(*) FILTER (WHERE a > 1) FROM t", "SELECT /*+ REPARTITION(4) */ a FROM t",
    "SELECT a FROM t CLUSTER BY a", "SELECT a FROM t DISTRIBUTE BY a SORT BY a", "VALUES (1, 'a')", "TABLE t", "FROM t",
    "FROM t |> SELECT a |> EXTEND 1 AS x |> SET x = 2 |> DROP a |> AS q |> WHERE x > 1 |> LIMIT 1", "FROM t |> AGGREGATE sum(a) GROUP BY b",
    "FROM t |> JOIN s ON a = n", "FROM t |> UNION ALL TABLE t", "FROM t |> PIVOT (sum(a) FOR b IN ('x'))", "FROM t |> TABLESAMPLE (5 ROWS)",
    "FROM t |> ORDER BY a", "FROM t |> LATERAL VIEW explode(array(1)) x AS y", "FROM t |> OFFSET 1",
    "SELECT * FROM t MATCH_RECOGNIZE (ORDER BY ts MEASURES A.a AS x PATTERN (A B*) DEFINE B AS B.a > 1)",
    "CREATE TABLE t2 USING memory AS SELECT 1 AS a", "CREATE TABLE t3 LIKE t", "CREATE SOURCE src WITH (connector = 'nexmark')",
    "CREATE SINK k USING console AS SELECT * FROM t", "CREATE SINK k (a INT) WITH ('connector' = 'print')", "CREATE VIEW v (x) AS SELECT a FROM t",
    "CREATE MATERIALIZED VIEW mv AS SELECT count(*) FROM t", "CREATE FUNCTION f(x INT) RETURNS INT AS x + 1",
    "CREATE FUNCTION g AS 'com.example.G'", "CREATE AGGREGATE m(x BIGINT) RETURNS BIGINT INITIAL 0 UPDATE (s, x) -> s + x",
    "DROP TABLE nothing", "DROP SINK IF EXISTS nothing", "DROP FUNCTION nothing", "DROP AGGREGATE nothing", "DROP MATERIALIZED VIEW nothing",
    "INSERT INTO t (a) VALUES (2)", "INSERT OVERWRITE t SELECT 1, 'y', NULL", "INSERT INTO console SELECT 1", "INSERT INTO nowhere SELECT 1",
    "UPDATE t SET a = 2 WHERE b = 'x'", "DELETE FROM t WHERE a = 1",
    "MERGE INTO t USING s ON t.a = s.n WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT *",
    "START QUERY q INTO console AS SELECT word FROM s TRIGGER ONCE", "AWAIT QUERY q FOR 1 SECOND", "PAUSE QUERY q", "RESUME QUERY q", "STOP QUERY q",
    "ALTER QUERY q SET TRIGGER EVERY 1 SECOND", "ALTER QUERY q AS SELECT 1", "PROCESS", "PROCESS QUERY q", "CLOSE STREAM s", "CLOSE STREAM t",
    "SELECT a FROM t OUTPUT MODE COMPLETE", "SELECT a FROM t EMIT CHANGES", "SELECT a FROM t EMIT ON WINDOW CLOSE", "SELECT a FROM t TRIGGER ONCE",
    "SELECT a FROM t TRIGGER REALTIME", "SELECT a FROM t TRIGGER CONTINUOUS 1 SECOND",
    "EXPLAIN SELECT a FROM t", "EXPLAIN LOGICAL SELECT 1", "EXPLAIN OPTIMIZED SELECT 1", "EXPLAIN PHYSICAL SELECT 1", "EXPLAIN GRAPH SELECT 1",
    "EXPLAIN ANALYZE SELECT 1", "EXPLAIN EXTENDED SELECT 1", "EXPLAIN FORMATTED SELECT 1", "EXPLAIN DROP TABLE t",
    "SHOW QUERIES", "SHOW TABLES", "SHOW STREAMS", "SHOW VIEWS", "SHOW FUNCTIONS LIKE 'a%'", "SHOW SOURCES", "SHOW SINKS", "SHOW CONNECTORS",
    "SHOW SETTINGS", "SHOW COLUMNS FROM t", "SHOW CREATE TABLE t", "DESCRIBE t", "DESCRIBE EXTENDED t", "DESCRIBE TABLE EXTENDED t", "DESCRIBE QUERY q",
    "DESCRIBE FUNCTION split", "DESCRIBE SELECT 1", "DESCRIBE 'nothing.csv'", "SET", "SET dialect", "SET dialect = ansi", "SET no.such = 1",
    "SET TIME ZONE 'Europe/Berlin'", "SET TIME ZONE LOCAL", "SET TIME ZONE INTERVAL '1' HOUR", "RESET", "RESET dialect",
    "ASSERT (SELECT 1) = (VALUES (1))", "ASSERT (SELECT 1) = (VALUES (2))", "ADVANCE CLOCK BY INTERVAL 10 SECONDS",
    "ADVANCE WATERMARK ON s TO TIMESTAMP '2024-01-01 00:00:00'", "CACHE TABLE t", "UNCACHE TABLE t", "REFRESH TABLE t", "ANALYZE TABLE t", "USE db",
  ]

  @Test(arguments: statements)
  func givesAResultOrACleanError(_ sql: String) {
    let transcript = Transcript()
    let session = Session(
      options: SessionOptions(usesVirtualClock: true, runForMicros: 5_000_000), presenter: transcript,
      environment: ConnectorEnvironment(zoneName: "UTC", output: transcript, isStdinData: false),
      connectors: transcript.connectors)
    defer { session.shutDown() }
    let runner = ScriptRunner(session: session, command: { _, _, _ in }, notice: { _ in })
    let setUp = runner.run(SourceText(name: "setup", text: Self.setUp)) { error, source in
      Issue.record("\(error.rendered(in: source))")
      return false
    }
    #expect(setUp)
    _ = runner.run(SourceText(name: "q.sql", text: sql)) { error, source in
      #expect(error.kind != .internal, "\(error.rendered(in: source))")
      #expect(error.span != nil || error.kind == .data, "no place: \(error)")
      return false
    }
  }

  /// Chains and lists as long as the parser lets them be are walked by the binder, the optimizer and the evaluator too.
  @Test func longStatementsRun() {
    let chain = "SELECT " + String(repeating: "a + ", count: 350) + "1 AS x FROM t"
    let conjunction = "SELECT a FROM t WHERE " + (0..<10_000).map { "a <> \($0 + 5)" }.joined(separator: " AND ")
    let list = "SELECT a FROM t WHERE a IN (" + (0..<100_000).map(String.init).joined(separator: ", ") + ")"
    let unions = "SELECT count(*) AS n FROM (SELECT 1" + String(repeating: " UNION ALL SELECT 1", count: 300) + ")"
    for (sql, expected) in [(chain, "# x\n351"), (conjunction, "# a\n1"), (list, "# a\n1"), (unions, "# n\n301")] {
      let found = runScript(Self.setUp + sql, SessionOptions(usesVirtualClock: true))
      #expect(found == expected, "\(sql.prefix(60))")
    }
  }
}
