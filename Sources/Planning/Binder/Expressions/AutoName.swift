internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// Names of columns that have no alias, as Spark prints them: `count(1)`, `(a + 1)`, `CAST(a AS INT)`.
extension ExpressionBinder {
  /// The name of an item of a select list: a column and a cast of one keep the column's name.
  func outputName(of expression: AST.Expression) -> String {
    switch expression.kind {
    case .name(let name):
      return isParameterless(name) ? autoName(of: expression) : name.last.text
    case .cast(let operand, _, _):
      if case .name(let name) = operand.kind, !isParameterless(name) { return name.last.text }
      return autoName(of: expression)
    case .call(let call) where FunctionNames.castFunctions.contains(call.name.last.text.lowercased()):
      if let operand = call.arguments.first?.expression, case .name(let name) = operand.kind, !isParameterless(name) {
        return name.last.text
      }
      return autoName(of: expression)
    case .call(let call) where ["window", "session_window"].contains(call.name.last.text.lowercased()):
      return call.name.last.text.lowercased()
    case .call(let call) where call.name.last.text.lowercased() == "identifier":
      // A name that is none is refused where the call is bound; here the column is only named.
      return (try? identifierName(call, span: expression.span))?.last.text ?? autoName(of: expression)
    case .field(let base, let name) where base.isColumnPath: return name.text
    default: return autoName(of: expression)
    }
  }

  /// `CURRENT_DATE` without parentheses, unless a column has that name.
  private func isParameterless(_ name: AST.ObjectName) -> Bool {
    name.parts.count == 1 && !name.parts[0].isQuoted
      && ["current_date", "current_timestamp", "localtimestamp"].contains(name.text.lowercased())
      && scope.ordinals(qualifier: [], name: name.text).isEmpty
  }

  /// The expression as Spark prints it: operators in parentheses, strings without quotes, relations left out.
  func autoName(of expression: AST.Expression) -> String {
    switch expression.kind {
    case .literal(let literal): return literalName(literal, expression.span)
    case .name(let name): return columnName(name)
    case .star: return "*"
    case .unary(.minus, let operand): return "(- \(autoName(of: operand)))"
    case .unary(.plus, let operand): return "(+ \(autoName(of: operand)))"
    case .unary(.bitNot, let operand): return "~\(autoName(of: operand))"
    case .binary(.concat, let left, let right): return "concat(\(autoName(of: left)), \(autoName(of: right)))"
    case .binary(.notEqual, let left, let right): return "(NOT (\(autoName(of: left)) = \(autoName(of: right))))"
    case .binary(let op, let left, let right):
      if let typed = context.typedName(of: expression) {
        if case .wholeBound(let bound, let isRight) = typed {
          return "(\(isRight ? autoName(of: left) : bound) \(op.symbol) \(isRight ? bound : autoName(of: right)))"
        }
        return typed.text(op, autoName(of: left), autoName(of: right))
      }
      return "(\(autoName(of: left)) \(op.symbol) \(autoName(of: right)))"
    case .logical(let op, let operands): return chainName(operands, op == .and ? "AND" : "OR")
    case .not(let operand): return "(NOT \(autoName(of: operand)))"
    case .isTest(let operand, let test, let isNegated): return testName(autoName(of: operand), test, isNegated)
    case .isDistinctFrom(let left, let right, let isNegated):
      let same = "(\(autoName(of: left)) <=> \(autoName(of: right)))"
      return isNegated ? same : "(NOT \(same))"
    case .between(let operand, let low, let high, let isNegated):
      return negatedName("between(\(list([operand, low, high])))", isNegated)
    case .inList(let operand, let candidates, let isNegated):
      return negatedName("(\(autoName(of: operand)) IN (\(list(candidates))))", isNegated)
    case .inSubquery(let operand, _, let isNegated):
      return negatedName("(\(comparedName(operand)) IN (listquery(\(outerNames(expression.span)))))", isNegated)
    case .like(let like): return likeName(like)
    case .exists: return "exists(\(outerNames(expression.span)))"
    case .scalarSubquery: return "scalarsubquery(\(outerNames(expression.span)))"
    case .caseWhen(let operand, let branches, let otherwise): return caseName(operand, branches, otherwise)
    case .cast(let operand, let type, let isTry):
      let bound = try? TypeBinder.bind(castTo: type)
      if bound?.isNested == true { return autoName(of: operand) }
      let target = bound?.sqlName ?? ""
      return "\(isTry ? "TRY_CAST" : "CAST")(\(autoName(of: operand)) AS \(target))"
    case .call(let call):
      if case .call(let name, let count) = context.typedName(of: expression) {
        let arguments = call.arguments.prefix(count).compactMap(\.expression)
        return "\(name)(\(list(arguments)))"
      }
      return autoName(of: call)
    case .lambda(let parameters, let body):
      var inner = self
      inner.lambdaVariables += parameters.map { LambdaVariable(name: $0.text, slot: -1, field: Field($0.text, .null)) }
      let names = parameters.map { _ in "namedlambdavariable()" }
      return "lambdafunction(\(([inner.autoName(of: body)] + names).joined(separator: ", ")))"
    case .element(let operand, let index): return "\(autoName(of: operand))[\(autoName(of: index))]"
    case .field(let operand, let name): return "\(autoName(of: operand)).\(name.text)"
    case .row(let values): return rowName(values)
    case .structure(let items):
      let parts = items.flatMap { item -> [String] in
        if case .star(let star) = item.expression.kind { return columnNames(star) }
        return [autoName(of: item.expression) + (item.alias.map { " AS \($0.text)" } ?? "")]
      }
      return "struct(\(parts.joined(separator: ", ")))"
    }
  }

