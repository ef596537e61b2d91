import Diagnostics

extension Parser {
  /// What follows EXECUTE.
  mutating func immediate() throws(SQLError) -> AST.Immediate {
    try expect(.immediate)
    let text = try expression()
    var targets: [AST.ObjectName] = []
    if accept(.into) { targets = try commaSeparated { (parser) throws(SQLError) in try parser.objectName() } }
    return .init(text: text, targets: targets, arguments: accept(.using) ? try immediateArguments() : [])
  }

  /// `e [AS name], …`. What stands in parentheses, `(e, …)`, is one expression to the grammar: a row of values.
  private mutating func immediateArguments() throws(SQLError) -> [AST.SelectItem] {
    try commaSeparated { (parser) throws(SQLError) in try parser.immediateArgument() }
  }

  private mutating func immediateArgument() throws(SQLError) -> AST.SelectItem {
    let start = token.span
    let value = try expression()
    let name = try alias()
    return AST.SelectItem(value, aliases: name.map { [$0] } ?? [], span: span(from: start))
  }

  /// The error for `?` or `:name` in a statement that nobody gave values to.
  func unboundParameter() -> SQLError? {
    guard at(.question) || at(.colon), index + 1 < tokens.count else { return nil }
    let isNamed = at(.colon)
    if isNamed, !isName(ahead: 1) || tokens[index + 1].span.lower != token.span.upper { return nil }
    let span = isNamed ? token.span.union(tokens[index + 1].span) : token.span
    let marker = source.text(of: span)
    return SQLError(
      .parse, "UNBOUND_SQL_PARAMETER", "the parameter \(marker) has no value", span: span,
      hint: "EXECUTE IMMEDIATE 'SELECT … \(marker) …' USING value\(isNamed ? " AS \(marker.dropFirst())" : "") gives it one")
  }
}
