import Diagnostics
import Testing

@testable import SQLSyntax

/// A text with `1️⃣` where the error must point to, and what it must say.
struct ErrorCase: CustomTestStringConvertible, Sendable {
  let marked: String
  let error: String
  let hint: String?

  init(_ marked: String, _ error: String, hint: String? = nil) {
    self.marked = marked
    self.error = error
    self.hint = hint
  }

  var testDescription: String { marked }
}

struct ParserErrorTests {
  static let cases: [ErrorCase] = [
    ErrorCase(
      "1️⃣FORM t",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"FORM\", expected INSERT, CREATE, DROP, START, EXPLAIN, ALTER, …"),
    ErrorCase(
      "1️⃣GRANT SELECT",
      "error[UNSUPPORTED_FEATURE]: GRANT SELECT is not supported",
      hint: "there are no users here"),
    ErrorCase(
      "ALTER TABLE t 1️⃣DROP COLUMN a",
      "error[UNSUPPORTED_FEATURE.TABLE_OPERATION]: ALTER TABLE … DROP is not supported",
      hint: "ADD COLUMNS (…) is there; CREATE TABLE … AS SELECT makes a table with other columns, and RENAME TO gives it the name"),
    ErrorCase(
      "SELECT 1️⃣[1, 2]", "error[PARSE_SYNTAX_ERROR]: unexpected \"[\", expected an expression",
      hint: "an array is ARRAY[1, 2, 3] or array(1, 2, 3)"),
    ErrorCase(
      "SELECT * FROM t 1️⃣USING SAMPLE 5",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"USING\", expected TABLESAMPLE, MATCH_RECOGNIZE, AS, NATURAL, INNER, CROSS, …",
      hint: "a sample is TABLESAMPLE (10 ROWS) or TABLESAMPLE (5 PERCENT)"),
    ErrorCase(
      "SELECT ts AT 1️⃣TIME ZONE 'UTC' FROM t",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"TIME\", expected \",\", FROM, WHERE, GROUP, HAVING, WINDOW, …",
      hint: "the time in another zone is from_utc_timestamp(ts, 'Europe/Berlin')"),
    ErrorCase(
      "SELECT 'a' 1️⃣COLLATE UTF8_LCASE",
      "error[UNSUPPORTED_FEATURE]: COLLATE is not supported",
      hint: "texts are compared byte by byte, as by UTF8_BINARY; lower(a) = lower(b) compares without case"),
    ErrorCase(
      "SELECT a 1️⃣! IN (1)",
      "error[SYNTAX_DISCONTINUED.BANG_EQUALS_NOT]: ! stands before an expression only",
      hint: "write NOT"),
    ErrorCase(
      "SELECT 1️⃣:a",
      "error[UNBOUND_SQL_PARAMETER]: the parameter :a has no value",
      hint: "EXECUTE IMMEDIATE 'SELECT … :a …' USING value AS a gives it one"),
    ErrorCase(
      "1️⃣REFRESH MATERIALIZED VIEW v",
      "error[UNSUPPORTED_FEATURE]: REFRESH MATERIALIZED is not supported",
      hint: "a materialized view is always up to date"),
    ErrorCase(
      "1️⃣VACUUM",
      "error[UNSUPPORTED_FEATURE]: VACUUM is not supported",
      hint: "files are left as they are written"),
    ErrorCase("SELECT1️⃣", "error[PARSE_SYNTAX_ERROR]: unexpected end of the statement, expected an expression"),
    ErrorCase(
      "SELECT a FROM1️⃣",
      "error[PARSE_SYNTAX_ERROR]: unexpected end of the statement, expected LATERAL, VALUES or a relation"),
    ErrorCase(
      "SELECT 1️⃣FROM t",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"FROM\", expected an expression",
      hint: "FROM is a reserved word; to use it as a name, put it in backquotes"),
    ErrorCase(
      "SELECT a 1️⃣FORM t",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"FORM\", expected FROM",
      hint: "did you mean FROM?"),
    ErrorCase(
      "SELECT a FROM t WHERE 1️⃣GROUP BY a",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"GROUP\", expected an expression",
      hint: "GROUP is a reserved word; to use it as a name, put it in backquotes"),
    ErrorCase(
      "SELECT a FROM t 1️⃣WHRE a",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"WHRE\", expected WHERE",
      hint: "did you mean WHERE?"),
    ErrorCase("SELECT a, 1️⃣, b", "error[PARSE_SYNTAX_ERROR]: unexpected \",\", expected an expression"),
    ErrorCase(
      "SELECT (a1️⃣",
      "error[PARSE_SYNTAX_ERROR]: unexpected end of the statement, expected \",\" or \")\""),
    ErrorCase("SELECT (a 1️⃣]", "error[PARSE_SYNTAX_ERROR]: unexpected \"]\", expected \",\" or \")\""),
    ErrorCase(
      "SELECT a FROM (SELECT b 1️⃣EMIT CHANGES)",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"EMIT\", expected AS, \",\", FROM, WHERE, GROUP, HAVING, …",
      hint: "EMIT belongs to the statement: it cannot stand inside parentheses"),
    ErrorCase(
      "SELECT a FROM t EMIT CHANGES 1️⃣EMIT FINAL",
      "error[DUPLICATE_CLAUSES]: the output mode is given twice",
      hint: "keep one of them"),
    ErrorCase(
      "SELECT a FROM t TRIGGER ONCE 1️⃣TRIGGER ONCE",
      "error[DUPLICATE_CLAUSES]: TRIGGER is given twice",
      hint: "keep one of them"),
    ErrorCase(
      "SELECT a FROM t CHECKPOINT 'a' 1️⃣CHECKPOINT 'b'",
      "error[DUPLICATE_CLAUSES]: CHECKPOINT is given twice",
      hint: "keep one of them"),
    ErrorCase(
      "SELECT a FROM t LIMIT 1 EMIT CHANGES 1️⃣LIMIT 2",
      "error[DUPLICATE_CLAUSES]: LIMIT is given twice",
      hint: "keep one of them"),
    ErrorCase(
      "SELECT a FROM t OUTPUT MODE 1️⃣SOME",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"SOME\", expected APPEND, UPDATE, COMPLETE or CHANGELOG"),
    ErrorCase(
      "CREATE TABLE t (a INT) USING csv 1️⃣USING json",
      "error[DUPLICATE_CLAUSES]: USING is given twice",
      hint: "keep one of them"),
    ErrorCase(
      "CREATE 1️⃣TABEL t",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"TABEL\", expected OR, TEMPORARY, TEMP, FUNCTION, AGGREGATE, MATERIALIZED, …",
      hint: "did you mean TABLE?"),
    ErrorCase("CREATE TABLE t (a INT, 1️⃣)", "error[PARSE_SYNTAX_ERROR]: unexpected \")\", expected a name"),
    ErrorCase(
      "SELECT a &1️⃣& b",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"&\", expected an expression",
      hint: "write AND"),
    ErrorCase("SELECT 1️⃣&& b", "error[PARSE_SYNTAX_ERROR]: unexpected \"&\", expected an expression"),
    ErrorCase(
      "SELECT table.*1️⃣b",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"b\", expected \",\", FROM, WHERE, GROUP, HAVING, WINDOW, …"),
    ErrorCase(
      "SELECT CAST(a AS 1️⃣1)",
      "error[PARSE_SYNTAX_ERROR]: unexpected number 1, expected INTERVAL or a data type"),
    ErrorCase(
      "SELECT CAST(a AS DECIMAL(1️⃣99999999999))",
      "error[NUMERIC_VALUE_OUT_OF_RANGE]: 99999999999 is too large here"),
    ErrorCase(
      "SELECT a FROM t TRIGGER EVERY 1️⃣'soon'",
      "error[INVALID_INTERVAL_FORMAT]: \"soon\" is not an interval",
      hint: "write it like '10 seconds' or INTERVAL 10 SECONDS"),
    ErrorCase(
      "SELECT a FROM t TRIGGER EVERY 1️⃣-1 SECONDS",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"-\", expected INTERVAL or a duration such as 10 SECONDS"),
    ErrorCase(
      "SELECT a FROM t TRIGGER EVERY 1️⃣'1 month'",
      "error[INVALID_INTERVAL_FORMAT]: \"'1 month'\" is not an interval",
      hint: "a duration is not negative and does not count months"),
    ErrorCase(
      "SELECT a FROM STREAM 1️⃣STREAM",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"STREAM\", expected a relation after STREAM",
      hint: "a relation named stream is written in backquotes"),
    ErrorCase("SELECT INTERVAL 1️⃣a", "error[PARSE_SYNTAX_ERROR]: unexpected \"a\", expected a string or a number"),
    ErrorCase("SELECT 1️⃣'abc", "error[PARSE_SYNTAX_ERROR]: this string is not closed before the end of the text"),
    ErrorCase(
      "SELECT 1️⃣`abc",
      "error[PARSE_SYNTAX_ERROR]: this quoted name is not closed before the end of the text"),
    ErrorCase("SELECT 1️⃣``", "error[PARSE_SYNTAX_ERROR]: a quoted name is empty"),
    ErrorCase(
      "SELECT 1️⃣/* abc",
      "error[UNCLOSED_BRACKETED_COMMENT]: this comment is not closed before the end of the text"),
    ErrorCase("SELECT 1️⃣$$ abc", "error[PARSE_SYNTAX_ERROR]: this string is not closed before the end of the text"),
    ErrorCase(
      "SELECT 1️⃣X'1G'",
      "error[INVALID_TYPED_LITERAL]: a binary literal may hold hexadecimal digits only",
      hint: "write it like X'1F2E'"),
    ErrorCase(
      "SELECT 1️⃣1.5L",
      "error[PARSE_SYNTAX_ERROR]: \"1.5L\" is not a number",
      hint: "the suffixes are Y, S, L for whole numbers and F, D, BD for all"),
    ErrorCase(
      "SELECT 1️⃣“a”",
      "error[PARSE_SYNTAX_ERROR]: unexpected character \"“\"",
      hint: "strings stand between plain quotes: '…' or \"…\""),
    ErrorCase(
      "SELECT 1️⃣@x",
      "error[PARSE_SYNTAX_ERROR]: unexpected character \"@\"",
      hint: "names with other characters than letters, digits and _ stand in backquotes"),
    ErrorCase("SELECT 1️⃣${UNDEFINED}", "error[PARSE_SYNTAX_ERROR]: unexpected \"$\", expected an expression"),
    ErrorCase(
      "SELECT * FROM a JOIN b ON1️⃣ ",
      "error[PARSE_SYNTAX_ERROR]: unexpected end of the statement, expected an expression"),
    ErrorCase(
      "SELECT a FROM t GROUP BY ROLLUP(a) 1️⃣WITH CUBE",
      "error[UNSUPPORTED_FEATURE]: WITH CUBE takes plain expressions only",
      hint: "use GROUPING SETS"),
    ErrorCase(
      "DROP 1️⃣t",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"t\", expected TEMPORARY, TEMP, TABLE, STREAM, SOURCE, SINK, …"),
    ErrorCase(
      "SHOW 1️⃣TABLE",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"TABLE\", expected QUERIES, TABLES, STREAMS, VIEWS, FUNCTIONS, SOURCES, …",
      hint: "did you mean TABLES?"),
    ErrorCase("INSERT 1️⃣t VALUES (1)", "error[PARSE_SYNTAX_ERROR]: unexpected \"t\", expected OVERWRITE or INTO"),
    ErrorCase(
      "MERGE INTO t USING u ON true1️⃣",
      "error[PARSE_SYNTAX_ERROR]: unexpected end of the statement, expected WHEN"),
    ErrorCase(
      "ALTER QUERY q SET1️⃣",
      "error[PARSE_SYNTAX_ERROR]: unexpected end of the statement, expected OUTPUT, EMIT, TRIGGER or CHECKPOINT"),
    ErrorCase(
      "SELECT a FROM t MATCH_RECOGNIZE (MEASURES a 1️⃣PATTERN (A) DEFINE A AS true)",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"PATTERN\", expected AS"),
    ErrorCase("SET 1️⃣= 1", "error[PARSE_SYNTAX_ERROR]: unexpected \"=\", expected the name of a setting"),
    ErrorCase("ASSERT 1️⃣SELECT 1", "error[PARSE_SYNTAX_ERROR]: unexpected \"SELECT\", expected \"(\""),
    ErrorCase(
      "FROM t |> 1️⃣GROUP BY a",
      "error[PARSE_SYNTAX_ERROR]: unexpected \"GROUP\", expected SELECT, EXTEND, SET, DROP, AS, WHERE, …"),
  ]

