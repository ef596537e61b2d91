import Diagnostics

extension Parser {
  /// `(arguments) [WITHIN GROUP …] [FILTER …] [IGNORE NULLS] [OVER …]` after the name of a function.
  mutating func call(_ name: AST.ObjectName) throws(SQLError) -> AST.Expression {
    if let special = try specialCall(name) { return special }
    var call = AST.FunctionCall(name: name)
    try expect(.leftParen)
    if !accept(.rightParen) {
      if accept(.distinct) { call.isDistinct = true } else if at(.all) { advance() }
      call.arguments = try commaSeparated { (parser) throws(SQLError) in try parser.argument() }
      if at(.order) { call.orderBy = try orderBy() }
      nullTreatment(&call)
      try expect(.rightParen)
    }
    try Self.quoteUnit(of: &call)
    try callSuffix(&call)
    return .init(.call(call), span: span(from: name.span))
  }

  private mutating func callSuffix(_ call: inout AST.FunctionCall) throws(SQLError) {
    if at(.within, .group) {
      advance()
      advance()
      try expect(.leftParen)
      call.withinGroup = try orderBy()
      try expect(.rightParen)
    }
    if at(.filter, .leftParen) {
      advance()
      advance()
      try expect(.where)
      call.filter = try expression()
      try expect(.rightParen)
    }
    nullTreatment(&call)
    if at(.over), kind(ahead: 1) == .symbol(.leftParen) || isImplicitAlias(ahead: 1) {
      advance()
      call.over = at(.leftParen) ? .specification(try windowSpecification()) : .name(try name())
    }
  }

  /// `IGNORE NULLS` or `RESPECT NULLS`, behind the arguments or behind their parenthesis.
  private mutating func nullTreatment(_ call: inout AST.FunctionCall) {
    guard at(.ignore, .nulls) || at(.respect, .nulls) else { return }
    call.nullTreatment = at(.ignore) ? .ignore : .respect
    advance()
    advance()
  }

  /// `e`, `name => e`, `*` or `t.*`
  mutating func argument() throws(SQLError) -> AST.Argument {
    if isName(), kind(ahead: 1) == .symbol(.fatArrow) {
      let name = try name()
      advance()
      return .init(name: name, value: .expression(try expression()))
    }
    if let star = try star() { return .init(value: .expression(star)) }
    if at(.leftParen), kind(ahead: 1) == .symbol(.star), kind(ahead: 2) == .symbol(.rightParen) {
      // `count(DISTINCT (*))`
      advance()
      defer { advance() }
      if let star = try star() { return .init(value: .expression(star)) }
    }
    return .init(value: .expression(try expression()))
  }

  var isPatternSemantics: Bool {
    guard case .word = kind(ahead: 1), isName(ahead: 1) else { return false }
    return kind(ahead: 2) == .symbol(.leftParen)
  }

  /// `FINAL LAST(A.x)`, `RUNNING sum(A.x)`
  mutating func patternSemanticsCall() throws(SQLError) -> AST.Expression {
    let start = token.span
    let semantics: AST.FunctionCall.PatternSemantics = at(.final) ? .final : .running
    advance()
    let expression = try call(.init([try name()]))
    guard case .call(var call) = expression.kind else { return expression }
    call.semantics = semantics
    return .init(.call(call), span: span(from: start))
  }

  /// `DATE_ADD(DAY, 1, d)`: the unit is a bare word; it becomes a string.
  private static func quoteUnit(of call: inout AST.FunctionCall) throws(SQLError) {
    guard call.arguments.count == 3, isUnitFunction(call.name), call.arguments[0].name == nil,
      case .expression(let expression) = call.arguments[0].value
    else { return }
    if case .literal(.string(let text)) = expression.kind, AST.IntervalUnit(word: text.text) != nil {
      throw .quotedUnit(text.text, of: call.name.text, at: expression.span)
    }
    guard case .name(let unit) = expression.kind,
      unit.parts.count == 1, !unit.parts[0].isQuoted,
      AST.IntervalUnit(word: unit.text) != nil || unit.text.uppercased() == "DAYOFYEAR"
    else { return }
    call.arguments[0].value = .expression(
      .init(.literal(.string(.init(unit.text.uppercased(), span: expression.span))), span: expression.span))
  }

  /// Functions whose first of three arguments is a unit.
  static func isUnitFunction(_ name: AST.ObjectName) -> Bool {
    guard name.parts.count == 1 else { return false }
    switch Keyword(rawValue: name.text.uppercased()) {
    case .timestampadd, .timestampdiff, .dateadd, .datediff, .dateAdd, .dateDiff: return true
    default: return name.text.uppercased() == "TIMEDIFF"
    }
  }
}
