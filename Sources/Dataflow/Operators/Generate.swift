import Columnar
import Diagnostics
import Expressions

/// Each row's columns repeated for every row its generator makes (`explode`). Linear; the made rows take the weight of
/// their row. `isOuter`: a row that makes none stands once, with NULLs.
package final class Generate: Operator {
  private let kept: [Int]
  private let generator: BoundGenerator
  private let arguments: [BoundExpression]
  private let isOuter: Bool
  private let span: SourceSpan
  /// Behind the last position given out; only compared with positions of the same morsel, so no state to be saved.
  private var nextPosition: Int64 = -1

  package init(
    kept: [Int], generator: BoundGenerator, arguments: [BoundExpression], isOuter: Bool, span: SourceSpan
  ) {
    self.kept = kept
    self.generator = generator
    self.arguments = arguments
    self.isOuter = isOuter
    self.span = span
  }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let evaluator = Evaluator(step.evaluation, order: delta.order)
    var operands: [Operand] = []
    for argument in arguments {
      // Generators see columns: a constant array is a list like any other.
      operands.append(Operand(try evaluator.column(argument, over: delta.batch)))
    }
    var context = KernelContext(rows: delta.count, validity: nil, span: span, evaluation: step.evaluation)
    var made: GeneratedRows
    do {
      made = try generator.generate(&context, operands)
    } catch {
      throw error.located(at: span)
    }
    if isOuter { keepBarrenRows(&made, rows: delta.count) }
    if made.count == 0 { return }
    let needsParents = !kept.isEmpty || delta.weights != nil || isExplicit(delta.order)
    let parents = needsParents ? parentRows(made) : []
    let columns = kept.map { delta.columns[$0].gather(parents) } + made.columns
    let order: RowOrder
    switch delta.order {
    case .sequence(let from): order = .sequence(from: reserve(made.count, from: from))
    case .explicit(let positions): order = .explicit(parents.map { positions[Int($0)] })
    }
    try output.emit(
      Delta(
        Batch(columns, count: made.count), weights: delta.weights.map { w in parents.map { w[Int($0)] } },
        order: order),
      step: step)
  }

  /// Positions for the rows made of a batch that began at `from`: behind those made of the batches before it in its morsel,
  /// which may be more than the batches had rows.
  private func reserve(_ count: Int, from: Int64) -> Int64 {
    let isSameMorsel = from >> RowOrder.rowBits == nextPosition >> RowOrder.rowBits
    let start = isSameMorsel ? max(from, nextPosition) : from
    nextPosition = start + Int64(count)
    return start
  }

  private func isExplicit(_ order: RowOrder) -> Bool {
    if case .explicit = order { return true }
    return false
  }

  /// The input row of each made row.
  private func parentRows(_ made: GeneratedRows) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: made.count) { target, count in
      var at = 0
      for row in 0..<made.offsets.count - 1 {
        for _ in made.offsets[row]..<made.offsets[row + 1] {
          target[at] = Int32(truncatingIfNeeded: row)
          at += 1
        }
      }
      count = at
    }
  }

  /// Gives every input row without output one row of NULLs.
  private func keepBarrenRows(_ made: inout GeneratedRows, rows: Int) {
    guard (0..<rows).contains(where: { made.offsets[$0] == made.offsets[$0 + 1] }) else { return }
    var picks: [Int32] = []
    var offsets: [Int32] = [0]
    for row in 0..<rows {
      if made.offsets[row] == made.offsets[row + 1] {
        picks.append(Int32(made.count))
      } else {
        picks.append(contentsOf: made.offsets[row]..<made.offsets[row + 1])
      }
      offsets.append(Int32(picks.count))
    }
    made.columns = zip(made.columns, generator.fields).map { column, field in
      var builder = ColumnBuilder(field.type, capacity: column.count + 1)
      builder.append(column)
      builder.appendNull()
      return builder.finish().gather(picks)
    }
    made.count = picks.count
    made.offsets = offsets
  }
}