  /// `named_struct(a, a, col2, 1)`: fields go by the columns that they are.
  private func rowName(_ values: [AST.Expression]) -> String {
    let parts = values.enumerated().map { index, value in
      "\(rowFieldName(of: value, at: index)), \(autoName(of: value))"
    }
    return "named_struct(\(parts.joined(separator: ", ")))"
  }

  /// What IN compares with the rows of a query: the fields of a row go by the names of their values, in quotes.
  private func comparedName(_ operand: AST.Expression) -> String {
    guard case .row(let values) = operand.kind else { return autoName(of: operand) }
    let parts = values.enumerated().map { index, value in
      let name =
        switch value.kind {
        case .name(let column): column.last.text
        case .literal: autoName(of: value)
        default: "_\(index)"
        }
      return "'\(name)', \(autoName(of: value))"
    }
    return "named_struct(\(parts.joined(separator: ", ")))"
  }

  /// The name of a field of a row or struct that was given none.
  func rowFieldName(of value: AST.Expression, at index: Int) -> String {
    if case .name(let column) = value.kind { return column.last.text }
    return "col\(index + 1)"
  }

  private func list(_ expressions: [AST.Expression]) -> String {
    expressions.map { autoName(of: $0) }.joined(separator: ", ")
  }

  private func negatedName(_ name: String, _ isNegated: Bool) -> String { isNegated ? "(NOT \(name))" : name }

  private func literalName(_ literal: AST.Literal, _ span: SourceSpan) -> String {
    guard let bound = try? LiteralBinder(context: context).bind(literal, span: span), let value = bound.literalValue else {
      // DATE 'today' and its like.
      if case .typed(_, let text) = literal { return text.text }
      return ""
    }
    if case .string(let text) = literal, let written = context.written(span), written.lowercased() == text.text.lowercased() {
      // A unit such as DAY, which is a word in the text.
      return written
    }
    if case .int128(let unscaled) = value, case .decimal(_, let scale) = bound.type,
      let scientific = DecimalName.scientific(unscaled, scale: scale)
    {
      return scientific
    }
    if bound.type == .timestamp, let zone = TimeZoneRules.named(context.settings.zoneName),
      let local = value.integer.flatMap({ zone.localMicros(utcMicros: $0) })
    {
      return Value.int64(local).sqlText(bound.type, plainStrings: true)
    }
    return value.sqlText(bound.type, plainStrings: true)
  }

  /// A column without its relation, with its struct fields.
  private func columnName(_ name: AST.ObjectName) -> String {
    let parts = name.parts.map(\.text)
    if lambdaVariables.contains(where: { $0.name.equalsIgnoringCase(parts[0]) }) {
      return (["namedlambdavariable()"] + parts.dropFirst()).joined(separator: ".")
    }
    if isParameterless(name) { return "\(parts[0].lowercased())()" }
    if isLateralAlias(name) { return "lateralAliasReference(\(parts[0]))" }
    for count in stride(from: parts.count - 1, through: 1, by: -1)
    where !scope.ordinals(qualifier: parts[..<count], name: parts[count]).isEmpty {
      return parts[count...].joined(separator: ".")
    }
    return outerName(name) ?? parts.joined(separator: ".")
  }

