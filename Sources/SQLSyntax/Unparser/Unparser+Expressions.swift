import Diagnostics

/// How tight an expression binds; an operand that binds looser than its place needs parentheses.
private enum Binding {
  static let lambda = 0
  static let or = 1
  static let and = 2
  static let not = 3
  static let predicate = 4
  /// Plus the power of the operator, 1 to 7.
  static let value = 4
  static let unary = 12
  static let postfix = 13
  static let primary = 14
}

extension Unparser {
  mutating func expression(_ expression: AST.Expression) { self.expression(expression, atLeast: Binding.lambda) }

  /// An operand of a predicate or a frame bound.
  mutating func value(_ expression: AST.Expression) { self.expression(expression, atLeast: Binding.value + 1) }

  private mutating func expression(_ expression: AST.Expression, atLeast binding: Int) {
    guard Self.binding(of: expression) < binding else { return unparenthesised(expression) }
    write("(")
    unparenthesised(expression)
    write(")")
  }

  private static func binding(of expression: AST.Expression) -> Int {
    switch expression.kind {
    case .lambda: Binding.lambda
    case .logical(.or, _): Binding.or
    case .logical(.and, _): Binding.and
    case .not: Binding.not
    case .isTest, .isDistinctFrom, .between, .inList, .inSubquery, .like: Binding.predicate
    case .binary(let binary, _, _): Binding.value + binary.spelling.power
    case .unary: Binding.unary
    case .element, .field: Binding.postfix
    case .literal, .name, .star, .exists, .scalarSubquery, .caseWhen, .cast, .call, .row, .structure:
      Binding.primary
    }
  }

  private mutating func unparenthesised(_ expression: AST.Expression) {
    switch expression.kind {
    case .literal(let literal): self.literal(literal)
    case .name(let name): column(name)
    case .star(let star): self.star(star)
    case .unary(let operation, let operand): unary(operation, operand)
    case .binary(let binary, let left, let right): self.binary(binary, left, right)
    case .logical(let logical, let operands): self.logical(logical, operands)
    case .not(let operand):
      write("NOT ")
      self.expression(operand, atLeast: Binding.not)
    case .isTest(let operand, let test, let isNegated):
      value(operand)
      write(isNegated ? " IS NOT " : " IS ")
      write(test.spelling)
    case .isDistinctFrom(let left, let right, let isNegated):
      value(left)
      write(isNegated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ")
      value(right)
    case .between(let operand, let low, let high, let isNegated):
      value(operand)
      write(isNegated ? " NOT BETWEEN " : " BETWEEN ")
      value(low)
      write(" AND ")
      value(high)
    case .inList(let operand, let elements, let isNegated):
      value(operand)
      write(isNegated ? " NOT IN " : " IN ")
      parenthesised(elements) { $0.expression($1) }
    case .inSubquery(let operand, let query, let isNegated):
      value(operand)
      write(isNegated ? " NOT IN " : " IN ")
      subquery(query)
    case .like(let like): self.like(like)
    case .exists(let query):
      write("EXISTS ")
      subquery(query)
    case .scalarSubquery(let query): subquery(query)
    case .caseWhen(let operand, let branches, let otherwise): caseWhen(operand, branches, otherwise)
    case .cast(let operand, let type, let isTry): cast(operand, type, isTry: isTry)
    case .call(let call): self.call(call)
    case .lambda(let parameters, let body): lambda(parameters, body)
    case .element(let base, let index):
      self.expression(base, atLeast: Binding.postfix)
      write("[")
      self.expression(index)
      write("]")
    case .field(let base, let name): field(base, name)
    case .row(let fields):
      if fields.count < 2 { write("ROW") }
      parenthesised(fields) { $0.expression($1) }
    case .structure(let fields):
      write("STRUCT")
      parenthesised(fields) { $0.selectItem($1) }
    }
  }

  mutating func subquery(_ query: AST.Query) {
    write("(")
    self.query(query)
    write(")")
  }

  /// A minus before a digit would become part of the number, one before a minus a comment.
  private mutating func unary(_ operation: AST.UnaryOperator, _ operand: AST.Expression) {
    write(operation.spelling)
    let start = bytes.count
    expression(operand, atLeast: Binding.unary)
    let first = bytes[start]
    if first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      bytes.insert(UInt8(ascii: " "), at: start)
    } else if operation == .minus, isDigit(first) || first == UInt8(ascii: ".") {
      bytes.insert(UInt8(ascii: "("), at: start)
      write(")")
    }
  }

  private mutating func binary(_ binary: AST.BinaryOperator, _ left: AST.Expression, _ right: AST.Expression) {
    let (text, power) = binary.spelling
    expression(left, atLeast: Binding.value + power)
    write(" \(text) ")
    expression(right, atLeast: Binding.value + power + 1)
  }

  private mutating func logical(_ logical: AST.LogicalOperator, _ operands: [AST.Expression]) {
    for (index, operand) in operands.enumerated() {
      if index > 0 { write(logical == .and ? " AND " : " OR ") }
      expression(operand, atLeast: logical == .and ? Binding.not : Binding.and)
    }
  }

  private mutating func like(_ like: AST.LikePredicate) {
    value(like.value)
    write(like.isNegated ? " NOT " : " ")
    write(like.operator.spelling)
    switch like.quantifier {
    case .one:
      for pattern in like.patterns {
        write(" ")
        value(pattern)
      }
    case .any, .all:
      write(like.quantifier == .any ? " ANY " : " ALL ")
      parenthesised(like.patterns) { $0.expression($1) }
    }
    clause(" ESCAPE ", like.escape)
  }

  private mutating func caseWhen(
    _ operand: AST.Expression?, _ branches: [AST.CaseBranch], _ otherwise: AST.Expression?
  ) {
    write("CASE")
    clause(" ", operand)
    for branch in branches {
      clause(" WHEN ", branch.condition)
      clause(" THEN ", branch.result)
    }
    clause(" ELSE ", otherwise)
    write(" END")
  }

  private mutating func cast(_ operand: AST.Expression, _ type: AST.TypeName, isTry: Bool) {
    write(isTry ? "TRY_CAST(" : "CAST(")
    expression(operand)
    write(" AS ")
    typeName(type)
    write(")")
  }

  mutating func lambda(_ parameters: [AST.Identifier], _ body: AST.Expression) {
    if parameters.count == 1 { name(parameters[0]) } else { nameList(parameters) }
    write(" -> ")
    expression(body)
  }

  /// `a.b` would be one name and `1.b` no number, so such bases stand in parentheses.
  private mutating func field(_ base: AST.Expression, _ name: AST.Identifier) {
    switch base.kind {
    case .name, .literal(.number):
      write("(")
      expression(base)
      write(")")
    default:
      expression(base, atLeast: Binding.postfix)
    }
    write(".")
    anyName(name)
  }
}
