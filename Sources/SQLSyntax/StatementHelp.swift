/// What a kind of statement looks like, for `.help`: its form, what it does, and an example, which the tests parse.
package struct StatementHelp: Sendable {
  /// The words it begins with.
  package let name: String
  package let form: String
  package let summary: String
  package let example: String

  private init(_ name: String, _ form: String, _ summary: String, _ example: String) {
    self.name = name
    self.form = form
    self.summary = summary
    self.example = example
  }

  private static let query = "query [OUTPUT MODE mode | EMIT …] [TRIGGER …] [CHECKPOINT 'folder']"

  package static let all: [StatementHelp] = [
    StatementHelp(
      "SELECT",
      "[WITH name AS (query), …] SELECT [DISTINCT] columns FROM relation [JOIN …] [WHERE …] [GROUP BY …] [HAVING …] "
        + "[ORDER BY …] [LIMIT n] [OUTPUT MODE mode | EMIT …] [TRIGGER …]",
      "Shows rows. A relation is a name, a path in quotes, a connector with its options, or a query in parentheses; STREAM before it reads it as "
        + "it grows.",
      "SELECT word, count(*) AS n FROM STREAM 'words.json' GROUP BY word ORDER BY n DESC LIMIT 10"),
    StatementHelp(
      "FROM", "FROM relation |> WHERE … |> AGGREGATE … GROUP BY … |> ORDER BY … |> SELECT …", "A query whose steps stand in their order.",
      "FROM 'bids.csv' |> WHERE price > 100 |> AGGREGATE count(*) AS n GROUP BY auction |> ORDER BY n DESC"),
    StatementHelp("VALUES", "VALUES (value, …), …", "Rows written out.", "VALUES (1, 'a'), (2, 'b')"),
    StatementHelp(
      "CREATE STREAM",
      "CREATE [OR REPLACE] STREAM [IF NOT EXISTS] name [(column TYPE, …, WATERMARK FOR ts AS ts - INTERVAL …)] USING connector "
        + "[OPTIONS (name 'value', …)]",
      "Names what is read as it comes; USING memory makes a stream that takes INSERTs.",
      "CREATE STREAM lines USING socket OPTIONS (host 'localhost', port 9999)"),
    StatementHelp(
      "CREATE TABLE", "CREATE [OR REPLACE] TABLE [IF NOT EXISTS] name (column TYPE, …) USING connector [OPTIONS (…)] | WITH ('connector' = '…', …)",
      "Names what is read as a whole, or keeps rows (USING memory).",
      "CREATE TABLE bids (auction BIGINT, price INT) USING csv OPTIONS (path 'bids.csv', header 'true')"),
    StatementHelp(
      "CREATE VIEW", "CREATE [OR REPLACE] [TEMP] VIEW name [(column, …)] AS query", "Names a query; over a stream it is a stream.",
      "CREATE VIEW words AS SELECT explode(split(value, ' ')) AS word FROM lines"),
    StatementHelp(
      "CREATE MATERIALIZED VIEW", "CREATE MATERIALIZED VIEW name AS query", "Keeps the result of a query up to date, to be read at any time.",
      "CREATE MATERIALIZED VIEW counts AS SELECT word, count(*) AS n FROM words GROUP BY word"),
    StatementHelp(
      "CREATE FUNCTION", "CREATE [OR REPLACE] [TEMP] FUNCTION name(parameter TYPE, …) RETURNS TYPE AS expression | RETURN …", "A function of your own.",
      "CREATE FUNCTION c_to_f(c DOUBLE) RETURNS DOUBLE AS c * 9 / 5 + 32"),
    StatementHelp(
      "CREATE AGGREGATE", "CREATE AGGREGATE name(parameter TYPE) RETURNS TYPE INITIAL value UPDATE (s, x) -> … [INVERSE (s, x) -> …] [MERGE (a, b) -> …]",
      "An aggregate, or a state, of your own.",
      "CREATE AGGREGATE my_sum(x BIGINT) RETURNS BIGINT INITIAL 0 UPDATE (s, x) -> s + x MERGE (a, b) -> a + b"),
    StatementHelp(
      "INSERT INTO", "INSERT {INTO | OVERWRITE} {name | 'path' | connector(…)} [OPTIONS (…)] {query | VALUES …}",
      "Writes rows; a query over a stream goes on writing by itself.", "INSERT INTO 'out.csv' OPTIONS (header 'false') SELECT * FROM 'in.json'"),
    StatementHelp(
      "START QUERY", "START QUERY [name] [INTO sink [OPTIONS (…)]] AS \(query)", "Runs a query in the background.",
      "START QUERY wc INTO console AS SELECT word, count(*) AS n FROM words GROUP BY word OUTPUT MODE COMPLETE TRIGGER EVERY 8 SECONDS"),
    StatementHelp("STOP QUERY", "STOP QUERY name", "Ends a query; PAUSE QUERY and RESUME QUERY hold it up for a while.", "STOP QUERY wc"),
    StatementHelp("AWAIT QUERY", "AWAIT QUERY name [FOR duration]", "Waits until a query is over.", "AWAIT QUERY wc FOR 30 SECONDS"),
    StatementHelp("PROCESS", "PROCESS [QUERY name]", "Waits until all that is there has been processed.", "PROCESS"),
    StatementHelp("CLOSE STREAM", "CLOSE STREAM name", "Ends a stream that takes INSERTs.", "CLOSE STREAM s"),
    StatementHelp(
      "EXPLAIN", "EXPLAIN [LOGICAL | OPTIMIZED | PHYSICAL | GRAPH | ANALYZE] query", "Shows how a query runs, and what bounds its state.",
      "EXPLAIN SELECT count(*) FROM lines"),
    StatementHelp(
      "DESCRIBE", "DESCRIBE [EXTENDED] {name | FUNCTION name | QUERY name | query}", "Columns of a relation; what a function does; what a query does.",
      "DESCRIBE FUNCTION split"),
    StatementHelp(
      "SHOW", "SHOW {TABLES | STREAMS | VIEWS | FUNCTIONS | QUERIES | CONNECTORS | SOURCES | SINKS | SETTINGS | COLUMNS FROM name | CREATE TABLE name}",
      "Lists what there is.", "SHOW FUNCTIONS LIKE 'date*'"),
    StatementHelp("SET", "SET [key = value] | SET TIME ZONE 'zone'; RESET [key]", "Shows or changes settings.", "SET TIME ZONE 'Europe/Berlin'"),
    StatementHelp(
      "ALTER TABLE", "ALTER TABLE name ADD COLUMNS (column TYPE [DEFAULT value], …) | RENAME TO name", "Gives a table more columns, or another name.",
      "ALTER TABLE stock ADD COLUMNS (place STRING DEFAULT 'store')"),
    StatementHelp("UPDATE", "UPDATE table SET column = value, … [WHERE …]", "Changes rows of a table.", "UPDATE stock SET n = n - 1 WHERE id = 7"),
    StatementHelp("DELETE FROM", "DELETE FROM table [WHERE …]", "Takes rows out of a table.", "DELETE FROM stock WHERE n = 0"),
    StatementHelp(
      "MERGE INTO", "MERGE INTO table USING relation ON condition WHEN MATCHED THEN … WHEN NOT MATCHED THEN …", "Changes a table by another relation.",
      "MERGE INTO stock s USING orders o ON s.id = o.id WHEN MATCHED THEN UPDATE SET n = s.n - o.n WHEN NOT MATCHED THEN INSERT *"),
    StatementHelp(
      "DROP", "DROP {TABLE | STREAM | VIEW | MATERIALIZED VIEW | FUNCTION | AGGREGATE} [IF EXISTS] name", "Takes a name away.", "DROP VIEW IF EXISTS words"),
    StatementHelp(
      "ASSERT", "ASSERT (query) = (VALUES …)", "Fails (exit code 4) unless both give the same rows.", "ASSERT (SELECT count(*) FROM t) = (VALUES (3))"),
    StatementHelp(
      "ADVANCE", "ADVANCE CLOCK BY interval | ADVANCE WATERMARK ON relation TO time", "Moves time on in tests.", "ADVANCE CLOCK BY INTERVAL 10 SECONDS"),
  ]

  /// The one that a text names, as far as it is typed: `create stream`, `insert`.
  package static func named(_ text: String) -> [StatementHelp] {
    let wanted = text.uppercased().split(separator: " ").joined(separator: " ")
    if let exact = all.first(where: { $0.name == wanted }) { return [exact] }
    return wanted.isEmpty ? [] : all.filter { $0.name.hasPrefix(wanted + " ") }
  }
}
