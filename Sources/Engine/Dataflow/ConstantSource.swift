import Columnar
import Connectors
import Diagnostics

/// The rows of VALUES, once.
// @unchecked Sendable: used by one worker at a time, like every source.
final class ConstantSource: Source, @unchecked Sendable {
  let schema: Schema
  private var batch: Batch?

  init(_ batch: Batch, schema: Schema) {
    self.batch = batch
    self.schema = schema
  }

  func poll(_ limit: inout ReadLimit) throws(SQLError) -> SourcePoll {
    guard let rows = batch else { return .ended }
    batch = nil
    return .morsel(Morsel(.batch(rows, weights: nil), byteCount: 0))
  }

  func start(onArrival: @escaping @Sendable () -> Void) throws(SQLError) { onArrival() }
  func stop() {}
}
