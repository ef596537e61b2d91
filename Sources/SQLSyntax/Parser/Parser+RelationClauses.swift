import Diagnostics

extension Parser {
  /// What may follow a relation, in this order; WATERMARK also behind the alias.
  mutating func decorate(_ relation: inout AST.Relation) throws(SQLError) {
    if at(.stream), !relation.isValues {
      advance()
      relation.isStream = true
    }
    relation.hints = try hints()
    if at(.with, .leftParen) {
      advance()
      relation.options = try options()
    }
    if at(.for, .systemTime) {
      advance()
      advance()
      try expect(.as)
      try expect(.of)
      relation.systemTime = try value()
    }
    if accept(.tablesample) { relation.sample = try sample() }
    if at(.watermark) { relation.watermark = try watermark() }
    if accept(.matchRecognize) { relation.matchRecognize = try matchRecognize() }
    relation.alias = try tableAlias()
    if relation.watermark == nil, at(.watermark) { relation.watermark = try watermark() }
  }

  /// `[AS] name [(columns)]`
  mutating func tableAlias() throws(SQLError) -> AST.TableAlias? {
    if at(.as, .leftParen) {
      advance()
      return .init(name: nil, columns: try nameList())
    }
    guard let name = try alias() else { return nil }
    return .init(name: name, columns: at(.leftParen) ? try nameList() : [])
  }

  /// `WATERMARK e [AS name] DELAY OF duration`
  private mutating func watermark() throws(SQLError) -> AST.Watermark {
    let start = token.span
    try expect(.watermark)
    let expression = try expression()
    let alias = accept(.as) ? try anyName() : nil
    try expect(.delay)
    try expect(.of)
    let delay = try duration()
    return .init(expression: expression, alias: alias, delay: delay, span: span(from: start))
  }

  /// `(10 PERCENT | n ROWS | BUCKET x OUT OF y) [REPEATABLE (seed)]` after TABLESAMPLE.
  mutating func sample() throws(SQLError) -> AST.Sample {
    try expect(.leftParen)
    let amount: AST.Sample.Amount
    if at(.bucket), case .number = kind(ahead: 1) {
      advance()
      let bucket = try numberLiteral()
      try expect(.out)
      try expect(.of)
      amount = .bucket(bucket, outOf: try numberLiteral())
    } else if case .number = kind, kind(ahead: 1) == .word(.percent) {
      amount = .percent(try numberLiteral())
      advance()
    } else if at(.hyphen), case .number = kind(ahead: 1), kind(ahead: 2) == .word(.percent) {
      // It has no meaning, which is said where numbers are looked at.
      advance()
      var number = try numberLiteral()
      number.text = "-" + number.text
      amount = .percent(number)
      advance()
    } else {
      amount = .rows(try expression())
      try expect(.rows)
    }
    try expect(.rightParen)
    var sample = AST.Sample(amount: amount)
    if at(.repeatable, .leftParen), case .number = kind(ahead: 2) {
      advance()
      advance()
      sample.seed = try numberLiteral()
      try expect(.rightParen)
    }
    return sample
  }

  /// `LATERAL VIEW [OUTER] f(…) [t] [AS a, b]`
  mutating func lateralView() throws(SQLError) -> AST.LateralView {
    let start = token.span
    try expect(.lateral, .view)
    let isOuter = at(.outer) && isOnlyName(ahead: 1)
    if isOuter { advance() }
    let name = try objectName()
    let arguments = try parenthesisedListOrNone { (parser) throws(SQLError) in try parser.argument() }
    var view = AST.LateralView(
      isOuter: isOuter, call: .init(name: name, arguments: arguments), columnAliases: [], span: start)
    if isImplicitAlias() { view.tableAlias = try self.name() }
    if accept(.as) {
      view.columnAliases = [try anyName()]
      while accept(.comma) { view.columnAliases.append(try onlyName()) }
    }
    view.span = span(from: start)
    return view
  }

  /// `PIVOT (aggregates FOR columns IN (values)) [alias]`
  mutating func pivot() throws(SQLError) -> AST.Pivot {
    let start = token.span
    try expect(.pivot)
    try expect(.leftParen)
    let aggregates = try commaSeparated { (parser) throws(SQLError) in try parser.selectItem() }
    try expect(.for)
    let columns =
      at(.leftParen)
      ? try parenthesisedList { (parser) throws(SQLError) in try parser.objectName() } : [try objectName()]
    try expect(.in)
    let values = try parenthesisedList { (parser) throws(SQLError) in
      let start = parser.token.span
      let expression = try parser.expression()
      let alias = try parser.alias()
      return AST.SelectItem(expression, aliases: alias.map { [$0] } ?? [], span: parser.span(from: start))
    }
    try expect(.rightParen)
    let alias = try tableAlias()
    return .init(
      aggregates: aggregates, columns: columns, values: values, alias: alias, span: span(from: start))
  }

  /// `UNPIVOT [INCLUDE | EXCLUDE NULLS] (values FOR name IN (columns)) [alias]`
  mutating func unpivot() throws(SQLError) -> AST.Unpivot {
    let start = token.span
    try expect(.unpivot)
    let nulls = accept(anyOf: [.include, .exclude])
    if nulls != nil { try expect(.nulls) }
    try expect(.leftParen)
    let values = at(.leftParen) ? try nameList() : [try onlyName()]
    try expect(.for)
    let name = try onlyName()
    try expect(.in)
    let columns = try parenthesisedList { (parser) throws(SQLError) in
      let names =
        parser.at(.leftParen)
        ? try parser.parenthesisedList { (parser) throws(SQLError) in try parser.objectName() }
        : [try parser.objectName()]
      return AST.Unpivot.Column(names: names, alias: try parser.alias())
    }
    try expect(.rightParen)
    let alias = try tableAlias()
    return .init(
      includesNulls: nulls == .include, values: values, name: name, columns: columns, alias: alias,
      span: span(from: start))
  }
}
