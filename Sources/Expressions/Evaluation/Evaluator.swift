package import Columnar
package import Diagnostics

/// Runs bound expressions over batches: a tree walk per batch, loops over primitives inside.
///
/// Rows that an expression must not see (the other branches of CASE, the right side of AND) are left out by evaluating
/// it over the gathered rest; expressions that cannot fail are cheaper to run over all rows.
package struct Evaluator: Sendable {
  package let context: EvaluationContext
  /// Where the batches' rows stand in the input: what `rand()` and its like go by. Those who know it say it.
  private let order: RowOrder

  package init(_ context: EvaluationContext, order: RowOrder = .sequence(from: 0)) {
    self.context = context
    self.order = order
  }

  /// The value of `expression` for every row of `batch`.
  package func column(_ expression: BoundExpression, over batch: Batch) throws(SQLError) -> Column {
    try evaluate(expression, over: batch).flattened(rows: batch.count)
  }

  /// As `column`, but constants stay single.
  package func evaluate(_ expression: BoundExpression, over batch: Batch) throws(SQLError) -> Operand {
    try Frame(evaluator: self, batch: batch, order: order, variables: [:]).evaluate(expression)
  }

  /// Rows for which `predicate` is true (not false, not null), ascending.
  package func selectedRows(_ predicate: BoundExpression, over batch: Batch) throws(SQLError) -> [Int32] {
    let operand = try evaluate(predicate, over: batch)
    if operand.isConstant {
      return operand.column.isTrue(0) ? Array(0..<Int32(batch.count)) : []
    }
    return operand.column.trueRows
  }

  /// The value of an expression without columns.
  package func constant(_ expression: BoundExpression) throws(SQLError) -> Value {
    try column(expression, over: Batch([], count: 1)).value(at: 0)
  }
}

extension Column {
  /// Whether a boolean column holds TRUE at `row`.
  package func isTrue(_ row: Int) -> Bool {
    if case .bool(let c) = self { return c.values[row] && !isNull(row) }
    return false
  }

  /// Rows of a boolean column that hold TRUE.
  package var trueRows: [Int32] {
    guard case .bool(let c) = self else { return [] }
    return c.values.withUnsafeBufferPointer { values in
      [Int32](unsafeUninitializedCapacity: values.count) { target, count in
        var n = 0
        if let validity = c.validity {
          for i in 0..<values.count where values[i] && validity[i] {
            target[n] = Int32(truncatingIfNeeded: i)
            n += 1
          }
        } else {
          for i in 0..<values.count {
            target[n] = Int32(truncatingIfNeeded: i)
            n += values[i] ? 1 : 0
          }
        }
        count = n
      }
    }
  }
}

/// One evaluation: a batch, and the lambda variables in scope.
private struct Frame: Sendable {
  let evaluator: Evaluator
  let batch: Batch
  let order: RowOrder
  /// Columns of lambda variables by slot, each as long as the batch.
  let variables: [Int: Column]

  init(evaluator: Evaluator, batch: Batch, order: RowOrder, variables: [Int: Column]) {
    self.evaluator = evaluator
    self.batch = batch
    self.order = order
    self.variables = variables
  }

  func evaluate(_ expression: BoundExpression) throws(SQLError) -> Operand {
    switch expression.node {
    case .literal(let value):
      return Operand(Column([value], type: expression.type), isConstant: true)
    case .column(let ordinal):
      return Operand(batch.columns[ordinal])
    case .lambdaVariable(let slot):
      guard let column = variables[slot] else { throw .unboundVariable(expression.span) }
      return Operand(column)
    case .outer:
      throw .unboundVariable(expression.span)
    case .stepValue(let which):
      return Operand(Column([stepValue(which)], type: expression.type), isConstant: true)
    case .cast(let operand, let mode):
      let input = try evaluate(operand)
      var kernel = context(rows: input.isConstant ? 1 : batch.count, expression)
      kernel.validity = input.column.validity
      let result = try located(expression) { () throws(SQLError) in
        try Casts.cast(input, from: operand.type, to: expression.type, mode: mode, context: &kernel)
      }
      return Operand(result, isConstant: input.isConstant)
    case .call(let call):
      return try evaluate(call, expression)
    case .and(let a, let b):
      return try logic(a, b, isAnd: true)
    case .or(let a, let b):
      return try logic(a, b, isAnd: false)
    case .conditional(let branches, let otherwise):
      return try conditional(branches, otherwise, expression)
    case .coalesce(let operands):
      return try coalesce(operands, expression)
    }
  }

