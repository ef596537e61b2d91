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
  /// Set where the table has another key than the rows that come.
  private var latest: LatestOfKey?
  /// INSERT OVERWRITE: nothing is written before `replaceRows`, so that a query that fails changes nothing.
  private let replacesAll: Bool

  init(
    _ table: MemoryTable, schema: Schema, _ assignment: TableAssignment? = nil, replacesAll: Bool = false,
    resultKey: [Int]? = nil
  ) {
    self.replacesAll = replacesAll
    if let key = table.key, !Self.isUnique(resultKey, key, assignment?.expressions) { latest = LatestOfKey(schema: schema, key: key) }
    self.table = table
    self.schema = schema
    self.assignment = assignment
    table.beginWriting()
  }

  /// Whether rows that the result's key tells apart have different keys in the table.
  private static func isUnique(_ resultKey: [Int]?, _ key: [Int], _ expressions: [BoundExpression]?) -> Bool {
    guard let resultKey else { return false }
    let columns = key.compactMap { column -> Int? in
      guard let expressions else { return column }
      if case .column(let ordinal) = expressions[column].node { return ordinal }
      return nil
    }
    return Set(resultKey).isSubset(of: columns)
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

  /// Puts all rows that came in the place of those of the table, but for `kept`. Of INSERT OVERWRITE the statement calls it,
  /// when its query has come to its end.
  func replaceRows(keeping kept: [Batch] = []) throws(SQLError) {
    let all = kept + pieces
    try table.replaceRows(with: all.isEmpty ? .empty(schema) : Batch.concatenate(all, schema: schema))
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
    let all = Batch.concatenate(pieces, schema: schema)
    if let shown = latest?.apply(all, weights: weights) {
      if shown.batch.count > 0 { try table.append(shown.batch, weights: shown.weights) }
      return
    }
    try table.append(all, weights: isRetracting ? weights : nil)
  }

  func queryEnded() {
    if isOpen { table.endWriting() }
    isOpen = false
  }
}
