/// Statements that must parse; also the seeds of the round-trip and mutation tests.
enum Accepted {
  static let statements: [String] = queries + expressions.map { "SELECT " + $0 } + definitions + running

  static let queries = [
    "SELECT 1",
    "SELECT * FROM 'logs/*.json'",
    "SELECT value FROM STREAM 'app.log' WHERE value LIKE '%ERROR%'",
    "SELECT explode(split(value, ' ')) AS word FROM socket('localhost:9999')",
    "SELECT * FROM kafka('localhost:9092/bids', format => 'json')",
    "SELECT word, count(*) AS count FROM (SELECT explode(split(value, ' ')) AS word FROM lines) GROUP BY word",
    "SELECT DISTINCT a, t.*, b AS \"x\" FROM t x LEFT OUTER JOIN u USING (id) WHERE NOT a = 1 AND b OR c",
    "SELECT * EXCEPT (a, b) REPLACE (c + 1 AS c) FROM db.t",
    "SELECT ALL a b, c AS select FROM t, u AS v (x, y)",
    "SELECT DISTINCT ON (id, k) WITHIN WATERMARK id, v FROM s",
    "SELECT /*+ REPARTITION(4), BROADCAST(t) */ a FROM t /*+ OPTIONS('k'='v') */ AS x",
    "WITH a AS (SELECT 1), recursive (x) AS (VALUES (1), (2)) SELECT * FROM a, recursive",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
    "VALUES (1, 'a'), (2, 'b') ORDER BY 1 DESC NULLS LAST, 2 LIMIT 5 OFFSET 1",
    "VALUES 1, 2, (3)",
    "TABLE t",
    "(SELECT 1) UNION ALL (SELECT 2 ORDER BY 1 LIMIT 1) INTERSECT SELECT 3",
    "SELECT 1 UNION SELECT 2 EXCEPT ALL SELECT 3 MINUS SELECT 4",
    "SELECT ((SELECT 1) UNION SELECT 2), ((SELECT 1) + 1), ((SELECT 2))",
    "SELECT * FROM ((SELECT 1) UNION SELECT 2) AS x, (a JOIN b ON a.x = b.x), STREAM(t), (t) u",
    "SELECT a, count(*) FROM t GROUP BY a, b WITH ROLLUP HAVING count(*) > 1",
    "SELECT a FROM t GROUP BY GROUPING SETS ((a, b), a, (), ROLLUP(a, (b, c)), CUBE(a))",
    "SELECT a FROM t GROUP BY ALL",
    "SELECT a, count(*) FROM t GROUP BY a TIMEOUT 30 MINUTES",
    "SELECT window.start, window.end FROM s GROUP BY window(ts, '10 minutes', '5 minutes')",
    "SELECT * FROM t LATERAL VIEW OUTER explode(a) x AS y, z LATERAL VIEW posexplode(b) AS p, q",
    "SELECT * FROM t CROSS JOIN UNNEST(a, b) WITH ORDINALITY AS u (x, y, o)",
    "SELECT * FROM t, LATERAL (SELECT 1) AS l, LATERAL TABLE(f(t.x)) AS g(h)",
    "SELECT * FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' SECOND))",
    "SELECT * FROM TABLE(SESSION(TABLE bid PARTITION BY bidder, DESCRIPTOR(ts), INTERVAL '10' SECOND))",
    "SELECT * FROM HOP(DATA => TABLE(bid), TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL 1 SECOND)",
    "SELECT * FROM a NATURAL JOIN b LEFT SEMI JOIN c ON x ANTI JOIN d USING (k) FULL JOIN e ASOF LEFT JOIN f ON q",
    "SELECT * FROM s WATERMARK ts DELAY OF INTERVAL 5 SECONDS AS x JOIN u STREAM AS y ON x.a = y.a",
    "SELECT * FROM s AS x WATERMARK to_timestamp(t) AS ts DELAY OF '5 seconds' WHERE true",
    "SELECT * FROM o JOIN r FOR SYSTEM_TIME AS OF o.proctime AS c ON o.k = c.k",
    "SELECT * FROM t TABLESAMPLE (10 PERCENT) REPEATABLE (7), u TABLESAMPLE (5 ROWS) v, w TABLESAMPLE (BUCKET 1 OUT OF 4)",
    "SELECT * FROM t PIVOT (sum(x) AS s, max(y) FOR (a, b) IN ((1, 2) AS n, (3, 4))) p",
    "SELECT * FROM t UNPIVOT INCLUDE NULLS (v FOR n IN (a AS x, b)) UNPIVOT ((v1, v2) FOR n IN ((a, b) AS x))",
    "SELECT * FROM csv.`data/x.csv` WITH (header = true, 'sep' = ';') t",
    "SELECT * FROM VALUES (1, 'a'), (2, 'b') AS t(id, name), range(10) r",
    "SELECT * FROM late(wc), errors(src), system.queries",
    "SELECT rank() OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), sum(x) OVER w FROM t "
      + "WINDOW w AS (PARTITION BY k RANGE UNBOUNDED PRECEDING), v AS (w ORDER BY z) QUALIFY rank() OVER w = 1",
    "SELECT a FROM t CLUSTER BY a",
    "SELECT a FROM t DISTRIBUTE BY a, b SORT BY c DESC",
    "SELECT a FROM t OFFSET 3 ROWS FETCH FIRST 5 ROWS ONLY",
    "SELECT a FROM t LIMIT ALL",
    "FROM t",
    "FROM t SELECT a WHERE b",
    "FROM t |> WHERE a > 1 |> EXTEND a + 1 AS b |> SET a = 2, b = 3 |> DROP c |> AS x |> SELECT DISTINCT x.a",
    "FROM t |> AGGREGATE sum(a) AS s, count(*) GROUP BY b AS k, c |> ORDER BY s DESC |> LIMIT 5 |> OFFSET 1",
    "FROM t |> LEFT JOIN u USING (id) |> UNION ALL (SELECT 1), VALUES (2) |> PIVOT (sum(a) FOR b IN (1, 2))",
    "FROM t |> TABLESAMPLE (5 ROWS) |> LATERAL VIEW explode(a) x AS y |> AGGREGATE GROUP BY a",
    """
    SELECT * FROM Ticker MATCH_RECOGNIZE (
      PARTITION BY symbol ORDER BY rowtime
      MEASURES START_ROW.rowtime AS start_tstamp, FINAL LAST(PRICE_DOWN.rowtime, 1) AS bottom, MATCH_NUMBER() AS n
      ONE ROW PER MATCH AFTER MATCH SKIP TO LAST PRICE_UP
      PATTERN (^ START_ROW PRICE_DOWN+ (A | B{2,5}?)* {- C{,3} -} PERMUTE(D, E{2,}) () PRICE_UP?? $) WITHIN INTERVAL '1' HOUR
      SUBSET U = (A, B)
      DEFINE PRICE_DOWN AS LAST(PRICE_DOWN.price, 1) IS NULL OR PRICE_DOWN.price < 3, PRICE_UP AS true
    ) AS MR
    """,
  ]