  /// Whether it is another item of the select list.
  private func isLateralAlias(_ name: AST.ObjectName) -> Bool {
    guard clause == .select, name.parts.count == 1, case .afterInput(let aliases) = aliases else { return false }
    return scope.ordinals(qualifier: [], name: name.text).isEmpty && !aliases.named(name.text).isEmpty
  }

  /// A column of a query around this one: `outer(t.a)`.
  private func outerName(_ name: AST.ObjectName) -> String? {
    if !scope.ordinals(qualifier: [], name: name.parts[0].text).isEmpty { return nil }
    for scope in outer.reversed() {
      // An ambiguous name is refused where it is bound; here it has no other name.
      guard let value = try? inputColumn(name, in: scope, span: .none), case .column(let ordinal) = value.node,
        scope.columns.indices.contains(ordinal)
      else { continue }
      return "outer(\(scope.columns[ordinal].displayName))"
    }
    return nil
  }

  /// The columns around it that the subquery at `span` uses, as often as it does.
  private func outerNames(_ span: SourceSpan) -> String {
    guard let subquery = subqueries?.entries.last(where: { $0.span == span }) else { return "" }
    return subquery.relation.plan.outerReferences.compactMap { id -> String? in
      let reference = context.outerReferences[id]
      guard reference.depth == subquery.depth, case .column(let ordinal) = reference.value.node,
        scope.columns.indices.contains(ordinal)
      else { return nil }
      return scope.columns[ordinal].field.name
    }.joined(separator: ", ")
  }

  private func chainName(_ operands: [AST.Expression], _ word: String) -> String {
    guard let first = operands.first else { return "" }
    return operands.dropFirst().reduce(autoName(of: first)) { "(\($0) \(word) \(autoName(of: $1)))" }
  }

  private func testName(_ operand: String, _ test: AST.IsTest, _ isNegated: Bool) -> String {
    switch test {
    case .null, .unknown: "(\(operand) IS \(isNegated ? "NOT " : "")NULL)"
    case .true: negatedName("(\(operand) <=> true)", isNegated)
    case .false: negatedName("(\(operand) <=> false)", isNegated)
    }
  }

  private func likeName(_ like: AST.LikePredicate) -> String {
    let value = autoName(of: like.value)
    if like.quantifier != .one, like.operator != .rlike, like.patterns.allSatisfy(\.isText) {
      let operand = like.operator == .ilike ? "lower(\(value))" : value
      return "\(like.isNegated ? "not" : "")\(like.quantifier == .any ? "likeany" : "likeall")(\(operand))"
    }
    let escape = like.escape.map { " ESCAPE '\($0.text)'" } ?? ""
    let names = like.patterns.map { pattern in
      let name: String
      switch like.operator {
      case .like: name = "\(value) LIKE \(autoName(of: pattern))\(escape)"
      case .ilike: name = "ilike(\(value), \(autoName(of: pattern)))"
      case .rlike: name = "RLIKE(\(value), \(autoName(of: pattern)))"
      }
      return negatedName(name, like.isNegated)
    }
    guard let first = names.first else { return "" }
    let word = like.quantifier == .any ? "OR" : "AND"
    return names.dropFirst().reduce(first) { "(\($0) \(word) \($1))" }
  }

  private func caseName(
    _ operand: AST.Expression?, _ branches: [AST.CaseBranch], _ otherwise: AST.Expression?
  ) -> String {
    var name = "CASE"
    let subject = operand.map { autoName(of: $0) }
    for branch in branches {
      let condition = autoName(of: branch.condition)
      name += " WHEN \(subject.map { "(\($0) = \(condition))" } ?? condition) THEN \(autoName(of: branch.result))"
    }
    if let otherwise { name += " ELSE \(autoName(of: otherwise))" }
    return name + " END"
  }

  // MARK: Calls

