package import Columnar
package import Diagnostics

/// An expression whose names are ordinals and whose types are known: what the planner moves about and the evaluator runs.
///
/// Every implicit conversion is written out as a `cast`. Keeps its place in the source, for errors raised by data.
package struct BoundExpression: Sendable {
  package var node: Node
  package var type: DataType
  package var isNullable: Bool
  package var span: SourceSpan
  /// Of a column: how long CHAR(n) and VARCHAR(n) say its texts are.
  package var lengths: TextLengths?

  package indirect enum Node: Sendable {
    case literal(Value)
    /// A column of the input, by ordinal.
    case column(Int)
    /// A scalar function or operator.
    case call(ScalarCall)
    case cast(BoundExpression, CastMode)
    /// Kleene logic; later operands are evaluated only for rows that need them.
    case and(BoundExpression, BoundExpression)
    case or(BoundExpression, BoundExpression)
    /// `CASE WHEN … THEN … [ELSE …] END`; branches are evaluated only for their own rows.
    case conditional(branches: [Branch], otherwise: BoundExpression?)
    /// The first operand that is not null; each is evaluated only for rows still open.
    case coalesce([BoundExpression])
    /// A value of the step: `current_timestamp()`, `batch()`, `proctime()` …
    case stepValue(StepValue)
    /// A lambda's parameter, by slot; lives inside a `ScalarCall` with lambdas only.
    case lambdaVariable(Int)
    /// A reference to the n-th outer row column of a correlated subquery; gone after decorrelation.
    case outer(Int)
  }

  package struct Branch: Sendable {
    package var condition: BoundExpression
    package var value: BoundExpression
    package init(condition: BoundExpression, value: BoundExpression) {
      self.condition = condition
      self.value = value
    }
  }

  package init(_ node: Node, type: DataType, isNullable: Bool = true, span: SourceSpan = .none) {
    self.node = node
    self.type = type
    self.isNullable = isNullable
    self.span = span
  }

  package static func column(_ ordinal: Int, _ field: Field, span: SourceSpan = .none) -> BoundExpression {
    var column = BoundExpression(.column(ordinal), type: field.type, isNullable: field.isNullable, span: span)
    column.lengths = field.lengths
    return column
  }

  package static func literal(_ value: Value, _ type: DataType, span: SourceSpan = .none) -> BoundExpression {
    BoundExpression(.literal(value), type: type, isNullable: value.isNull, span: span)
  }
}

/// How a cast treats what does not fit.
package enum CastMode: Sendable, Hashable {
  /// An error (Spark's ANSI mode; the default).
  case ansi
  /// NULL (`try_cast`).
  case attempt
  /// NULL or wrap-around, as Spark before ANSI (`spark.sql.ansi.enabled = false`).
  case legacy
}

/// A value that is the same for all rows of a step (SEM-12, SEM-13).
package enum StepValue: Sendable, Hashable {
  /// The number of the step's micro-batch, BIGINT.
  case batchNumber
  /// The step's timestamp, TIMESTAMP: `current_timestamp`, `now`, `proctime`.
  case timestamp
  /// The date of the step's timestamp in the session zone, DATE.
  case date
  /// The watermark in force, TIMESTAMP.
  case watermark
}

/// A bound call: the function's row code and its arguments, already cast to the parameter types.
package struct ScalarCall: Sendable {
  package var function: BoundFunction
  package var arguments: [BoundExpression]
  /// Bodies of lambda arguments, for higher-order functions.
  package var lambdas: [BoundLambda]

  package init(_ function: BoundFunction, _ arguments: [BoundExpression], lambdas: [BoundLambda] = []) {
    self.function = function
    self.arguments = arguments
    self.lambdas = lambdas
  }
}

/// `(x, i) -> body`: parameters stand in the body as `lambdaVariable(slot)`, all other columns are those of the row.
package struct BoundLambda: Sendable {
  package var slots: [Int]
  package var body: BoundExpression
  package init(slots: [Int], body: BoundExpression) {
    self.slots = slots
    self.body = body
  }
}