  static let expressions = [
    "1L, 1S, 1Y, 1.5, 1.5D, 1.5F, 1.5BD, 1e3, .5, 5., -3, - 3, -(3), - -3, 5m, X'1f', x'abc'",
    "'it''s' ' joined' \" too\", r'\\d+', $$a 'b' c$$, '\\u00e9\\n\\101'",
    "a + b * c - d / e % f DIV g, (a + b) * c, a - (b - c), a || b || c, -a, +b, ~c, - (-a)",
    "a & b | c ^ d << 2 >> 3 >>> 4, a <=> b, a == b, a <> b, a != b, a = b = c",
    "a AND b AND (c AND d) OR e OR (f OR g) AND NOT h, ! a, NOT NOT b, (a OR b) AND c",
    "a IS NULL, a IS NOT NULL, a IS TRUE, a IS NOT FALSE, a IS UNKNOWN, a IS DISTINCT FROM b + 1, (a IS NULL) IS NULL",
    "a BETWEEN 1 AND 2 AND b, a NOT BETWEEN b + 1 AND c, a IN (1, 2), a NOT IN (SELECT b FROM t), (a, b) IN ((1, 2))",
    "a LIKE 'x%' ESCAPE '!', a NOT ILIKE b, a RLIKE 'x', a REGEXP b, a LIKE ANY ('x', 'y'), a NOT LIKE ALL ('z')",
    "EXISTS (SELECT 1), NOT EXISTS (VALUES (1)), (SELECT max(x) FROM t) + 1",
    "CASE WHEN a THEN 1 ELSE 2 END, CASE x WHEN 1 THEN 'a' WHEN 2 THEN 'b' END",
    "CAST(a AS INT), TRY_CAST(a AS DECIMAL(10, 2)), a::string, -1::int, a.b::array<map<string, struct<x: int, y bigint>>>",
    "CAST(a AS TIMESTAMP(3)), CAST(a AS TIMESTAMP WITHOUT TIME ZONE), CAST(a AS TIMESTAMP(3) WITH LOCAL TIME ZONE)",
    "CAST(a AS DOUBLE PRECISION), CAST(a AS INTERVAL DAY TO SECOND), CAST(a AS ROW<a INT NOT NULL, b STRING>), a::struct<>",
    "DATE '2024-01-31', TIMESTAMP '2024-01-31 10:00:00', TIMESTAMP_NTZ '2024-01-31', timestamp, date",
    "INTERVAL '5' SECOND, INTERVAL 1 DAY 2 HOURS, INTERVAL '1 day', INTERVAL '1-2' YEAR TO MONTH, INTERVAL -'1 02:03:04' DAY TO SECOND",
    "INTERVAL -5 MINUTES, INTERVAL '-5' DAY, INTERVAL 1.5 SECONDS, ts - INTERVAL '4' SECOND",
    "array(1, 2)[0], m['k'], ARRAY[1, 2], MAP['a', 1], s.a.b, f(x).y, (a).b, t.end, struct(a AS x, b, 1 y), ROW(1, 2), (1, 2), ROW(1)",
    "count(*), count(DISTINCT a, b), count(t.*), sum(ALL x) FILTER (WHERE x > 1), first(x) IGNORE NULLS OVER (ORDER BY y)",
    "array_agg(x ORDER BY y DESC), percentile_cont(0.5) WITHIN GROUP (ORDER BY x), nth_value(x, 2) RESPECT NULLS",
    "transform(a, x -> x + 1), aggregate(a, 0, (s, x) -> s + x, s -> s), f(() -> 1), f(named => 1, other => x -> x)",
    "EXTRACT(YEAR FROM ts), extract('YEAR', ts), SUBSTRING(a FROM 2 FOR 3), SUBSTRING(a, 2), substr(a FROM 1)",
    "TRIM(a), TRIM(BOTH 'x' FROM a), TRIM(LEADING FROM a), TRIM('x' FROM a), TRIM(both), TRIM(TRAILING b FROM a)",
    "POSITION('a' IN b), position('a', b), OVERLAY(a PLACING b FROM 2 FOR 3), FLOOR(ts TO DAY), CEIL(x), CEIL(ts TO HOUR)",
    "TIMESTAMPADD(DAY, 1, ts), date_add(d, 1), DATEDIFF(MONTH, a, b), timestampdiff(second, a, b)",
    "current_date, current_timestamp(), current_user, left(a, 1), right(b, 2), rlike(a, 'b'), if(a, b, c), replace(a, 'b', 'c')",
    "`a b`.`c``d`, größe, 名前, emit, output, trigger, stream, offset, window, timestamp, key, value, \"str\"",
    "a output, b trigger, c emit FROM t",
  ]

