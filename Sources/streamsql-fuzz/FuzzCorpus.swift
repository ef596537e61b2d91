/// Statements that inputs are made from. They read nothing but what they make, and all of them end.
enum FuzzCorpus {
  /// Made before every random statement of the session target.
  static let setUp = [
    "CREATE TABLE t (a INT, b STRING, c DOUBLE, d DATE, e TIMESTAMP, f ARRAY<INT>, g MAP<STRING, INT>, h DECIMAL(10, 2)) USING memory",
    "INSERT INTO t SELECT 1, 'x', 1.5D, DATE '2024-01-31', TIMESTAMP '2024-01-31 10:00:00', array(1, 2), map('k', 1), 1.25",
    "INSERT INTO t SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
    "INSERT INTO t SELECT -2147483648, '', -0.0D, DATE '0001-01-01', TIMESTAMP '9999-12-31 23:59:59.999999', array(), map(), -0.01",
    "CREATE STREAM s (word STRING, n INT) USING memory",
    "INSERT INTO s VALUES ('a', 1), ('b', 2)",
    "CREATE VIEW v AS SELECT a, b FROM t WHERE a IS NOT NULL",
  ]

  static let statements = [
    "SELECT a, b, c FROM t WHERE a > 1 AND b LIKE 'x%' OR c IS NULL ORDER BY a DESC NULLS FIRST LIMIT 10 OFFSET 1",
    "SELECT b, count(*), sum(a), avg(c), min(d), max(e), first(b), collect_list(a) FROM t GROUP BY b HAVING count(*) > 0",
    "SELECT explode(f) AS x FROM t", "SELECT explode(split(b, '')) FROM t", "SELECT posexplode(f) AS (i, x) FROM t",
    "SELECT a + 1, a - h, a * c, a / 2, a % 3, a DIV 2, -a, ~a, a & 1, a | 2, a ^ 3, a << 1, a >> 1 FROM t",
    "SELECT 2147483647 + 1, 9223372036854775807L + 1L, -(-9223372036854775808), 127Y + 1Y, 1 / 0, 1 % 0, 1e308 * 10",
    "SELECT CAST(b AS INT), CAST(c AS DECIMAL(38, 10)), CAST(e AS DATE), CAST('1 day' AS INTERVAL), TRY_CAST(b AS TIMESTAMP) FROM t",
    "SELECT DATE '2024-02-29' + INTERVAL 1 YEAR, TIMESTAMP '2024-01-01' - INTERVAL '1-2' YEAR TO MONTH, e - e, d - d FROM t",
    "SELECT CASE WHEN a = 1 THEN 'one' ELSE b END, coalesce(a, 0), if(a > 0, 1, 2), nullif(a, 1) FROM t",
    "SELECT f[0], g['k'], f[-1], f[99], struct(a, b).col1, (a, b), named_struct('x', a).x FROM t",
    "SELECT transform(f, x -> x + 1), filter(f, x -> x > 1), aggregate(f, 0, (s, x) -> s + x) FROM t",
    "SELECT substring(b, 1, 2), upper(b), length(b), concat(b, 'y'), repeat(b, 3), lpad(b, 5, '*'), trim(b), replace(b, 'x', 'y') FROM t",
    "SELECT round(c, 2), floor(c), ceil(c), sqrt(c), pow(c, 2), abs(a), greatest(a, 1), least(c, 2) FROM t",
    "SELECT DISTINCT b FROM t UNION ALL SELECT word FROM s UNION SELECT 'z'",
    "SELECT * FROM t x JOIN v y ON x.a = y.a LEFT JOIN s ON s.word = x.b",
    "WITH q AS (SELECT a FROM t) SELECT q.a, (SELECT max(a) FROM t) FROM q WHERE a IN (SELECT a FROM v)",
    "SELECT a, row_number() OVER (PARTITION BY b ORDER BY a) FROM t", "VALUES (1, 'a'), (2, NULL)", "TABLE t",
    "FROM t |> WHERE a > 0 |> EXTEND a + 1 AS z |> AGGREGATE sum(z) GROUP BY b |> LIMIT 1",
    "SELECT word, count(*) FROM s GROUP BY word OUTPUT MODE COMPLETE", "SELECT * FROM s EMIT CHANGES",
    "SELECT * FROM range(10)", "SELECT id % 3, count(*) FROM range(100) GROUP BY id % 3",
    "EXPLAIN SELECT b, count(*) FROM t GROUP BY b", "EXPLAIN LOGICAL SELECT 1", "EXPLAIN PHYSICAL SELECT * FROM s",
    "DESCRIBE t", "DESCRIBE FUNCTION split", "SHOW TABLES", "SHOW FUNCTIONS LIKE 'a*'", "SHOW CREATE TABLE t", "SHOW COLUMNS FROM t",
    "INSERT INTO t (a, b) VALUES (7, 'seven')", "INSERT INTO s SELECT b, a FROM t", "CLOSE STREAM s", "DROP VIEW v",
    "CREATE VIEW w (x) AS SELECT a FROM t", "CREATE FUNCTION f(x INT) RETURNS INT AS x + 1", "DROP TABLE IF EXISTS nothing",
    "SET spark.sql.ansi.enabled = false", "SET TIME ZONE 'Europe/Berlin'", "RESET", "SET dialect = ansi",
    "START QUERY q AS SELECT word FROM s TRIGGER ONCE", "PROCESS", "SHOW QUERIES", "STOP QUERY q",
    "ASSERT (SELECT a FROM t) = (VALUES (1))", "ADVANCE CLOCK BY INTERVAL 10 SECONDS",
    "UPDATE t SET a = 1 WHERE b = 'x'", "DELETE FROM t WHERE a IS NULL", "ALTER QUERY q SET TRIGGER ONCE",
    "SELECT * FROM t MATCH_RECOGNIZE (ORDER BY e MEASURES A.a AS x PATTERN (A B*) DEFINE B AS B.a > PREV(B.a))",
    "SELECT window.start, count(*) FROM t GROUP BY window(e, '10 minutes', '5 minutes')",
    "SELECT 99999999999999999999999999999999999999, 1e-400, X'FF', INTERVAL '178956970-7' YEAR TO MONTH",
  ]
}