  @Test(arguments: cases)
  func pointsAtThePlace(_ expected: ErrorCase) throws {
    let parts = expected.marked.split(separator: "1️⃣", omittingEmptySubsequences: false)
    try #require(parts.count == 2)
    let source = SourceText(name: "q.sql", text: parts.joined())
    do throws(SQLError) {
      _ = try Parser.parseStatement(source)
      Issue.record("no error")
    } catch {
      let place = error.span.map { Int($0.lower) } ?? -1
      #expect(String(decoding: source.bytes.prefix(max(0, place)), as: UTF8.self) == parts[0], "place of \(error)")
      #expect(String(describing: error) == expected.error)
      #expect(error.hint == expected.hint)
    }
  }

  @Test func isDrawnWithACaret() {
    let source = SourceText(name: "q.sql", text: "SELECT a\r\nFORM t WHERE größe = = 1")
    do throws(SQLError) {
      _ = try Parser.parseStatement(source)
      Issue.record("no error")
    } catch {
      #expect(
        error.rendered(in: source) == """
          q.sql:2:1: error[PARSE_SYNTAX_ERROR]: unexpected "FORM", expected FROM
          FORM t WHERE größe = = 1
          ^^^^
          hint: did you mean FROM?
          """)
    }
  }

  /// A variable's text stands in the place of its name; errors inside are shown at the name.
  @Test func positionsInsideVariables() {
    let source = SourceText(name: "q.sql", text: "SELECT ${A}, ${B} FROM WHERE").substituting(["A": "a_long_name", "B": "b"])
    do throws(SQLError) {
      _ = try Parser.parseStatement(source)
      Issue.record("no error")
    } catch {
      #expect(error.rendered(in: source).split(separator: "\n").first?.hasPrefix("q.sql:1:24:") ?? false)
    }
  }

  @Test func blanksOfAllKinds() throws {
    let text = "\u{FEFF}SELECT\u{A0}1\u{3000}AS\u{200B}a\r\n,\t2 -- end\r\n/* a /* b */ c */"
    #expect(try parse(text).sql == "SELECT 1 AS a, 2")
  }

  @Test(arguments: ["SELECT \u{0}", "SELECT a\u{0}b", "\u{0}", "SELECT 1;\u{0}"])
  func zeroBytesAreNamed(_ text: String) {
    do throws(SQLError) {
      _ = try Parser.parseStatement(SourceText(name: "t", text: text))
      Issue.record("no error")
    } catch {
      #expect(error.message == "unexpected character byte 0x0")
    }
  }

  @Test func invalidUTF8IsNamedOutsideOfStrings() {
    for bytes in [Array("SELECT a".utf8) + [0xFF], Array("SELECT `".utf8) + [0xC3, 0x28] + Array("`".utf8)] {
      do throws(SQLError) {
        _ = try Parser.parseStatement(SourceText(name: "t", bytes: bytes))
        Issue.record("no error")
      } catch {
        #expect(error.message == "a name is not valid UTF-8")
      }
    }
  }
}
