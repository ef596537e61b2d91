internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// Binds expressions at one place of a query: names become ordinals, types are known, conversions are written out.
///
/// A value: a place that allows more or less is a copy with other fields. What an aggregate, a generator or another item
/// of the select list will give stands in the result as a `Placeholder` column until the whole SELECT is known.
struct ExpressionBinder {
  let context: StatementContext
  var scope: Scope
  var clause: Clause
  /// Aliases of the select list that may be used here.
  var aliases: AliasLookup = .none
  /// Where aggregate calls go; nil where none may stand.
  var aggregates: AggregateCollector?
  /// Where sliding and session windows go; nil where none may stand.
  var windows: WindowCollector?
  /// Where `grouping` calls go; nil where there are no grouping sets.
  var groupings: GroupingCollector?
  /// Where calls with OVER go; nil where none may stand.
  var overs: OverCollector?
  /// Arguments of an aggregate are being bound.
  var enclosingAggregate: String?
  var lambdaVariables: [LambdaVariable] = []
  /// Scopes of the queries around this one; a name found there is a correlated column.
  var outer: [Scope] = []
  /// Where subqueries go; nil where none may stand.
  var subqueries: SubqueryCollector?
  /// Binds subqueries: knows the common tables in sight.
  var queries: QueryBinder?
  /// Inside MATCH_RECOGNIZE: names of pattern variables mean rows of the match.
  var rowPattern: RowPatternPlace?

  init(_ context: StatementContext, scope: Scope, clause: Clause) {
    self.context = context
    self.scope = scope
    self.clause = clause
  }

  /// The clause that an expression stands in, for messages.
  enum Clause: String, Sendable {
    case select = "the select list"
    case `where` = "WHERE"
    case groupBy = "GROUP BY"
    case having = "HAVING"
    case qualify = "QUALIFY"
    case orderBy = "ORDER BY"
    case filter = "FILTER"
    case values = "VALUES"
    case lateralView = "LATERAL VIEW"
    case limit = "LIMIT"
    case pivot = "PIVOT"
    case sample = "TABLESAMPLE"
    case from = "FROM"
    case joinCondition = "ON"
    case define = "DEFINE"
    case measures = "MEASURES"
    case constant = "a constant"
    case function = "the body of a function"
  }

  struct LambdaVariable: Sendable {
    var name: String
    var slot: Int
    var field: Field
  }

  /// Binds one expression and all below it.
  func bind(_ expression: AST.Expression) throws(SQLError) -> BoundExpression {
    try context.enterExpression(expression.span)
    defer { context.leaveExpression() }
    var bound = try bindKind(expression)
    if bound.span.isNone { bound.span = expression.span }
    return bound
  }

  func bind(_ expressions: [AST.Expression]) throws(SQLError) -> [BoundExpression] {
    var bound: [BoundExpression] = []
    bound.reserveCapacity(expressions.count)
    for expression in expressions { bound.append(try bind(expression)) }
    return bound
  }

  /// A condition: BOOLEAN, or NULL.
  func bindCondition(_ expression: AST.Expression) throws(SQLError) -> BoundExpression {
    let bound = try bind(expression)
    switch bound.type {
    case .boolean: return bound
    case .null: return context.cast(bound, to: .boolean)
    default: throw .notBoolean(clause.rawValue, found: bound.type, span: expression.span)
    }
  }

