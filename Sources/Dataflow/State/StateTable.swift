import Columnar
import Diagnostics

/// Named state of an operator: what a checkpoint saves and a restart brings back.
package protocol StateTable: AnyObject {
  /// Unique within the operator.
  var name: String { get }
  /// Rows held.
  var rowCount: Int { get }
  /// Bytes held, about.
  var memoryBytes: Int { get }
  /// The table's content, or what changed since the last snapshot of either kind. May be taken between pushes.
  func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot
  /// Applies a snapshot: a full one to an empty table, then changes in their order.
  func restore(_ snapshot: StateSnapshot) throws(SQLError)
}

package enum SnapshotExtent: Sendable { case full, changes }

/// Rows of a state table, as columns, ready to be written.
package struct StateSnapshot: Sendable {
  package var extent: SnapshotExtent
  /// Layout of `rows`.
  package var schema: Schema
  /// Rows to be put, replacing those of the same key.
  package var rows: Batch
  /// Keys of rows that are gone, under the first columns of `schema`.
  package var removed: Batch

  package init(extent: SnapshotExtent, schema: Schema, rows: Batch, removed: Batch) {
    self.extent = extent
    self.schema = schema
    self.rows = rows
    self.removed = removed
  }
}
