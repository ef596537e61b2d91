import Diagnostics

extension Parser {
  /// `(column, …, WATERMARK FOR …, PRIMARY KEY (…))`
  mutating func tableElements(_ table: inout AST.CreateTable) throws(SQLError) {
    try expect(.leftParen)
    repeat {
      let before = index
      if at(.watermark), isWatermarkDefinition {
        table.watermarks.append(try watermarkDefinition())
      } else if at(.primary, .key) || (at(.constraint) && kind(ahead: 2) == .word(.primary)) {
        try primaryKey(&table)
      } else {
        let column = try columnDefinition()
        table.columns.append(column)
        if try columnKey() { table.primaryKey.append(column.name) }
      }
      try checkProgress(since: before)
    } while accept(.comma)
    try expect(.rightParen)
  }

  private var isWatermarkDefinition: Bool {
    kind(ahead: 1) == .word(.for) || kind(ahead: 2) == .word(.delay)
  }

  /// `WATERMARK FOR column AS e`, `WATERMARK column DELAY OF duration`
  private mutating func watermarkDefinition() throws(SQLError) -> AST.WatermarkDefinition {
    let start = token.span
    try expect(.watermark)
    if accept(.for) {
      let column = try objectName()
      try expect(.as)
      let expression = try expression()
      return .init(column: column, strategy: .expression(expression), span: span(from: start))
    }
    let column = try onlyName()
    try expect(.delay, .of)
    return .init(column: .init([column]), strategy: .delay(try duration()), span: span(from: start))
  }

  /// `[CONSTRAINT name] PRIMARY KEY (a, b) [NOT ENFORCED]`
  private mutating func primaryKey(_ table: inout AST.CreateTable) throws(SQLError) {
    if accept(.constraint) { _ = try onlyName() }
    try expect(.primary, .key)
    table.primaryKey += try nameList()
    if accept(.not) { try expect(.enforced) }
  }

  /// `[PRIMARY KEY [NOT ENFORCED]]` behind a column.
  private mutating func columnKey() throws(SQLError) -> Bool {
    guard accept(.primary) else { return false }
    try expect(.key)
    if accept(.not) { try expect(.enforced) }
    return true
  }

  /// `name type …` or `name AS e`, with `[NOT NULL] [DEFAULT e] [COMMENT '…']`
  mutating func columnDefinition() throws(SQLError) -> AST.ColumnDefinition {
    let start = token.span
    let name = try anyName()
    if accept(.as) {
      let expression = try expression()
      var column = AST.ColumnDefinition(name: name, content: .computed(expression, nil), span: start)
      if accept(.comment) { column.comment = try stringLiteral() }
      column.span = span(from: start)
      return column
    }
    _ = accept(.colon)
    let type = try typeName()
    var column = AST.ColumnDefinition(name: name, content: .stored(type), span: start)
    if at(.metadata) {
      column.content = try metadata(type)
    } else if accept(.generated) {
      try expect(.always, .as)
      try expect(.leftParen)
      column.content = .computed(try expression(), type)
      try expect(.rightParen)
    }
    if accept(.not) {
      try expect(.null)
      column.isNotNull = true
    }
    if accept(.default) { column.defaultValue = try expression() }
    if accept(.comment) { column.comment = try stringLiteral() }
    column.span = span(from: start)
    return column
  }

  /// `METADATA [FROM 'key'] [VIRTUAL]`
  private mutating func metadata(_ type: AST.TypeName) throws(SQLError) -> AST.ColumnDefinition.Content {
    try expect(.metadata)
    let key = accept(.from) ? try stringLiteral() : nil
    return .metadata(type, from: key, isVirtual: accept(.virtual))
  }
}
