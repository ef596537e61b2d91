internal import Columnar
internal import Diagnostics
package import Expressions
internal import SQLSyntax

extension ExpressionBinder {
  func negated(_ expression: BoundExpression, if isNegated: Bool, span: SourceSpan) throws(SQLError) -> BoundExpression {
    isNegated ? try call("not", [expression], span: span) : expression
  }

  func bindUnary(
    _ op: AST.UnaryOperator, _ operand: AST.Expression, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    let bound = try bind(operand)
    switch op {
    case .minus: return try call("negative", [bound], span: span)
    case .bitNot: return try call("~", [bound], span: span)
    case .plus:
      if bound.type.isNumeric || bound.type.isInterval { return bound }
      if bound.type == .string || bound.type == .null { return context.cast(bound, to: .double) }
      throw .typeMismatch("unary + takes a number or an interval, found \(bound.type.sqlName)", span: span)
    }
  }

  /// An operand that must be BOOLEAN.
  func bindBoolean(_ operand: AST.Expression, of what: String) throws(SQLError) -> BoundExpression {
    try asBoolean(try bind(operand), of: what)
  }

  func asBoolean(_ bound: BoundExpression, of what: String) throws(SQLError) -> BoundExpression {
    switch bound.type {
    case .boolean: return bound
    case .null, .string: return context.cast(bound, to: .boolean)
    default:
      throw .typeMismatch(
        "\(what) takes BOOLEAN operands, found \(bound.type.sqlName)",
        subclass: what == "AND" || what == "OR" ? "BINARY_OP_DIFF_TYPES" : "UNEXPECTED_INPUT_TYPE", span: bound.span)
    }
  }

  /// A chain of one operator becomes a balanced tree: the order of evaluation stays, the depth is the logarithm.
  func bindLogical(
    _ op: AST.LogicalOperator, _ operands: [AST.Expression], span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    var bound: [BoundExpression] = []
    for operand in operands { bound.append(try bind(operand)) }
    let name = op == .and ? "AND" : "OR"
    if bound.count > 1, let type = Self.unitedType(bound[0].type, bound[1].type) {
      throw .typeMismatch("\(name) takes BOOLEAN operands, found \(type.sqlName)", subclass: "BINARY_OP_WRONG_TYPE", span: span)
    }
    for index in bound.indices { bound[index] = try asBoolean(bound[index], of: name) }
    return BoundExpression.chain(bound[...], op == .and ? .and : .or) ?? .literal(.bool(op == .and), .boolean, span: span)
  }

  /// The type that both operands of AND and OR would have, where it is not BOOLEAN: Spark tells this mistake from operands of two
  /// types, and takes two texts for it.
  private static func unitedType(_ left: DataType, _ right: DataType) -> DataType? {
    if left == right { return left == .boolean || left == .null ? nil : left }
    let others: Set<DataType> = [.boolean, .null]
    if others.contains(left) || others.contains(right) || left.isNested || right.isNested { return nil }
    if left == .string { return right }
    if right == .string { return left }
    return nil
  }

  func bindIsTest(
    _ operand: AST.Expression, _ test: AST.IsTest, isNegated: Bool, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    switch test {
    case .null: return try call(isNegated ? "isnotnull" : "isnull", [try bind(operand)], span: span)
    case .unknown:
      return try call(isNegated ? "isnotnull" : "isnull", [try bindBoolean(operand, of: "IS UNKNOWN")], span: span)
    case .true, .false:
      let wanted = BoundExpression.literal(.bool(test == .true), .boolean, span: span)
      let same = try call("<=>", [try bind(operand), wanted], span: span)
      return try negated(same, if: isNegated, span: span)
    }
  }

  func bindBetween(
    _ operand: AST.Expression, _ low: AST.Expression, _ high: AST.Expression, isNegated: Bool, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    let value = try bind(operand)
    let above = try compare(">=", [value, try bind(low)], span: span)
    let below = try compare("<=", [value, try bind(high)], span: span)
    let both = BoundExpression(
      .and(above, below), type: .boolean, isNullable: above.isNullable || below.isNullable, span: span)
    return try negated(both, if: isNegated, span: span)
  }

