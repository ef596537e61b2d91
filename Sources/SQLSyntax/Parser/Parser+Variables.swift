import Diagnostics

extension Parser {
  /// What follows DECLARE.
  mutating func declare() throws(SQLError) -> AST.Declare {
    let isReplace = at(.or, .replace)
    if isReplace {
      advance()
      advance()
    }
    _ = accept(.variable)
    let name = try objectName()
    let hasType = kind != .end && !at(.semicolon) && !at(.default) && !at(.equal)
    let type = hasType ? try typeName() : nil
    let value = accept(.default) || accept(.equal) ? try expression() : nil
    if type == nil, value == nil { throw .variableWithoutType(at: name.span) }
    return .init(name: name, isReplace: isReplace, type: type, value: value)
  }

  /// Whether SET is followed by VARIABLE and what it sets: without that, `variable` is a setting.
  var isVariableSetting: Bool {
    (at(.var) || at(.variable)) && (isOnlyName(ahead: 1) || kind(ahead: 1) == .symbol(.leftParen))
  }

  /// What follows SET VARIABLE.
  mutating func setVariables() throws(SQLError) -> AST.SetVariables {
    guard at(.leftParen) else { return .assignments(try assignments()) }
    let names = try parenthesisedList { (parser) throws(SQLError) in try parser.objectName() }
    try expect(.equal)
    try expect(.leftParen)
    let query = try query()
    try expect(.rightParen)
    return .row(names, query)
  }
}

extension SQLError {
  fileprivate static func variableWithoutType(at span: SourceSpan) -> SQLError {
    SQLError(
      .parse, "INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED", "a variable needs a type or a value", span: span,
      hint: "DECLARE VARIABLE x INT, or DECLARE VARIABLE x = 1")
  }
}
