import Diagnostics

// Statements of Spark, Flink and other databases that are known here by name alone: refused with what to do instead.

extension Parser {
  /// The error for a statement that begins with a word of the table below.
  func absentStatement() -> SQLError? {
    guard case .word = kind, let hint = Self.absentStatements[tokenText.uppercased()] else { return nil }
    var words = tokenText.uppercased()
    var upper = token.span.upper
    if case .word = kind(ahead: 1) {
      words += " " + source.text(of: tokens[index + 1].span).uppercased()
      upper = tokens[index + 1].span.upper
    }
    let isView = words == "REFRESH MATERIALIZED"
    return .unsupported(
      words, span: SourceSpan(lower: token.span.lower, upper: upper), hint: isView ? "a materialized view is always up to date" : hint,
      kind: .parse)
  }

  /// The error for a thing that others CREATE; nil if it is none that is known.
  func absentThing() -> SQLError? {
    guard case .word = kind, let hint = Self.absentThings[tokenText.uppercased()] else { return nil }
    return .unsupported("CREATE \(tokenText.uppercased())", span: token.span, hint: hint, kind: .parse)
  }

  private static let absentThings: [String: String] = [
    "INDEX": "a join or a table with a PRIMARY KEY finds its rows by key without one",
    "CATALOG": "there is one, spark_catalog; CREATE SCHEMA makes a schema in it",
    "USER": "there are no users here", "ROLE": "there are no users here",
    "TRIGGER": "a query that goes on does something with each row: START QUERY … INTO … AS SELECT …",
    "PROCEDURE": "there are no procedures here; CREATE FUNCTION makes functions, -f and .read run scripts",
    "SEQUENCE": "FROM range(n) gives numbers, and rate() numbers as time goes",
    "TYPE": "use a STRUCT<…>, ARRAY<…> or MAP<…>",
    "CONNECTION": "a connector takes its options in OPTIONS (…) of CREATE TABLE or CREATE STREAM",
  ]

  private static let absentStatements: [String: String] = [
    "REFRESH": "every query sees the files that are there when it starts; nothing needs to be refreshed",
    "OPTIMIZE": "files are left as they are written",
    "VACUUM": "files are left as they are written",
    "REPAIR": "partitions are found when a query starts",
    "MSCK": "partitions are found when a query starts",
    "LOAD": "INSERT INTO the table SELECT * FROM the path",
    "COPY": "INSERT INTO 'out.csv' SELECT … writes a file, SELECT * FROM 'in.csv' reads one",
    "GRANT": "there are no users here",
    "REVOKE": "there are no users here",
    "BEGIN": "every statement stands alone; the queries of a script read a source together",
    "COMMIT": "every statement stands alone",
    "ROLLBACK": "every statement stands alone",
    "EXECUTE":
      "EXECUTE IMMEDIATE '…' runs the statement that a text holds; the INSERTs of a statement set stand alone: a script's queries read a source together",
    "PREPARE": "write the statement itself",
    "CALL": "there are no procedures here",
    "ADD": "functions are made with CREATE FUNCTION",
    "LIST": "SHOW lists relations, functions, queries and settings",
    "COMMENT": "a COMMENT is a clause of CREATE TABLE",
    "KILL": "STOP QUERY stops a query",
    "PRAGMA": "SET changes a setting, SHOW SETTINGS lists them",
    "ATTACH": "files are read by their path: SELECT * FROM 'x.csv'",
    "DETACH": "files are read by their path: SELECT * FROM 'x.csv'",
    "INSTALL": "connectors are built in, SHOW CONNECTORS lists them",
    "SUMMARIZE": "DESCRIBE shows the columns, SELECT min(x), max(x), approx_count_distinct(x) … what is in them",
    "UNLOAD": "INSERT INTO 'out.csv' SELECT … writes a file",
  ]
}
