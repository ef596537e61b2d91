import Columnar
import Diagnostics
import Expressions

/// Reads expressions at rows of a store, wherever they lie.
struct RowReader {
  let columns: [Column]
  let evaluator: Evaluator

  /// The value of an expression at each of `slots`; NULL where the slot is negative.
  func values(of expression: BoundExpression, at slots: [Int32]) throws(SQLError) -> Column {
    if case .column(let ordinal) = expression.node {
      return columns[ordinal].gatherOrNull(slots, type: expression.type)
    }
    // An expression is never computed for a row that is not there.
    guard slots.contains(where: { $0 < 0 }) else { return try evaluator.column(expression, over: rows(slots, for: [expression])) }
    var found: [Int32] = []
    var places = [Int32](repeating: -1, count: slots.count)
    for (index, slot) in slots.enumerated() where slot >= 0 {
      places[index] = Int32(found.count)
      found.append(slot)
    }
    return try evaluator.column(expression, over: rows(found, for: [expression])).gatherOrNull(places, type: expression.type)
  }

  /// The rows at `slots`, with no more columns filled than `expressions` use.
  func rows(_ slots: [Int32], for expressions: [BoundExpression]) -> Batch {
    let used = expressions.reduce(into: Set<Int>()) { $0.formUnion($1.columnsUsed) }
    return Batch(
      columns.indices.map { used.contains($0) ? columns[$0].gather(slots) : .null(count: slots.count) }, count: slots.count)
  }
}
