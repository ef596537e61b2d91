internal import Columnar
internal import Diagnostics

private enum RangeOptions {
  static let start = OptionDefinition(
    "start", .integer, isRequired: true, "first number; the end, if no end is given")
  static let end = OptionDefinition("end", .integer, "the number to stop before")
  static let step = OptionDefinition("step", .integer, default: "1", "distance of neighbours")
  static let numPartitions = OptionDefinition(
    "numPartitions", .integer, "accepted as in Spark; has no effect")
}

extension ConnectorDefinition {
  /// `range(10)`, `range(2, 20, 3)`: Spark's table-valued function.
  package static let range = ConnectorDefinition(
    "range", "Numbers in the column `id`: range(end) or range(start, end [, step]).",
    options: [RangeOptions.start, RangeOptions.end, RangeOptions.step, RangeOptions.numPartitions],
    positional: ["start", "end", "step", "numPartitions"],
    source: SourceFactory(
      describe: { (request) throws(SQLError) -> SourceDescription in
        _ = try RangeGenerator(request, columns: [])
        return SourceDescription(
          schema: RangeGenerator.schema, isBounded: true, canEnd: true, canReplay: true)
      },
      open: { (request, _, columns) throws(SQLError) -> any Source in
        try GeneratedSource(
          RangeGenerator(request, columns: columns), nowMicros: request.environment.nowMicros)
      }))
}

struct RangeGenerator: RowGenerator {
  static let schema = Schema([Field("id", .bigint, isNullable: false)])

  let schema: Schema
  let rowCount: Int64?
  private let columns: [Int]
  private let first: Int64
  private let step: Int64

  init(_ request: SourceRequest, columns: [Int]) throws(SQLError) {
    self.columns = columns
    schema = Schema(columns.map { Self.schema[$0] })
    let options = request.options
    let all = Int64.min ... .max
    var first = try options.integer(RangeOptions.start, in: all) ?? 0
    var end = try options.integer(RangeOptions.end, in: all)
    if end == nil { (first, end) = (0, first) }
    step = try options.integer(RangeOptions.step, in: all) ?? 1
    guard step != 0 else {
      throw SQLError(
        .bind, "FAILED_FUNCTION_CALL", "the step of range is 0",
        span: options.span(of: "step") ?? request.span)
    }
    self.first = first
    let distance = Int128(end ?? 0) - Int128(first)
    let sign: Int128 = step > 0 ? 1 : -1
    rowCount = Int64(clamping: max(0, (distance + Int128(step) - sign) / Int128(step)))
  }

  func dueRows(elapsedMicros: Int64) -> Int64 { .max }
  func dueMicros(ofRow row: Int64) -> Int64 { 0 }

  func batch(_ rows: Range<Int64>, startMicros: Int64) -> Batch {
    let count = rows.count
    return Batch(
      columns.map { _ in
        .int64(
          PrimitiveColumn(
            [Int64](unsafeUninitializedCapacity: count) { target, filled in
              for i in 0..<count {
                target.initializeElement(at: i, to: first &+ (rows.lowerBound &+ Int64(i)) &* step)
              }
              filled = count
            }))
      }, count: count)
  }
}
