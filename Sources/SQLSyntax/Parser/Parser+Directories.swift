import Diagnostics

extension Parser {
  /// Whether `[LOCAL] DIRECTORY 'folder'` comes next; both words are names elsewhere.
  func isDirectory() -> Bool {
    let distance = at(.local) ? 1 : 0
    guard kind(ahead: distance) == .word(.directory), case .string = kind(ahead: distance + 1) else { return false }
    return true
  }

  /// Spark's `INSERT OVERWRITE [LOCAL] DIRECTORY 'folder' USING format [OPTIONS (…)] query`: a path with its format.
  mutating func insertDirectory() throws(SQLError) -> AST.Insert {
    let start = token.span
    _ = accept(.local)
    try expect(.directory)
    var folder = try stringLiteral()
    try expect(.using)
    let format = try onlyName()
    var options = accept(.options) ? try options() : []
    let targetSpan = span(from: start)
    // A path is that of a folder by its last character.
    if folder.bytes.last != UInt8(ascii: "/") { folder.bytes.append(UInt8(ascii: "/")) }
    func isGiven(_ name: String) -> Bool { options.contains { $0.key.text.lowercased() == name } }
    func option(_ name: String, _ value: String) -> AST.Option {
      AST.Option(key: AST.Identifier(name, span: format.span), value: .string(AST.StringLiteral(value, span: format.span)), valueSpan: format.span)
    }
    // Spark writes no line of names unless it is asked to.
    if format.text.lowercased() == "csv", !isGiven("header") { options.insert(option("header", "false"), at: 0) }
    options.insert(option("format", format.text), at: 0)
    let (query, clauses) = try runningQuery()
    return .init(
      isOverwrite: true, target: .path(folder), targetSpan: targetSpan, options: options, partition: [], isByName: false, columns: [],
      query: query, clauses: clauses)
  }

  /// What follows ALTER TABLE t ADD: `COLUMN a INT`, `COLUMNS (a INT, …)`.
  mutating func addedColumns() throws(SQLError) -> [AST.ColumnDefinition] {
    guard at(.column) || at(.columns) else { throw unexpected("COLUMN or COLUMNS") }
    advance()
    if at(.leftParen) { return try parenthesisedList { (parser) throws(SQLError) in try parser.addedColumn() } }
    return try commaSeparated { (parser) throws(SQLError) in try parser.addedColumn() }
  }

  private mutating func addedColumn() throws(SQLError) -> AST.ColumnDefinition {
    let column = try columnDefinition()
    if at(.first) || at(.after) {
      throw .unsupported(
        "the place of a new column", span: token.span, hint: "it stands behind the others; SELECT names columns in any order", kind: .parse)
    }
    return column
  }
}
