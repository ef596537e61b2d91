import Diagnostics

/// Recursive descent over the tokens of one statement; expressions by operator precedence.
///
/// `grammar/streamsql.ebnf` says what is accepted; every production has a method here, in the file of its family.
/// One token of lookahead decides, a second or third one at soft keywords; nothing is ever parsed twice.
package struct Parser {
  /// How deep parentheses, subqueries, CASE, NOT … may nest. Each level costs stack: this many fit in a thread of 8 MB
  /// with room to spare, also in a debug build.
  package static let nestingDepthMax = 200

  /// How high a tree may grow by long chains such as `1 + 1 + …`, which nest to the left without nesting in the text.
  /// Whoever walks a tree recursively relies on it.
  package static let treeHeightMax = 500

  /// The longest statement; its tokens take some twelve times as much memory.
  package static let statementBytesMax = 8 << 20

  let source: SourceText
  var tokens: [Token]
  /// The current token; the last one is always `.end`.
  var index = 0
  var depth = 0
  var height = 0

  /// What could have stood at `expectedIndex`, for the error message.
  var expected: [Expected] = []
  var expectedIndex = 0
  /// The last word that became an alias without AS, and what could have stood there: perhaps a misspelt keyword.
  var implicitAlias: (index: Int, expected: [Expected])?

  init(_ source: SourceText, span: SourceSpan?, dialect: SQLDialect, takesBangAsNot: Bool = false) throws(SQLError) {
    self.source = source
    let lower = span.map { Int($0.lower) } ?? 0
    let upper = span.map { Int($0.upper) } ?? source.bytes.count
    guard upper - lower <= Self.statementBytesMax else {
      throw .statementTooLong(bytes: upper - lower, at: SourceSpan(lower, lower + 1))
    }
    var lexer = Lexer(source, from: lower, to: upper, dialect: dialect)
    tokens = []
    repeat {
      tokens.append(try lexer.next())
      if takesBangAsNot, tokens[tokens.count - 1].kind == .symbol(.bang) { tokens[tokens.count - 1].kind = .word(.not) }
    } while tokens[tokens.count - 1].kind != .end
  }
}

extension Parser {
  /// Parses one statement, with or without its `;`.
  ///
  /// `span` is the piece that `StatementSplitter` found; without it the whole text is the statement. Spans of the tree
  /// count from the start of `source` in any case. With `takesBangAsNot` a `!` may stand wherever NOT does.
  package static func parseStatement(
    _ source: SourceText, span: SourceSpan? = nil, dialect: SQLDialect = .spark, takesBangAsNot: Bool = false
  ) throws(SQLError) -> AST.Statement {
    try parse(source, span: span, dialect: dialect, takesBangAsNot: takesBangAsNot) { (parser) throws(SQLError) in try parser.statement() }
  }

  /// Parses a text that is nothing but an expression.
  package static func parseExpression(
    _ source: SourceText, span: SourceSpan? = nil, dialect: SQLDialect = .spark
  ) throws(SQLError) -> AST.Expression {
    try parse(source, span: span, dialect: dialect) { (parser) throws(SQLError) in try parser.expression() }
  }

  /// Parses a query without the clauses that belong to statements.
  package static func parseQuery(
    _ source: SourceText, span: SourceSpan? = nil, dialect: SQLDialect = .spark
  ) throws(SQLError) -> AST.Query {
    try parse(source, span: span, dialect: dialect) { (parser) throws(SQLError) in try parser.query() }
  }

  /// Parses a data type, `STRUCT<a: INT>`.
  package static func parseDataType(
    _ source: SourceText, span: SourceSpan? = nil, dialect: SQLDialect = .spark
  ) throws(SQLError) -> AST.TypeName {
    try parse(source, span: span, dialect: dialect) { (parser) throws(SQLError) in try parser.typeName() }
  }

  /// Parses a list of columns without parentheses, `a INT, b STRING`, as the option `schema` holds it.
  package static func parseColumns(
    _ source: SourceText, span: SourceSpan? = nil, dialect: SQLDialect = .spark
  ) throws(SQLError) -> [AST.ColumnDefinition] {
    try parse(source, span: span, dialect: dialect) { (parser) throws(SQLError) in
      try parser.commaSeparated { (parser) throws(SQLError) in try parser.columnDefinition() }
    }
  }

  private static func parse<Tree>(
    _ source: SourceText, span: SourceSpan?, dialect: SQLDialect, takesBangAsNot: Bool = false,
    _ production: (inout Parser) throws(SQLError) -> Tree
  ) throws(SQLError) -> Tree {
    var parser = try Parser(source, span: span, dialect: dialect, takesBangAsNot: takesBangAsNot)
    let tree = try production(&parser)
    _ = parser.accept(.semicolon)
    guard parser.kind == .end else { throw parser.unexpected() }
    return tree
  }
}

extension Parser {
  /// Goes one level down; the result is given back to `leave`.
  mutating func enter() throws(SQLError) -> Int {
    depth += 1
    guard depth <= Self.nestingDepthMax else { throw .nestedTooDeep(at: token.span) }
    defer { height = 0 }
    return height
  }

  mutating func leave(_ outer: Int) {
    depth -= 1
    height = max(outer, height + 1)
  }

  /// Parses what stands beside what was read so far: the higher of the two counts, not their sum.
  mutating func beside<Tree>(
    _ production: (inout Parser) throws(SQLError) -> Tree
  ) throws(SQLError) -> Tree {
    let outer = height
    height = 0
    let tree = try production(&self)
    height = max(outer, height)
    return tree
  }

  /// Called whenever a loop puts what it has so far below a new node.
  mutating func grow() throws(SQLError) {
    height += 1
    guard height <= Self.treeHeightMax else { throw .nestedTooDeep(at: token.span) }
  }
}
