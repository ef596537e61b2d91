import Diagnostics
import Testing

@testable import SQLSyntax

struct RoundTripTests {
  /// What is unparsed parses to the same tree, and is unparsed to the same text.
  @Test(arguments: Accepted.statements)
  func keepsTheTree(_ text: String) throws {
    let tree = try parse(text)
    let again = try parse(tree.sql)
    #expect(again == tree, "\(tree.sql)")
    #expect(again.sql == tree.sql)
  }

  @Test(arguments: [
    ("(a + b) * c - (d - e)", "(a + b) * c - (d - e)"),
    ("((a)) AND ((b OR c) AND d)", "a AND (b OR c) AND d"),
    ("NOT (a AND b)", "NOT (a AND b)"),
    ("NOT (NOT a)", "NOT NOT a"),
    ("(a = b) IS NULL", "a = b IS NULL"),
    ("(a IS NULL) = b", "(a IS NULL) = b"),
    ("-(1), -1, - -1, -(-a), -(a + b), +(1)", "-(1), -1, - -1, - -a, -(a + b), +1"),
    ("a || (b || c)", "a || (b || c)"),
    ("(a).b, (f(x)).y, (a.b)[1].c, (1).x", "(a).b, f(x).y, a.b[1].c, (1).x"),
    ("x::int::string", "CAST(CAST(x AS int) AS string)"),
    ("'it''s\\n' 'x\\\\'", "'it''s\\nx\\\\'"),
    ("`a b`, `select`, `current_date`, offset, `5m`, `x``y`", "`a b`, `select`, `current_date`, offset, `5m`, `x``y`"),
    ("a == b, a != b, a MINUS_x, !b", "a = b, a <> b, a AS MINUS_x, NOT b"),
    ("1L, 1.5D, 1e3, 1BD, X'0aF'", "1L, 1.5D, 1e3, 1BD, X'00AF'"),
    ("extract(year from d), trim(leading 'x' from s)", "extract('YEAR', d), ltrim('x', s)"),
    ("position((a IN (b)))", "position((a IN (b)))"),
    ("f(x -> x + 1, (a, b) -> (a, b))", "f(x -> x + 1, (a, b) -> (a, b))"),
    ("floor(INTERVAL '1-2' YEAR TO MONTH), floor(x TO day)", "floor(INTERVAL '1-2' YEAR TO MONTH), date_trunc('DAY', x)"),
  ])
  func canonicalExpressions(_ text: String, _ canonical: String) throws {
    #expect(try parse("SELECT " + text).sql == "SELECT " + canonical)
  }

  @Test(arguments: [
    ("select a b from t as x", "SELECT a AS b FROM t AS x"),
    ("(select 1) union (select 2)", "SELECT 1 UNION SELECT 2"),
    ("select 1 union (select 2 union select 3)", "SELECT 1 UNION (SELECT 2 UNION SELECT 3)"),
    ("(select 1 union select 2) intersect select 3", "(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3"),
    ("((select 1 limit 2)) limit 3", "(SELECT 1 LIMIT 2) LIMIT 3"),
    ("values 1, (2), ((3, 4))", "VALUES (1), (2), ((3, 4))"),
    ("select * from (t) x, (a join b), ((c))", "SELECT * FROM t AS x, (a JOIN b), c"),
    ("select a from t emit on window close trigger every 90s", "SELECT a FROM t OUTPUT MODE APPEND TRIGGER EVERY 90 SECONDS"),
    ("select a from t emit changes limit 5", "SELECT a FROM t LIMIT 5 OUTPUT MODE CHANGELOG"),
    ("set x = true", "SET x = 'true'"),
    ("drop view if exists `a.b`.c", "DROP VIEW IF EXISTS `a.b`.c"),
  ])
  func canonicalStatements(_ text: String, _ canonical: String) throws {
    #expect(try parse(text).sql == canonical)
  }

  @Test func invalidUTF8PassesThrough() throws {
    let source = SourceText(name: "f", bytes: Array("SELECT '".utf8) + [0xFF, 0x41] + Array("'".utf8))
    let tree = try Parser.parseStatement(source)
    #expect(tree.sqlBytes == source.bytes)
  }
}
