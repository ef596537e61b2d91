internal import Columnar
internal import Diagnostics

private enum RateOptions {
  static let rowsPerSecond = OptionDefinition(
    "rowsPerSecond", .integer, default: "1", "rows generated per second")
  static let rampUpTime = OptionDefinition(
    "rampUpTime", .duration, default: "0s", "time in which the rate grows to rowsPerSecond")
  static let numPartitions = OptionDefinition(
    "numPartitions", .integer, "accepted as in Spark; has no effect")
  static let rows = OptionDefinition("rows", .integer, "ends after so many rows")
}

extension ConnectorDefinition {
  /// A clock with numbers, as Spark's rate source.
  package static let rate = ConnectorDefinition(
    "rate", "Generates rows (timestamp TIMESTAMP, value BIGINT) at a steady rate.",
    options: [
      RateOptions.rowsPerSecond, RateOptions.rampUpTime, RateOptions.numPartitions, RateOptions.rows,
    ],
    positional: ["rowsPerSecond"],
    source: SourceFactory(
      describe: { (request) throws(SQLError) -> SourceDescription in
        if request.schema != nil {
          throw SQLError(
            .bind, "UNSUPPORTED_SCHEMA", "rate has the columns (\(RateGenerator.schema)) and takes no others",
            span: request.span)
        }
        _ = try RateGenerator(request.options, columns: [])
        return SourceDescription(
          schema: RateGenerator.schema, isBounded: false,
          canEnd: request.options[RateOptions.rows.name] != nil,
          canReplay: true)
      },
      open: { (request, description, columns) throws(SQLError) -> any Source in
        try GeneratedSource(
          RateGenerator(request.options, columns: columns), nowMicros: request.environment.nowMicros)
      }))
}

/// Row k is due, and stamped, when the integral of the rate over time has reached k.
///
/// The rate is constant, or grows linearly during the ramp; Spark grows it in steps of a second.
struct RateGenerator: RowGenerator {
  static let schema = Schema([
    Field("timestamp", .timestamp, isNullable: false), Field("value", .bigint, isNullable: false),
  ])
  static let rowsPerSecondMax: Int64 = 100_000_000

  let schema: Schema
  let rowCount: Int64?
  private let columns: [Int]
  private let rowsPerSecond: Int64
  private let rampMicros: Int64

  init(_ options: OptionValues, columns: [Int]) throws(SQLError) {
    self.columns = columns
    schema = Schema(columns.map { Self.schema[$0] })
    rowsPerSecond = try options.integer(RateOptions.rowsPerSecond, in: 1...Self.rowsPerSecondMax) ?? 1
    // A day of ramp is more than anyone waits for, and keeps the arithmetic far from overflow.
    rampMicros = min(try options.durationMicros(RateOptions.rampUpTime) ?? 0, Micros.perDay)
    rowCount = try options.integer(RateOptions.rows)
  }

  /// Rows of the ramp.
  private var rampRows: Int64 { Int64(Int128(rowsPerSecond) * Int128(rampMicros) / 2_000_000) }

  func dueRows(elapsedMicros: Int64) -> Int64 {
    guard elapsedMicros >= 0 else { return 0 }
    if elapsedMicros < rampMicros {
      let seconds = Double(elapsedMicros) / 1e6
      return Int64(Double(rowsPerSecond) * seconds * seconds / (2 * Double(rampMicros) / 1e6)) + 1
    }
    let steady = Int128(elapsedMicros - rampMicros) * Int128(rowsPerSecond) / 1_000_000
    return Int64(clamping: Int128(rampRows) + steady + 1)
  }

  func dueMicros(ofRow row: Int64) -> Int64 {
    if row < rampRows {
      return Int64(
        (2 * Double(row) * Double(rampMicros) * 1e6 / Double(rowsPerSecond)).squareRoot().rounded(.up))
    }
    let micros = (Int128(row - rampRows) * 1_000_000 + Int128(rowsPerSecond) - 1) / Int128(rowsPerSecond)
    return Int64(clamping: Int128(rampMicros) + micros)
  }

  func batch(_ rows: Range<Int64>, startMicros: Int64) -> Batch {
    let count = rows.count
    return Batch(
      columns.map { column in
        let values = [Int64](unsafeUninitializedCapacity: count) { target, filled in
          for i in 0..<count {
            let row = rows.lowerBound + Int64(i)
            // Spark stamps rows in whole milliseconds.
            let micros = column == 0 ? startMicros &+ dueMicros(ofRow: row) : row
            target.initializeElement(at: i, to: column == 0 ? micros / 1000 * 1000 : micros)
          }
          filled = count
        }
        return .int64(PrimitiveColumn(values))
      }, count: count)
  }
}
