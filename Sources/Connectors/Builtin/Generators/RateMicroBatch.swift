internal import Columnar
internal import Diagnostics
internal import Synchronization

private enum RateMicroBatchOptions {
  static let rowsPerBatch = OptionDefinition("rowsPerBatch", .integer, isRequired: true, "rows of each micro-batch")
  static let startTimestamp = OptionDefinition(
    "startTimestamp", .integer, default: "0", "time of the first batch, in milliseconds since 1970")
  static let advanceMillisPerBatch = OptionDefinition(
    "advanceMillisPerBatch", .integer, default: "1000", "by how much the time of a batch is later than that of the one before")
  static let numPartitions = OptionDefinition(
    "numPartitions", .integer, "accepted as in Spark; has no effect")
  static let batches = OptionDefinition("batches", .integer, "ends after so many batches")
}

extension ConnectorDefinition {
  /// The same rows in every run, as Spark's rate-micro-batch source.
  package static let rateMicroBatch = ConnectorDefinition(
    "rate-micro-batch", aliases: ["rate_micro_batch"],
    "Generates the same rows (timestamp TIMESTAMP, value BIGINT) in every run: so many a batch, of one time each.",
    options: [
      RateMicroBatchOptions.rowsPerBatch, RateMicroBatchOptions.startTimestamp,
      RateMicroBatchOptions.advanceMillisPerBatch, RateMicroBatchOptions.numPartitions, RateMicroBatchOptions.batches,
    ],
    positional: ["rowsPerBatch"],
    source: SourceFactory(
      describe: { (request) throws(SQLError) -> SourceDescription in
        if request.schema != nil {
          throw SQLError(
            .bind, "UNSUPPORTED_SCHEMA", "rate-micro-batch has the columns (\(RateGenerator.schema)) and takes no others",
            span: request.span)
        }
        let plan = try RateBatches(request.options)
        return SourceDescription(
          schema: RateGenerator.schema, isBounded: false, canEnd: plan.batches != nil, canReplay: true)
      },
      open: { (request, _, columns) throws(SQLError) -> any Source in
        RateMicroBatchSource(try RateBatches(request.options), columns: columns)
      }))
}

/// Which rows a batch has.
private struct RateBatches: Sendable {
  let rowsPerBatch: Int64
  let startMillis: Int64
  let advanceMillis: Int64
  let batches: Int64?

  init(_ options: OptionValues) throws(SQLError) {
    // A batch is handed over as one: what is more than this is no micro-batch.
    rowsPerBatch = try options.integer(RateMicroBatchOptions.rowsPerBatch, in: 1...100_000_000) ?? 1
    startMillis = try options.integer(RateMicroBatchOptions.startTimestamp, in: 0...253_402_300_799_999) ?? 0
    advanceMillis = try options.integer(RateMicroBatchOptions.advanceMillisPerBatch, in: 0...Int64(Int32.max)) ?? 1000
    batches = try options.integer(RateMicroBatchOptions.batches)
  }

  /// µs; the last times that there are, for batches that nobody will see.
  func micros(ofBatch batch: Int64) -> Int64 {
    Int64(clamping: (Int128(startMillis) + Int128(batch) * Int128(advanceMillis)) * 1000)
  }
}

/// One batch a step: a step takes as much time as it takes, and the next batch is there.
private final class RateMicroBatchSource: Source {
  let schema: Schema
  private let plan: RateBatches
  private let columns: [Int]

  private struct Place {
    var batch: Int64 = 0
    /// Rows of the batch handed over.
    var row: Int64 = 0
    var isAtBoundary = false
  }
  private let place = Mutex(Place())

  init(_ plan: RateBatches, columns: [Int]) {
    self.plan = plan
    self.columns = columns
    schema = Schema(columns.map { RateGenerator.schema[$0] })
  }

  var isNeverIdle: Bool { plan.batches == nil }

  func start(onArrival: @escaping @Sendable () -> Void) throws(SQLError) { onArrival() }
  func stop() {}

  func poll(_ limit: inout ReadLimit) throws(SQLError) -> SourcePoll {
    place.withLock { place in
      if place.isAtBoundary {
        place = Place(batch: place.batch + 1)
        return .stepBoundary
      }
      if let batches = plan.batches, place.batch >= batches { return .ended }
      let count = min(plan.rowsPerBatch - place.row, Int64(Batch.rowsMax), Int64(clamping: limit.rows))
      guard count > 0, limit.bytes > 0 else { return .idle }
      if limit.rows < .max { limit.rows -= Int(count) }
      let rows = rows(place, count: Int(count))
      place.row += count
      place.isAtBoundary = place.row == plan.rowsPerBatch
      return .morsel(Morsel(.batch(rows, weights: nil), byteCount: 0))
    }
  }

  private func rows(_ place: Place, count: Int) -> Batch {
    let micros = plan.micros(ofBatch: place.batch)
    let first = place.batch &* plan.rowsPerBatch &+ place.row
    return Batch(
      columns.map { column in
        let values = (0..<Int64(count)).map { column == 0 ? micros : first &+ $0 }
        return .int64(PrimitiveColumn(values))
      }, count: count)
  }

  var position: String? { place.withLock { "\($0.batch) \($0.row)" } }

  func seek(to position: String) throws(SQLError) {
    let parts = position.split(separator: " ").map { Int64($0) ?? -1 }
    guard parts.count == 2, parts.allSatisfy({ $0 >= 0 }), parts[1] <= plan.rowsPerBatch else { throw .badPosition(position) }
    place.withLock { $0 = Place(batch: parts[0], row: parts[1], isAtBoundary: parts[1] == plan.rowsPerBatch) }
  }
}