  func autoName(of call: AST.FunctionCall) -> String {
    var arguments: [String] = []
    let name = call.name.last.text.lowercased()
    for argument in call.arguments {
      guard let expression = argument.expression else { continue }
      if case .star(let star) = expression.kind {
        arguments += call.isDistinct ? columnNames(star) : starName(star, of: name)
      } else {
        arguments.append(autoName(of: expression))
      }
    }
    if let routine = context.catalog.routine(named: name) { return "\(routine.shownName)(\(arguments.joined(separator: ", ")))" }
    if name == "from_json", arguments.count > 1, arguments[1].lowercased().hasPrefix("map<") { return "entries" }
    if FunctionNames.shownByFirst.contains(name) { arguments = Array(arguments.prefix(1)) }
    if FunctionNames.ranks.contains(name) { arguments = [] }
    if let plain = FunctionNames.plainLambda(name, arguments.count), let body = call.arguments[plain].expression {
      if case .lambda = body.kind {} else { arguments[plain] = "lambdafunction(\(arguments[plain]), namedlambdavariable())" }
    }
    if ["aggregate", "reduce"].contains(name), arguments.count == 3 { arguments.append("lambdafunction(namedlambdavariable(), namedlambdavariable())") }
    if name == "array_sort", arguments.count == 1 { arguments.append(FunctionNames.defaultOrder) }
    if name == "mode", let first = arguments.first {
      return arguments.last == "true" && arguments.count == 2 ? "mode() WITHIN GROUP (ORDER BY \(first) DESC)" : "mode(\(first))" + over(call)
    }
    if let special = FunctionNames.special(name, arguments) { return special }
    arguments += FunctionNames.defaults(of: name, given: arguments.count)
    let distinct = call.isDistinct ? "DISTINCT " : ""
    // With an order string_agg is shown by its other name.
    var known = name == "string_agg" && !call.withinGroup.isEmpty ? "listagg" : name
    if call.nullTreatment == .ignore { known = ["first_value": "first", "last_value": "last"][name] ?? known }
    var text = "\(FunctionNames.shown(known, given: arguments.count))(\(distinct)\(arguments.joined(separator: ", ")))"
    if !call.withinGroup.isEmpty {
      let isPlain = !["listagg", "string_agg"].contains(name)
      // Spark takes the order of `mode` the other way round, and shows it so.
      let items = call.withinGroup.map { isPlain ? autoName(of: $0.expression) + ($0.isDescending != (name == "mode") ? " DESC" : "") : sortName($0) }
      text += " WITHIN GROUP (ORDER BY \(items.joined(separator: ", ")))"
    }
    if let filter = call.filter { text += " FILTER (WHERE \(autoName(of: filter)))" }
    if call.nullTreatment == .ignore, name == "nth_value" { text += " ignore nulls" }
    return text + over(call)
  }

  private func over(_ call: AST.FunctionCall) -> String {
    call.over.map { " OVER \(windowName($0, of: call))" } ?? ""
  }

  private func starName(_ star: AST.Star, of function: String) -> [String] {
    function == "count" && star.qualifier == nil ? ["1"] : columnNames(star)
  }

  private func columnNames(_ star: AST.Star) -> [String] {
    guard let columns = try? expand(star, span: .none) else { return ["*"] }
    return columns.map(\.name)
  }
}

extension AST.BinaryOperator {
  /// How a name shows the operator.
  fileprivate var symbol: String {
    switch self {
    case .shiftLeft: "<<"
    case .shiftRight: ">>"
    case .shiftRightUnsigned: ">>>"
    case .add, .subtract, .multiply, .divide, .modulo, .integerDivide, .concat, .bitAnd, .bitOr, .bitXor, .equal, .notEqual,
      .less, .lessOrEqual, .greater, .greaterOrEqual, .nullSafeEqual:
      functionName
    }
  }
}

extension AST.Expression {
  /// A text that is known when the statement is read.
  fileprivate var isText: Bool {
    switch kind {
    case .literal(.string): true
    case .binary(.concat, let left, let right): left.isText && right.isText
    default: false
    }
  }

  /// A column, or a field of one.
  fileprivate var isColumnPath: Bool {
    switch kind {
    case .name: true
    case .field(let base, _): base.isColumnPath
    default: false
    }
  }
}

extension LogicalPlan {
  /// References to columns of queries around, from the top down.
  var outerReferences: [Int] {
    var found: [Int] = []
    _ = mapExpressions { expression in
      expression.visit { if case .outer(let id) = $0.node { found.append(id) } }
      return expression
    }
    return found + inputs.flatMap(\.outerReferences)
  }
}

/// Decimals as Java's BigDecimal shows them.
private enum DecimalName {
  /// `1E-8`: where six zeros and more would stand behind the point; nil otherwise.
  static func scientific(_ unscaled: Int128, scale: Int) -> String? {
    let digits = String(unscaled.magnitude)
    let exponent = digits.count - 1 - scale
    guard exponent < -6 else { return nil }
    let fraction = digits.dropFirst()
    return "\(unscaled < 0 ? "-" : "")\(digits.prefix(1))\(fraction.isEmpty ? "" : ".\(fraction)")E\(exponent)"
  }
}
