import Columnar
import Diagnostics

/// One number as a state table.
package final class CounterTable: StateTable {
  package let name: String
  package var value: Int64 = 0

  package init(name: String) { self.name = name }

  package var rowCount: Int { 1 }
  package var memoryBytes: Int { 8 }

  private static let schema = Schema([Field("value", .bigint, isNullable: false)])

  package func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    StateSnapshot(
      extent: extent, schema: Self.schema, rows: Batch([.int64(PrimitiveColumn([value]))], count: 1),
      removed: .empty(Schema()))
  }

  package func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    if case .int64(let column)? = snapshot.rows.columns.first, let last = column.values.last { value = last }
  }
}