  private func bindKind(_ expression: AST.Expression) throws(SQLError) -> BoundExpression {
    let span = expression.span
    switch expression.kind {
    case .literal(let literal):
      if case .string(let string) = literal { warnOfQuotedName(string) }
      return try LiteralBinder(context: context).bind(literal, span: span)
    case .name(let name): return try bindName(name, span: span)
    case .star: throw misplacedStar(span)
    case .unary(let op, let operand): return try bindUnary(op, operand, span: span)
    case .binary(let op, let left, let right):
      let operands = [try bind(left), try bind(right)]
      context.note(TypedName(op, operands[0], operands[1]), of: expression)
      return try compare(op.functionName, operands, span: span)
    case .logical(let op, let operands): return try bindLogical(op, operands, span: span)
    case .not(let operand):
      if case .inSubquery(let value, let query, let isNegated) = operand.kind {
        return try bindMembership(value, query, isNegated: !isNegated, span: span)
      }
      return try call("not", [try bindBoolean(operand, of: "NOT")], span: span)
    case .isTest(let operand, let test, let isNegated):
      return try bindIsTest(operand, test, isNegated: isNegated, span: span)
    case .isDistinctFrom(let left, let right, let isNegated):
      let same = try compare("<=>", [try bind(left), try bind(right)], span: span)
      return isNegated ? same : try call("not", [same], span: span)
    case .between(let operand, let low, let high, let isNegated):
      return try bindBetween(operand, low, high, isNegated: isNegated, span: span)
    case .inList(let operand, let candidates, let isNegated):
      return try negated(
        try compare("in", [try bind(operand)] + (try bind(candidates)), span: span), if: isNegated, span: span)
    case .like(let like): return try bindLike(like, span: span)
    case .caseWhen(let operand, let branches, let otherwise):
      return try bindCase(operand, branches, otherwise, span: span)
    case .cast(let operand, let type, let isTry): return try bindCast(operand, to: type, isTry: isTry, span: span)
    case .call(let functionCall):
      let bound = try bindCall(functionCall, span: span)
      context.note(TypedName(ofCall: functionCall, bound), of: expression)
      return bound
    case .lambda: throw misplacedLambda(span)
    case .element(let operand, let index):
      return try call("element_access", [try bind(operand), try bind(index)], span: span)
    case .field(let operand, let name): return try field(name, of: try bind(operand), span: span)
    case .row(let values): return try bindRow(values, span: span)
    case .structure(let items): return try bindStructure(items, span: span)
    case .inSubquery(let operand, let query, let isNegated):
      return try bindMembership(operand, query, isNegated: isNegated, span: span)
    case .exists(let query): return try bindExists(query, span: span)
    case .scalarSubquery(let query): return try bindScalarSubquery(query, span: span)
    }
  }

  /// `"x"` is a string here, but many dialects mean the column by it.
  private func warnOfQuotedName(_ string: AST.StringLiteral) {
    guard context.isDoubleQuoted(string.span), !scope.ordinals(qualifier: [], name: string.text).isEmpty else { return }
    context.warn(
      SQLError(
        .bind, "QUOTED_STRING_IS_COLUMN_NAME", "\"\(string.text)\" is a string here, and also the name of a column",
        span: string.span, hint: "write `\(string.text)` for the column, or SET dialect = ansi"))
  }

  private func misplacedStar(_ span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "INVALID_USAGE_OF_STAR_OR_REGEX", "* cannot stand here", span: span,
      hint: "it is an item of a select list, or the argument of count(*)")
  }

  private func misplacedLambda(_ span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION",
      "a lambda is only understood as an argument of a function that takes one", span: span)
  }
}

extension StatementContext {
  /// Notes one more level of nesting.
  func enterExpression(_ span: SourceSpan) throws(SQLError) {
    if expressionDepth >= limits.expressionDepthMax { throw .expressionTooDeep(limits.expressionDepthMax, span: span) }
    expressionDepth += 1
  }

  func leaveExpression() { expressionDepth -= 1 }
}

extension AST.BinaryOperator {
  /// The name under which the registry has the operator.
  var functionName: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .modulo: "%"
    case .integerDivide: "div"
    case .concat: "||"
    case .bitAnd: "&"
    case .bitOr: "|"
    case .bitXor: "^"
    case .shiftLeft: "shiftleft"
    case .shiftRight: "shiftright"
    case .shiftRightUnsigned: "shiftrightunsigned"
    case .equal: "="
    case .notEqual: "!="
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .nullSafeEqual: "<=>"
    }
  }
}