  static let definitions = [
    "CREATE STREAM s (word STRING) USING memory",
    "CREATE STREAM lines USING socket OPTIONS (host 'localhost', port 9999)",
    "CREATE OR REPLACE TEMP TABLE IF NOT EXISTS db.t (a INT NOT NULL DEFAULT 1 + 1 COMMENT 'x', `b c` ARRAY<STRING>, "
      + "end BIGINT PRIMARY KEY NOT ENFORCED, ts AS to_timestamp(a), g INT GENERATED ALWAYS AS (a * 2), "
      + "m TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, "
      + "PRIMARY KEY (a, \"b\") NOT ENFORCED) COMMENT 'c' PARTITIONED BY (a) LOCATION '/x' "
      + "WITH ('connector' = 'kafka', 'scan.startup.mode' = 'latest-offset')",
    "CREATE TABLE t (a INT, WATERMARK a DELAY OF 5 SECONDS) USING csv OPTIONS (header true, sep ';', maxFilesPerTrigger 1, timeout 30s, x = -1, y null, z 10 seconds)",
    "CREATE TABLE t USING parquet AS SELECT 1 AS a",
    "CREATE TABLE u LIKE t",
    "CREATE SOURCE src WITH (connector = 'nexmark')",
    "CREATE SINK out USING kafka OPTIONS (topic 't') AS SELECT * FROM s EMIT CHANGES",
    "CREATE SINK out (a INT) WITH ('connector' = 'print')",
    "CREATE VIEW v (a, b) COMMENT 'x' AS SELECT 1, 2",
    "CREATE OR REPLACE TEMPORARY VIEW v AS VALUES (1)",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS mv AS SELECT count(*) FROM s TRIGGER EVERY 1 SECOND",
    "CREATE AGGREGATE recent10(url STRING) RETURNS ARRAY<STRING> INITIAL array() UPDATE (s, url) -> slice(concat(array(url), s), 1, 10)",
    "CREATE AGGREGATE my_sum(x BIGINT) RETURNS BIGINT INITIAL 0 UPDATE (s, x) -> s + x INVERSE (s, x) -> s - x "
      + "MERGE (a, b) -> a + b RESULT s -> s TIMEOUT 1 HOUR",
    "CREATE AGGREGATE c(x INT) RETURNS INT INITIAL FROM (SELECT k, n FROM t) UPDATE (s, x) -> s + 1",
    "CREATE FUNCTION c_to_f(c DOUBLE) RETURNS DOUBLE AS c * 9 / 5 + 32",
    "CREATE FUNCTION f(a INT DEFAULT 1, b STRING) RETURNS INT LANGUAGE SQL AS $$a + 1$$",
    "CREATE FUNCTION f() RETURNS INT RETURN (SELECT max(x) FROM t)",
    "CREATE TEMPORARY FUNCTION f() RETURNS INT RETURN SELECT 1",
    "CREATE FUNCTION count_char AS 'com.github.nexmark.flink.udf.CountChar'",
    "CREATE FUNCTION j AS 'x.Y' LANGUAGE JAVA",
    "DROP TABLE t", "DROP VIEW IF EXISTS v", "DROP MATERIALIZED VIEW mv", "DROP TEMPORARY FUNCTION f",
    "TRUNCATE TABLE t", "CREATE FUNCTION f(n INT) RETURNS TABLE (i INT, j STRING) RETURN SELECT n, 'x'",
    "DROP STREAM s", "DROP AGGREGATE a", "DROP SOURCE s", "DROP SINK s",
  ]