  func bindLike(_ like: AST.LikePredicate, span: SourceSpan) throws(SQLError) -> BoundExpression {
    let value = try bind(like.value)
    var tests: [BoundExpression] = []
    for pattern in like.patterns {
      var arguments = [value, try bind(pattern)]
      if let escape = like.escape {
        arguments.append(.literal(.bytes(escape.bytes), .string, span: escape.span))
      }
      let test = try call(like.operator.functionName, arguments, span: span)
      // NOT LIKE ANY asks whether any pattern does not match.
      tests.append(try negated(test, if: like.isNegated, span: span))
    }
    return BoundExpression.chain(tests[...], like.quantifier == .any ? .or : .and)
      ?? .literal(.bool(like.quantifier != .any), .boolean, span: span)
  }

  func bindCast(
    _ operand: AST.Expression, to typeName: AST.TypeName, isTry: Bool, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    let type = try TypeBinder.bind(castTo: typeName)
    let bound = try bind(operand)
    return try explicitCast(bound, to: type, mode: isTry ? .attempt : context.castMode, span: span)
  }

  func explicitCast(
    _ operand: BoundExpression, to type: DataType, mode: CastMode, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    if operand.type == type {
      // CAST(1 AS INT) beside a decimal counts as any INT, not as the literal 1.
      let isLiteral = type.isIntegral && operand.literalValue.map { !$0.isNull } ?? false
      return isLiteral ? BoundExpression(.cast(operand, mode), type: type, isNullable: false, span: span) : operand
    }
    if operand.type == .string, type.isTemporal, let text = operand.literalValue?.text,
      let moment = LiteralBinder(context: context).special(text, type, span: span)
    {
      return moment
    }
    guard Casts.isAllowed(from: operand.type, to: type, mode: mode) else {
      throw .cannotCast(from: operand.type, to: type, span: span)
    }
    let isNullable = operand.isNullable || mode != .ansi
    return BoundExpression(.cast(operand, mode), type: type, isNullable: isNullable, span: span)
  }

  func bindRow(_ values: [AST.Expression], span: SourceSpan) throws(SQLError) -> BoundExpression {
    var arguments: [BoundExpression] = []
    for (index, value) in values.enumerated() {
      arguments.append(.literal(.string(rowFieldName(of: value, at: index)), .string, span: value.span))
      arguments.append(try bind(value))
    }
    return try call("named_struct", arguments, span: span)
  }

  /// `STRUCT(a AS x, b, c + 1)`: fields x, b and col3.
  func bindStructure(_ items: [AST.SelectItem], span: SourceSpan) throws(SQLError) -> BoundExpression {
    var arguments: [BoundExpression] = []
    for (index, item) in items.enumerated() {
      if case .star(let star) = item.expression.kind {
        for column in try expand(star, span: item.span) {
          arguments += [.literal(.string(column.name), .string, span: item.span), column.expression]
        }
        continue
      }
      let name = item.alias?.text ?? rowFieldName(of: item.expression, at: index)
      arguments.append(.literal(.string(name), .string, span: item.span))
      arguments.append(try bind(item.expression))
    }
    return try call("named_struct", arguments, span: span)
  }
}

extension AST.LikePredicate.Operator {
  var functionName: String {
    switch self {
    case .like: "like"
    case .ilike: "ilike"
    case .rlike: "rlike"
    }
  }
}

extension BoundExpression {
  /// Which Kleene operator a chain is made of.
  package enum Logic: Sendable { case and, or }

  /// `operands` joined by one operator, as a balanced tree in the same order; nil for none.
  package static func chain(_ operands: ArraySlice<BoundExpression>, _ logic: Logic) -> BoundExpression? {
    guard operands.count > 1 else { return operands.first }
    let middle = operands.startIndex + operands.count / 2
    guard let left = chain(operands[..<middle], logic), let right = chain(operands[middle...], logic) else { return nil }
    return BoundExpression(
      logic == .and ? .and(left, right) : .or(left, right), type: .boolean,
      isNullable: left.isNullable || right.isNullable, span: left.span.union(right.span))
  }
}
