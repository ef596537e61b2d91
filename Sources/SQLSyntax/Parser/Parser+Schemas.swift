import Diagnostics

extension Parser {
  private static let schemaWords: [Keyword] = [.schema, .database, .namespace]

  /// Takes SCHEMA or a word that means the same, if it begins what is told of a schema.
  mutating func acceptSchemaWord() -> Bool {
    guard Self.schemaWords.contains(where: { at($0) }) else { return false }
    advance()
    return true
  }

  /// What follows CREATE SCHEMA.
  mutating func createSchema() throws(SQLError) -> AST.SchemaStatement {
    let ifNotExists = try ifNotExists()
    let name = try objectName()
    return .create(name, ifNotExists: ifNotExists, comment: accept(.comment) ? try stringLiteral() : nil)
  }

  /// What follows DROP SCHEMA.
  mutating func dropSchema() throws(SQLError) -> AST.SchemaStatement {
    let ifExists = accept(.if, .exists)
    let name = try objectName()
    return .drop(name, ifExists: ifExists, cascades: accept(anyOf: [.cascade, .restrict]) == .cascade)
  }

  /// What follows USE; its word SCHEMA is a name unless another one follows.
  mutating func useSchema() throws(SQLError) -> AST.SchemaStatement {
    if Self.schemaWords.contains(where: { at($0) }), isOnlyName(ahead: 1) { advance() }
    return .use(try objectName())
  }

  /// CACHE, UNCACHE, CLEAR, REFRESH or ANALYZE; nil if another statement begins here.
  mutating func upkeep() throws(SQLError) -> AST.Upkeep? {
    if accept(.cache) {
      _ = accept(.lazy)
      try expect(.table)
      let name = try objectName()
      if accept(.as) { return .cache(name, try query()) }
      return .cache(name, isQueryStart() || at(.leftParen) ? try query() : nil)
    }
    if accept(.uncache) {
      try expect(.table)
      let ifExists = accept(.if, .exists)
      return .uncache(try objectName(), ifExists: ifExists)
    }
    if accept(.clear) {
      try expect(.cache)
      return .clearCache
    }
    if at(.refresh), !(kind(ahead: 1) == .word(.materialized)) {
      advance()
      if at(.table), isOnlyName(ahead: 1) { advance() }
      return .refresh(try objectName())
    }
    guard accept(.analyze) else { return nil }
    try expect(.table)
    let name = try objectName()
    try expect(.compute, .statistics)
    if accept(.for) { try expect(.all, .columns) } else { _ = accept(.noscan) }
    return .analyze(name)
  }

  /// What follows ALTER before TABLE or VIEW.
  mutating func alterRelation() throws(SQLError) -> AST.StatementKind {
    let isView = accept(.view)
    if !isView { try expect(.table) }
    let name = try objectName()
    if at(.rename), kind(ahead: 1) == .word(.to) {
      advance()
      advance()
      return .rename(.init(isView: isView, name: name, newName: try objectName()))
    }
    if !isView, at(.add), kind(ahead: 1) == .word(.column) || kind(ahead: 1) == .word(.columns) {
      advance()
      return .addColumns(.init(table: name, columns: try addedColumns()))
    }
    if isView, accept(.as) {
      let (query, clauses) = try runningQuery()
      return .alterView(
        .init(
          kind: .permanent, isReplace: true, ifNotExists: false, name: name, columns: [], comment: nil, options: [], query: query,
          clauses: clauses))
    }
    if case .word = kind {
      throw SQLError(
        .parse, isView ? "UNSUPPORTED_FEATURE" : "UNSUPPORTED_FEATURE.TABLE_OPERATION",
        "ALTER \(isView ? "VIEW" : "TABLE") … \(tokenText.uppercased()) is not supported", span: token.span,
        hint: isView
          ? "ALTER VIEW v AS query, or RENAME TO"
          : "ADD COLUMNS (…) is there; CREATE TABLE … AS SELECT makes a table with other columns, and RENAME TO gives it the name")
    }
    throw unexpected()
  }
}
