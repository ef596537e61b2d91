import Columnar
import Diagnostics

/// Lets those changes of others through that fit the rows known before them: I with the rows that are there as its state.
///
/// A row that is taken back but was never there does not pass: everything above could only count it as −1. With a key a row
/// replaces the one of its key, whatever else was said to be taken back, and a row that comes twice comes once. Changes pass
/// at once, in their order.
package final class ChangeGuard: Operator {
  private let known: KnownRows
  private let schema: Schema
  private let receiver: (any UnknownRowsReceiver)?

  package init(schema: Schema, key: [Int]?, receiver: (any UnknownRowsReceiver)?) {
    self.schema = schema
    self.receiver = receiver
    known = KnownRows(name: "rows", schema: schema, key: key)
  }

  package var stateTables: [any StateTable] { [known] }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let change = known.apply(delta)
    if !change.unknown.isEmpty { receiver?.note(delta.batch.gather(change.unknown), schema: schema) }
    var start = 0
    while start < change.groups.count {
      let end = min(start + Batch.rowsMax, change.groups.count)
      let weights = Array(change.weights[start..<end])
      try output.emit(
        Delta(
          Batch(known.columns(of: Array(change.groups[start..<end])), count: end - start),
          weights: weights.allSatisfy { $0 == 1 } ? nil : weights, order: .explicit(Array(change.positions[start..<end]))),
        step: step)
      start = end
    }
    known.forget(change, of: delta)
  }
}

/// Is told of rows that were taken back but not there.
package protocol UnknownRowsReceiver: AnyObject, Sendable {
  func note(_ rows: Batch, schema: Schema)
}
