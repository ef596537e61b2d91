import Columnar
import Connectors
import Diagnostics

/// A relation that the engine itself fills: rows as they were when it was named.
enum SystemRelation {
  static func connector(_ name: String, _ schema: Schema, _ rows: [Batch]) -> ConnectorDefinition {
    ConnectorDefinition(
      name, "rows that the engine keeps", options: [],
      source: SourceFactory(
        describe: { (_) throws(SQLError) in
          SourceDescription(schema: schema, isBounded: true, canEnd: true, canReplay: true)
        },
        open: { (_, _, columns) throws(SQLError) in
          BatchSource(
            schema: schema.project(columns),
            batches: rows.map { batch in Batch(columns.map { batch.columns[$0] }, count: batch.count) })
        }))
  }
}

/// Batches, once each.
// @unchecked Sendable: used by one worker at a time, like every source.
private final class BatchSource: Source, @unchecked Sendable {
  let schema: Schema
  private var batches: ArraySlice<Batch>

  init(schema: Schema, batches: [Batch]) {
    self.schema = schema
    self.batches = batches[...]
  }

  func poll(_ limit: inout ReadLimit) throws(SQLError) -> SourcePoll {
    guard let batch = batches.popFirst() else { return .ended }
    return .morsel(Morsel(.batch(batch, weights: nil), byteCount: 0))
  }

  func start(onArrival: @escaping @Sendable () -> Void) throws(SQLError) { onArrival() }
  func stop() {}
}
