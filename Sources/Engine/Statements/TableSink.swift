import Columnar
import Connectors
import Diagnostics
import Expressions

/// Puts a query's rows into a memory relation: each step is one change there, the rows of COMPLETE replace all others.
///
/// As long as it is there, the end of the script does not close the relation: others wait for what it still brings.
final class TableSink: Sink {
  private let table: MemoryTable
  private let schema: Schema
  /// What is stored, over the query's columns; nil: these, as they are.
  private let assignment: TableAssignment?
  private var pieces: [Batch] = []
  private var weights: [Int64] = []
  private var isRetracting = false
  private var isOpen = true
  /// INSERT OVERWRITE: nothing is written before `replaceRows`, so that a query that fails changes nothing.
  private let replacesAll: Bool

  init(
    _ table: MemoryTable, schema: Schema, _ assignment: TableAssignment? = nil, replacesAll: Bool = false
  ) {
    self.replacesAll = replacesAll
    self.table = table
    self.schema = schema
    self.assignment = assignment
    table.beginWriting()
  }

  deinit { if isOpen { table.endWriting() } }

  func write(_ rows: ResultRows) throws(SQLError) {
    pieces.append(try assignment?.rows(of: rows.batch) ?? rows.batch)
    for row in 0..<rows.batch.count {
      let operation = rows.operations?[row] ?? .insert
      let isRemoval = operation == .delete || operation == .updateBefore
      weights.append(isRemoval ? -1 : 1)
      isRetracting = isRetracting || isRemoval
    }
  }

  /// Puts all rows that came in the place of those of the table. Of INSERT OVERWRITE the statement calls it, when its query
  /// has come to its end.
  func replaceRows() throws(SQLError) {
    try table.replaceRows(with: pieces.isEmpty ? .empty(schema) : Batch.concatenate(pieces, schema: schema))
  }

  func end(_ step: StepInfo) throws(SQLError) {
    if replacesAll { return }
    defer {
      pieces = []
      weights = []
      isRetracting = false
    }
    if step.isSnapshot && !table.isStream {
      return try replaceRows()
    }
    if pieces.isEmpty { return }
    try table.append(Batch.concatenate(pieces, schema: schema), weights: isRetracting ? weights : nil)
  }

  func queryEnded() {
    if isOpen { table.endWriting() }
    isOpen = false
  }
}