  private func context(rows: Int, _ expression: BoundExpression) -> KernelContext {
    KernelContext(rows: rows, validity: nil, span: expression.span, evaluation: evaluator.context, order: order)
  }

  /// Places an error that has no place yet.
  private func located<R>(_ expression: BoundExpression, _ body: () throws(SQLError) -> R) throws(SQLError) -> R {
    do { return try body() } catch { throw error.located(at: expression.span) }
  }

  private func stepValue(_ which: StepValue) -> Value {
    switch which {
    case .batchNumber: .int64(evaluator.context.batchNumber)
    case .timestamp: .int64(evaluator.context.timestampMicros)
    case .date: .int32(evaluator.context.localDate)
    case .watermark: evaluator.context.watermarkMicros.map { .int64($0) } ?? .null
    }
  }

  // MARK: Calls

  private func evaluate(_ call: ScalarCall, _ expression: BoundExpression) throws(SQLError) -> Operand {
    var operands: [Operand] = []
    operands.reserveCapacity(call.arguments.count)
    var isConstant = call.function.isDeterministic && call.lambdas.isEmpty && !call.arguments.isEmpty
    for argument in call.arguments {
      let operand = try evaluate(argument)
      isConstant = isConstant && operand.isConstant
      operands.append(operand)
    }
    let rows = isConstant ? 1 : batch.count
    var kernel = context(rows: rows, expression)
    if !call.lambdas.isEmpty { kernel.lambdas = lambdaEvaluator(call.lambdas) }
    switch call.function.nulls {
    case .handled:
      let result = try located(expression) { () throws(SQLError) in try call.function.evaluate(&kernel, operands) }
      return Operand(result, isConstant: isConstant)
    case .propagate:
      for operand in operands {
        guard let validity = operand.column.validity else { continue }
        if operand.isConstant && rows != 1 {
          // A constant NULL makes every row NULL: nothing to compute.
          if !validity[0] { return Operand(ColumnBuilder.nulls(expression.type, count: 1), isConstant: true) }
        } else {
          kernel.validity = Validity.intersection(kernel.validity, validity)
        }
      }
      if let validity = kernel.validity, validity.validCount == 0 {
        return Operand(ColumnBuilder.nulls(expression.type, count: rows), isConstant: isConstant)
      }
      let result = try located(expression) { () throws(SQLError) in try call.function.evaluate(&kernel, operands) }
      guard let validity = kernel.validity else { return Operand(result, isConstant: isConstant) }
      return Operand(
        result.with(validity: Validity.intersection(validity, result.validity)), isConstant: isConstant)
    }
  }

  private func lambdaEvaluator(_ lambdas: [BoundLambda]) -> LambdaEvaluator {
    let evaluator = evaluator
    let batch = batch
    let outer = variables
    return LambdaEvaluator { (index, parameters, parents) throws(SQLError) -> Column in
      let lambda = lambdas[index]
      // Only the columns that the body reads are carried along with the elements.
      let used = lambda.body.columnsUsed
      let columns = batch.columns.indices.map {
        used.contains($0) ? batch.columns[$0].gather(parents) : Column.null(count: parents.count)
      }
      var variables = outer.mapValues { $0.gather(parents) }
      for (slot, column) in zip(lambda.slots, parameters) { variables[slot] = column }
      let frame = Frame(
        evaluator: evaluator, batch: Batch(columns, count: parents.count), order: places(parents, for: lambda.body),
        variables: variables)
      return try frame.evaluate(lambda.body).flattened(rows: parents.count)
    }
  }

  // MARK: Conditional evaluation

