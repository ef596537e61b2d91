internal import Columnar
package import Diagnostics

/// Puts a query's rows into a memory relation: each step is one INSERT, a snapshot replaces what was there.
package final class MemorySink: Sink {
  package let table: MemoryTable
  private var batches: [Batch] = []
  private var weights: [Int64] = []
  private var hasWeights = false

  package init(_ table: MemoryTable) { self.table = table }

  package func write(_ rows: ResultRows) throws(SQLError) {
    batches.append(rows.batch)
    if let operations = rows.operations {
      hasWeights = true
      weights += operations.map { $0 == .insert || $0 == .updateAfter ? 1 : -1 }
    } else {
      weights += [Int64](repeating: 1, count: rows.batch.count)
    }
  }

  package func end(_ step: StepInfo) throws(SQLError) {
    defer {
      batches = []
      weights = []
      hasWeights = false
    }
    if step.isSnapshot {
      try table.replaceRows(with: Batch.concatenate(batches, schema: table.schema))
    } else if !batches.isEmpty {
      try table.append(Batch.concatenate(batches, schema: table.schema), weights: hasWeights ? weights : nil)
    }
  }
}

/// Takes rows and forgets them.
final class BlackholeSink: Sink {
  func write(_ rows: ResultRows) throws(SQLError) {}
}
