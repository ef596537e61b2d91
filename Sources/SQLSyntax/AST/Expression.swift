import Diagnostics

extension AST {
  /// An expression and its place.
  package struct Expression: Equatable, Sendable {
    package var kind: ExpressionKind
    @NotCompared package var span: SourceSpan

    package init(_ kind: ExpressionKind, span: SourceSpan) {
      self.kind = kind
      self.span = span
    }
  }

  package indirect enum ExpressionKind: Equatable, Sendable {
    case literal(Literal)
    /// A column, a qualified column, or a field of a struct column: `a`, `t.a`, `t.a.b`.
    case name(ObjectName)
    /// `*` or `t.*`; in a select list or as the argument of `count(*)`.
    case star(Star)
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    /// `a AND b AND c`: a chain of one operator, flattened, at least two operands.
    case logical(LogicalOperator, [Expression])
    case not(Expression)
    /// `e IS [NOT] NULL | TRUE | FALSE | UNKNOWN`
    case isTest(Expression, IsTest, isNegated: Bool)
    /// `a IS [NOT] DISTINCT FROM b`
    case isDistinctFrom(Expression, Expression, isNegated: Bool)
    case between(Expression, low: Expression, high: Expression, isNegated: Bool)
    case inList(Expression, [Expression], isNegated: Bool)
    case inSubquery(Expression, Query, isNegated: Bool)
    case like(LikePredicate)
    case exists(Query)
    case scalarSubquery(Query)
    /// `CASE [operand] WHEN … THEN … [ELSE …] END`
    case caseWhen(operand: Expression?, branches: [CaseBranch], otherwise: Expression?)
    /// `CAST(e AS t)`, `e::t`, or with `isTry` `TRY_CAST(e AS t)`.
    case cast(Expression, TypeName, isTry: Bool)
    /// Every call, also of syntax such as `EXTRACT(YEAR FROM d)`, which becomes `extract('YEAR', d)`.
    case call(FunctionCall)
    /// `x -> e`, `(a, b) -> e`, `() -> e`
    case lambda(parameters: [Identifier], body: Expression)
    /// `e[index]`
    case element(Expression, index: Expression)
    /// `e.name` where `e` is not itself a name.
    case field(Expression, Identifier)
    /// `(a, b)` or `ROW(a, b)`: a struct with fields col1, col2, ….
    case row([Expression])
    /// `STRUCT(a AS x, b)`: a struct with named fields.
    case structure([SelectItem])
  }

  package struct Star: Equatable, Sendable {
    /// `t` of `t.*`
    package var qualifier: ObjectName?
    /// `* EXCEPT (a, b.c)`
    package var except: [ObjectName]
    /// `* REPLACE (e AS a)`
    package var replace: [SelectItem]

    package init(qualifier: ObjectName? = nil, except: [ObjectName] = [], replace: [SelectItem] = []) {
      self.qualifier = qualifier
      self.except = except
      self.replace = replace
    }
  }

  package struct CaseBranch: Equatable, Sendable {
    package var condition: Expression
    package var result: Expression
  }

  package enum IsTest: Equatable, Sendable, CaseIterable {
    case null, `true`, `false`, unknown
  }

  package enum UnaryOperator: Equatable, Sendable, CaseIterable {
    case plus, minus, bitNot
  }

  package enum LogicalOperator: Equatable, Sendable, CaseIterable {
    case and, or
  }

  package enum BinaryOperator: Equatable, Sendable, CaseIterable {
    case add, subtract, multiply, divide, modulo
    /// `DIV`
    case integerDivide
    /// `||`
    case concat
    case bitAnd, bitOr, bitXor, shiftLeft, shiftRight, shiftRightUnsigned
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    /// `<=>`
    case nullSafeEqual
  }

  /// `value [NOT] LIKE pattern [ESCAPE 'c']`, `ILIKE`, `RLIKE`, and `LIKE ANY|ALL (p, …)`.
  package struct LikePredicate: Equatable, Sendable {
    package enum Operator: Equatable, Sendable, CaseIterable { case like, ilike, rlike }
    package enum Quantifier: Equatable, Sendable, CaseIterable { case one, any, all }

    package var value: Expression
    package var `operator`: Operator
    package var quantifier: Quantifier
    /// One unless quantified.
    package var patterns: [Expression]
    package var escape: StringLiteral?
    package var isNegated: Bool
  }
}