  /// The places of some of the rows, if `expression` goes by places at all.
  private func places(_ rows: [Int32], for expression: BoundExpression) -> RowOrder {
    expression.isDeterministic ? order : order.gather(rows)
  }

  /// The frame of some of the rows, holding only the columns that `expression` reads.
  private func restricted(to rows: [Int32], for expression: BoundExpression) -> Frame {
    let used = expression.columnsUsed
    let columns = batch.columns.indices.map {
      used.contains($0) ? batch.columns[$0].gather(rows) : Column.null(count: rows.count)
    }
    return Frame(
      evaluator: evaluator, batch: Batch(columns, count: rows.count), order: places(rows, for: expression),
      variables: variables.mapValues { $0.gather(rows) })
  }

  private func logic(_ a: BoundExpression, _ b: BoundExpression, isAnd: Bool) throws(SQLError) -> Operand {
    let left = try evaluate(a)
    if left.isConstant, !left.column.isNull(0), left.column.isTrue(0) != isAnd { return left }
    if !b.canFail || left.isConstant {
      let right = try evaluate(b)
      if left.isConstant && right.isConstant {
        return Operand(kleene(left.column, right.column, rows: 1, isAnd: isAnd), isConstant: true)
      }
      return Operand(
        kleene(
          left.flattened(rows: batch.count), right.flattened(rows: batch.count), rows: batch.count, isAnd: isAnd))
    }
    // The right side runs only where the left does not decide.
    let open = (0..<Int32(batch.count)).filter {
      left.column.isNull(Int($0)) || left.column.isTrue(Int($0)) == isAnd
    }
    if open.isEmpty { return left }
    let right = try restricted(to: open, for: b).evaluate(b).flattened(rows: open.count)
    var choice = [Int32](repeating: 0, count: batch.count)
    for (i, row) in open.enumerated() { choice[Int(row)] = Int32(i + 1) }
    // Row 0 of the padded right side is the neutral value.
    let padded = Column.concatenate([Column([.bool(isAnd)], type: .boolean), right], type: .boolean)
    return Operand(kleene(left.column, padded.gather(choice), rows: batch.count, isAnd: isAnd))
  }

  private func conditional(
    _ branches: [BoundExpression.Branch], _ otherwise: BoundExpression?, _ expression: BoundExpression
  ) throws(SQLError) -> Operand {
    var merger = RowMerger(type: expression.type, rows: batch.count)
    for branch in branches {
      if merger.open.isEmpty { break }
      let frame = merger.isUntouched ? self : restricted(to: merger.open, for: branch.condition)
      let condition = try frame.evaluate(branch.condition)
      let hits: [Int32]
      if condition.isConstant {
        hits = condition.column.isTrue(0) ? Array(0..<Int32(merger.open.count)) : []
      } else {
        hits = condition.column.trueRows
      }
      if hits.isEmpty { continue }
      let rows = merger.take(hits)
      let values = rows.count == batch.count ? self : restricted(to: rows, for: branch.value)
      merger.put(try values.evaluate(branch.value).flattened(rows: rows.count), at: rows)
    }
    if let otherwise, !merger.open.isEmpty {
      let rows = merger.takeAll()
      let values = rows.count == batch.count ? self : restricted(to: rows, for: otherwise)
      merger.put(try values.evaluate(otherwise).flattened(rows: rows.count), at: rows)
    }
    return Operand(merger.finish())
  }

  private func coalesce(_ operands: [BoundExpression], _ expression: BoundExpression) throws(SQLError) -> Operand {
    var merger = RowMerger(type: expression.type, rows: batch.count)
    for operand in operands {
      if merger.open.isEmpty { break }
      let frame = merger.isUntouched ? self : restricted(to: merger.open, for: operand)
      let values = try frame.evaluate(operand).flattened(rows: merger.open.count)
      guard let validity = values.validity else {
        if merger.isUntouched { return Operand(values) }
        merger.put(values, at: merger.takeAll())
        break
      }
      let hits = (0..<Int32(values.count)).filter { validity[Int($0)] }
      if hits.isEmpty { continue }
      let rows = merger.take(hits)
      merger.put(values.gather(hits), at: rows)
    }
    return Operand(merger.finish())
  }
}