  static let running = [
    "EXECUTE IMMEDIATE 'SELECT ?'",
    "EXECUTE IMMEDIATE a || b INTO x, session.y USING 1 AS p, (c, 'd'), e f",
    "INSERT INTO t PARTITION (p = 1, q) (a, b) SELECT 1",
    "INSERT OVERWRITE TABLE t BY NAME SELECT 1 AS a",
    "SELECT 1 AS IDENTIFIER('x') FROM t IDENTIFIER('a' || 'b') (IDENTIFIER('c'))",
    "START QUERY wc INTO console OPTIONS (truncate 'false') AS SELECT word, count(*) AS count FROM words GROUP BY word "
      + "OUTPUT MODE COMPLETE TRIGGER EVERY 8 SECONDS CHECKPOINT 'ckpt/wc'",
    "START QUERY IF NOT EXISTS wc AS SELECT 1 TRIGGER ONCE",
    "START QUERY INTO 'out/' AS SELECT 1 CHECKPOINT 'x' EVERY 10 SECONDS OUTPUT MODE APPEND TRIGGER AVAILABLE NOW",
    "START QUERY AS SELECT a FROM t TRIGGER CONTINUOUS 1 SECOND",
    "START QUERY q INTO kafka('h:9092/t', format => 'json') AS FROM t |> WHERE a OUTPUT MODE CHANGELOG TRIGGER REALTIME",
    "INSERT INTO s VALUES ('a'), ('b')",
    "INSERT INTO 'out/' SELECT a FROM t EMIT ON WINDOW CLOSE",
    "INSERT INTO 'out.csv' OPTIONS (header 'false') SELECT a FROM t",
    "INSERT OVERWRITE TABLE t (a, b) SELECT 1, 2",
    "INSERT INTO t (SELECT 1)",
    "INSERT INTO t ((SELECT 1) UNION SELECT 2)",
    "INSERT INTO console() SELECT 1",
    "SELECT a FROM t EMIT CHANGES LIMIT 5",
    "SELECT a FROM t EMIT FINAL", "SELECT a FROM t EMIT UPDATES", "SELECT a FROM t EMIT SNAPSHOT",
    "SELECT a FROM t OUTPUT MODE UPDATE TRIGGER EVERY '500 milliseconds'",
    "SELECT a FROM t TRIGGER EVERY INTERVAL '8' SECOND", "SELECT a FROM t TRIGGER EVERY 30s", "SELECT a FROM t TRIGGER EVERY 1h30m",
    "EXPLAIN SELECT 1", "EXPLAIN LOGICAL SELECT 1", "EXPLAIN OPTIMIZED SELECT 1", "EXPLAIN PHYSICAL SELECT 1",
    "EXPLAIN GRAPH INSERT INTO t SELECT 1", "EXPLAIN ANALYZE SELECT 1", "EXPLAIN PLAN FOR SELECT 1",
    "SHOW QUERIES", "SHOW TABLES LIKE 'a%'", "SHOW STREAMS", "SHOW VIEWS", "SHOW FUNCTIONS", "SHOW SOURCES", "SHOW SINKS",
    "SHOW CONNECTORS", "SHOW SETTINGS", "SHOW COLUMNS FROM t", "SHOW CREATE TABLE t",
    "DESCRIBE t", "DESC EXTENDED db.t", "DESCRIBE QUERY wc", "DESCRIBE FUNCTION EXTENDED split", "DESCRIBE 'x.csv'",
    "DESCRIBE SELECT 1", "DESCRIBE TABLE t", "DESCRIBE query", "DESCRIBE QUERY SELECT 1", "DESCRIBE extended",
    "PAUSE QUERY wc", "RESUME QUERY wc", "STOP QUERY wc", "AWAIT QUERY wc", "AWAIT QUERY wc FOR 30 SECONDS",
    "PROCESS", "PROCESS QUERY wc", "CLOSE STREAM s",
    "SET", "SET dialect = ansi", "SET spark.sql.ansi.enabled = false", "SET 'a.b' = 'c d'", "SET x = -1", "SET x = 10 seconds",
    "SET TIME ZONE 'Europe/Berlin'", "SET TIME ZONE LOCAL", "SET TIME ZONE INTERVAL '1' HOUR", "SET spark.sql.shuffle.partitions",
    "RESET", "RESET a.b",
    "ASSERT (SELECT a FROM t ORDER BY a) = (VALUES (1), (2))",
    "ADVANCE CLOCK BY INTERVAL 10 SECONDS", "ADVANCE WATERMARK ON s TO TIMESTAMP '2024-01-01 00:00:00'",
    "MERGE INTO t AS x USING (SELECT 1 AS id) s ON x.id = s.id WHEN MATCHED AND s.d THEN DELETE "
      + "WHEN MATCHED THEN UPDATE SET x.a = s.a, b = 1 WHEN NOT MATCHED THEN INSERT (id, a) VALUES (s.id, s.a) "
      + "WHEN NOT MATCHED BY TARGET THEN INSERT * WHEN NOT MATCHED BY SOURCE THEN UPDATE SET *",
  ]
}
