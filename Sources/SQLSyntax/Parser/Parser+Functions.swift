import Diagnostics

extension Parser {
  /// What follows CREATE FUNCTION.
  mutating func createFunction(isReplace: Bool, isTemporary: Bool) throws(SQLError) -> AST.CreateFunction {
    let ifNotExists = try ifNotExists()
    let name = try objectName()
    let parameters =
      at(.leftParen) ? try parenthesisedListOrNone { (parser) throws(SQLError) in try parser.parameter() } : nil
    var returns: AST.TypeName?
    var returnsTable: [AST.Parameter]?
    if accept(.returns) {
      if accept(.table) {
        // Without a list the columns are those of the query.
        returnsTable = at(.leftParen) ? try parenthesisedList { (parser) throws(SQLError) in try parser.tableColumn() } : []
      } else {
        returns = try typeName()
      }
    }
    var language: AST.Identifier?
    try characteristics(&language)
    let body: AST.CreateFunction.Body
    if accept(.return) {
      body = isQueryStart() ? .query(try query()) : .expression(try expression())
    } else {
      try expect(.as)
      body = try functionBody()
    }
    // Behind a query the word would be an alias.
    if language == nil, !body.isQuery, accept(.language) { language = try onlyName() }
    return .init(
      isReplace: isReplace, isTemporary: isTemporary, ifNotExists: ifNotExists, name: name,
      parameters: parameters, returns: returns, returnsTable: returnsTable, language: language, body: body)
  }

  /// `LANGUAGE SQL DETERMINISTIC COMMENT 'text' …`: but for the language they are for whoever reads the definition.
  private mutating func characteristics(_ language: inout AST.Identifier?) throws(SQLError) {
    while true {
      let start = token.span
      switch accept(anyOf: [.language, .comment, .not, .deterministic, .contains, .reads, .sql]) {
      case .language:
        guard language == nil else { throw .duplicateClause("LANGUAGE", at: start) }
        language = try onlyName()
      case .comment: _ = try stringLiteral()
      case .not: try expect(.deterministic)
      case .deterministic: break
      case .contains: try expect(.sql)
      case .reads:
        try expect(.sql)
        try expect(.data)
      case .sql:
        try expect(.security)
        guard accept(anyOf: [.definer, .invoker]) != nil else { throw unexpected() }
      default: return
      }
    }
  }

  /// A string alone is a text that means something else than itself.
  private mutating func functionBody() throws(SQLError) -> AST.CreateFunction.Body {
    if isQueryStart() { return .query(try query()) }
    let isText = isString()
    let expression = try expression()
    if isText, case .literal(.string(let text)) = expression.kind { return .text(text) }
    return .expression(expression)
  }

  /// `name type [DEFAULT e] [COMMENT 'text']`
  private mutating func parameter() throws(SQLError) -> AST.Parameter {
    let name = try onlyName()
    let type = try typeName()
    try refuseColumnClauses()
    let parameter = AST.Parameter(name: name, type: type, defaultValue: accept(.default) ? try expression() : nil)
    // It is for whoever reads the definition.
    if accept(.comment) { _ = try stringLiteral() }
    return parameter
  }

  /// `name type` of RETURNS TABLE
  private mutating func tableColumn() throws(SQLError) -> AST.Parameter {
    let parameter = AST.Parameter(name: try onlyName(), type: try typeName(), defaultValue: nil)
    try refuseColumnClauses()
    return parameter
  }

  /// What may be said of the columns of a table, and not of what a function takes and gives.
  private func refuseColumnClauses() throws(SQLError) {
    if at(.not), kind(ahead: 1) == .word(.null) {
      throw SQLError(
        .parse, "USER_DEFINED_FUNCTIONS.NOT_NULL_ON_FUNCTION_PARAMETERS", "what a function takes and gives may be NULL", span: token.span,
        hint: "leave NOT NULL out")
    }
    if at(.generated) {
      throw SQLError(
        .parse, "INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_GENERATED_COLUMNS_AS_PARAMETERS", "a parameter is given and not computed",
        span: token.span, hint: "DEFAULT gives it a value where the call has none")
    }
  }

  /// What follows CREATE AGGREGATE.
  mutating func createAggregate(isReplace: Bool, isTemporary: Bool) throws(SQLError) -> AST.CreateAggregate {
    let ifNotExists = try ifNotExists()
    let name = try objectName()
    let parameters = try parenthesisedListOrNone { (parser) throws(SQLError) in try parser.parameter() }
    try expect(.returns)
    let returns = try typeName()
    let initial = accept(.initial) ? try aggregateInitial() : nil
    try expect(.update)
    var aggregate = AST.CreateAggregate(
      isReplace: isReplace, isTemporary: isTemporary, ifNotExists: ifNotExists, name: name,
      parameters: parameters, returns: returns, initial: initial, update: try aggregateStep())
    try aggregateClauses(&aggregate)
    return aggregate
  }

  private mutating func aggregateInitial() throws(SQLError) -> AST.CreateAggregate.Initial {
    guard accept(.from) else { return .expression(try expression()) }
    try expect(.leftParen)
    let query = try query()
    try expect(.rightParen)
    return .query(query)
  }

  private mutating func aggregateClauses(_ aggregate: inout AST.CreateAggregate) throws(SQLError) {
    while true {
      let start = token.span
      switch accept(anyOf: [.inverse, .merge, .result, .final, .timeout]) {
      case .inverse:
        let step = try aggregateStep()
        guard aggregate.inverse == nil else { throw .duplicateClause("INVERSE", at: start) }
        aggregate.inverse = step
      case .merge:
        let step = try aggregateStep()
        guard aggregate.merge == nil else { throw .duplicateClause("MERGE", at: start) }
        aggregate.merge = step
      case .result, .final:
        let step = try aggregateStep()
        guard aggregate.result == nil else { throw .duplicateClause("RESULT", at: start) }
        aggregate.result = step
      case .timeout:
        let timeout = try duration()
        guard aggregate.timeout == nil else { throw .duplicateClause("TIMEOUT", at: start) }
        aggregate.timeout = timeout
      default: return
      }
    }
  }

  /// `(s, x) -> e`
  private mutating func aggregateStep() throws(SQLError) -> AST.CreateAggregate.Step {
    let parameters = try lambdaParameters()
    try expect(.arrow)
    return .init(parameters: parameters, body: try expression())
  }
}

extension AST.CreateFunction.Body {
  fileprivate var isQuery: Bool {
    if case .query = self { true } else { false }
  }
}