/// Puts a column together from pieces computed for different rows; rows that no piece covers are NULL.
private struct RowMerger {
  let type: DataType
  let rows: Int
  /// Rows without a value yet, ascending.
  private(set) var open: [Int32]
  private var pieces: [Column]
  private var choice: [Int32]
  private var length = 1

  init(type: DataType, rows: Int) {
    self.type = type
    self.rows = rows
    open = Array(0..<Int32(rows))
    pieces = [ColumnBuilder.nulls(type, count: 1)]
    choice = [Int32](repeating: 0, count: rows)
  }

  var isUntouched: Bool { open.count == rows }

  /// Takes the open rows at positions `hits` out of `open`.
  mutating func take(_ hits: [Int32]) -> [Int32] {
    if hits.count == open.count { return takeAll() }
    let taken = hits.map { open[Int($0)] }
    var rest: [Int32] = []
    var next = 0
    for (i, row) in open.enumerated() {
      if next < hits.count, Int(hits[next]) == i { next += 1 } else { rest.append(row) }
    }
    open = rest
    return taken
  }

  mutating func takeAll() -> [Int32] {
    let taken = open
    open = []
    return taken
  }

  mutating func put(_ column: Column, at rows: [Int32]) {
    pieces.append(column)
    for (i, row) in rows.enumerated() { choice[Int(row)] = Int32(length + i) }
    length += column.count
  }

  func finish() -> Column {
    if pieces.count == 2, pieces[1].count == rows { return pieces[1] }
    return Column.concatenate(pieces, type: type).gather(choice)
  }
}

/// AND / OR of two boolean columns with NULL as unknown.
private func kleene(_ a: Column, _ b: Column, rows: Int, isAnd: Bool) -> Column {
  guard case .bool(let x) = a.asBool(rows), case .bool(let y) = b.asBool(rows) else {
    return ColumnBuilder.nulls(.boolean, count: rows)
  }
  if x.validity == nil && y.validity == nil {
    let values = [Bool](unsafeUninitializedCapacity: rows) { target, count in
      x.values.withUnsafeBufferPointer { x in
        y.values.withUnsafeBufferPointer { y in
          if isAnd {
            for i in 0..<rows { target.initializeElement(at: i, to: x[i] && y[i]) }
          } else {
            for i in 0..<rows { target.initializeElement(at: i, to: x[i] || y[i]) }
          }
        }
      }
      count = rows
    }
    return .bool(PrimitiveColumn(values))
  }
  var values = [Bool](repeating: false, count: rows)
  var validity = Validity(repeating: true, count: rows)
  for i in 0..<rows {
    let xValid = x.validity.map { $0[i] } ?? true
    let yValid = y.validity.map { $0[i] } ?? true
    // A valid deciding operand (false for AND, true for OR) settles the row whatever the other is.
    let decides = (xValid && x.values[i] != isAnd) || (yValid && y.values[i] != isAnd)
    values[i] = decides ? !isAnd : isAnd
    if !decides && !(xValid && yValid) { validity.set(i, false) }
  }
  return .bool(PrimitiveColumn(values, validity: validity.isAllValid ? nil : validity))
}

extension Column {
  /// A boolean column; untyped NULLs become boolean NULLs.
  fileprivate func asBool(_ rows: Int) -> Column {
    if case .null = self { return ColumnBuilder.nulls(.boolean, count: rows) }
    return self
  }
}

extension ColumnBuilder {
  /// `count` NULLs of `type`.
  package static func nulls(_ type: DataType, count: Int) -> Column {
    var builder = ColumnBuilder(type, capacity: count)
    for _ in 0..<count { builder.appendNull() }
    return builder.finish()
  }
}

extension EvaluationContext {
  /// The step's date in the session zone, days since 1970-01-01.
  var localDate: Int32 { zone.local(utcMicros: timestampMicros).days }
}

extension SQLError {
  static func unboundVariable(_ span: SourceSpan) -> SQLError {
    SQLError(.internal, "INTERNAL_ERROR", "a variable reached the evaluator unbound", span: span)
  }
}