extension BoundExpression {
  /// The direct operands, in evaluation order.
  package var children: [BoundExpression] {
    switch node {
    case .literal, .column, .stepValue, .lambdaVariable, .outer: []
    case .call(let call): call.arguments + call.lambdas.map(\.body)
    case .cast(let operand, _): [operand]
    case .and(let a, let b), .or(let a, let b): [a, b]
    case .conditional(let branches, let otherwise):
      branches.flatMap { [$0.condition, $0.value] } + (otherwise.map { [$0] } ?? [])
    case .coalesce(let operands): operands
    }
  }

  /// The same expression with each direct operand replaced.
  package func mapChildren<E: Error>(
    _ transform: (BoundExpression) throws(E) -> BoundExpression
  ) throws(E) -> BoundExpression {
    var copy = self
    switch node {
    case .literal, .column, .stepValue, .lambdaVariable, .outer: break
    case .call(var call):
      for i in call.arguments.indices { call.arguments[i] = try transform(call.arguments[i]) }
      for i in call.lambdas.indices { call.lambdas[i].body = try transform(call.lambdas[i].body) }
      copy.node = .call(call)
    case .cast(let operand, let mode): copy.node = .cast(try transform(operand), mode)
    case .and(let a, let b): copy.node = .and(try transform(a), try transform(b))
    case .or(let a, let b): copy.node = .or(try transform(a), try transform(b))
    case .conditional(var branches, var otherwise):
      for i in branches.indices {
        branches[i].condition = try transform(branches[i].condition)
        branches[i].value = try transform(branches[i].value)
      }
      if let operand = otherwise { otherwise = try transform(operand) }
      copy.node = .conditional(branches: branches, otherwise: otherwise)
    case .coalesce(var operands):
      for i in operands.indices { operands[i] = try transform(operands[i]) }
      copy.node = .coalesce(operands)
    }
    return copy
  }

  /// Calls `visit` with this expression and everything below it, parents first.
  package func visit(_ visit: (BoundExpression) -> Void) {
    visit(self)
    for child in children { child.visit(visit) }
  }

  /// Ordinals of all input columns used.
  package var columnsUsed: Set<Int> {
    var used: Set<Int> = []
    visit { if case .column(let ordinal) = $0.node { used.insert(ordinal) } }
    return used
  }

  /// The same expression over an input whose columns stand elsewhere.
  package func remapped(_ ordinal: (Int) -> Int) -> BoundExpression {
    if case .column(let old) = node {
      var copy = self
      copy.node = .column(ordinal(old))
      return copy
    }
    return mapChildren { $0.remapped(ordinal) }
  }

  /// Whether evaluation can raise an error: such an expression must not run for rows that do not ask for it.
  package var canFail: Bool {
    switch node {
    case .literal, .column, .stepValue, .lambdaVariable, .outer: return false
    case .cast(let operand, let mode):
      let isStrict = mode == .ansi || mode == .legacy && (operand.type.isInterval || type.isInterval)
      return operand.canFail || isStrict && Casts.canFail(from: operand.type, to: type)
    case .call(let call):
      return call.function.canFail || children.contains { $0.canFail }
    case .and, .or, .conditional, .coalesce: return children.contains { $0.canFail }
    }
  }

  /// Whether equal rows always give equal values (step values count as deterministic within their step).
  package var isDeterministic: Bool {
    if case .call(let call) = node, !call.function.isDeterministic { return false }
    return children.allSatisfy { $0.isDeterministic }
  }

  /// Whether the value depends on nothing but itself, so that it can be folded.
  package var isConstant: Bool {
    switch node {
    case .literal: true
    case .column, .stepValue, .lambdaVariable, .outer: false
    case .call(let call):
      call.function.isDeterministic && call.lambdas.isEmpty && call.arguments.allSatisfy { $0.isConstant }
    case .cast, .and, .or, .conditional, .coalesce: children.allSatisfy { $0.isConstant }
    }
  }

  /// The value of a literal, seen through nothing.
  package var literalValue: Value? {
    if case .literal(let value) = node { return value }
    return nil
  }
}
