import Diagnostics
import Testing

@testable import SQLSyntax

/// Parses a text that must be right; the failure shows the error with its caret.
func parse(_ text: String, dialect: SQLDialect = .spark) throws -> AST.Statement {
  let source = SourceText(name: "test.sql", text: text)
  do { return try Parser.parseStatement(source, dialect: dialect) } catch {
    Issue.record(Comment(rawValue: error.rendered(in: source)))
    throw error
  }
}

struct ParserTests {
  @Test(arguments: Accepted.statements)
  func accepts(_ text: String) throws {
    _ = try parse(text)
  }
}
