internal import Columnar
internal import Diagnostics

private enum DatagenOptions {
  static let rate = OptionDefinition("rows-per-second", aliases: ["rowsPerSecond"], .integer, default: "10000", "rows per second")
  static let count = OptionDefinition(
    "number-of-rows", aliases: ["numberOfRows"], .integer, "ends after so many rows; without it endless")
  static let seed = OptionDefinition("seed", .integer, default: "0", "other numbers, other rows")
  static let parallelism = OptionDefinition("scan.parallelism", .integer, "accepted as in Flink; has no effect")

  static func field(_ name: String, _ kind: OptionDefinition.Kind, _ summary: String) -> OptionDefinition {
    OptionDefinition("fields.*.\(name)", kind, summary)
  }

  static let all = [
    rate, count, seed, parallelism,
    field("kind", .choice(["random", "sequence"]), "random, or the numbers from start to end, after which all ends"),
    field("min", .string, "least random number"), field("max", .string, "greatest random number"),
    field("max-past", .duration, "times lie at most so far in the past"),
    field("length", .integer, "characters of a string (100), elements of an array or map (1)"),
    field("var-len", .boolean, "lengths up to `length` are random"),
    field("start", .integer, "first number of a sequence"), field("end", .integer, "last number of a sequence"),
    field("null-rate", .string, "share of NULLs, from 0 to 1"),
  ]
}

extension ConnectorDefinition {
  /// Rows of any columns, as Flink's datagen connector makes them.
  package static let datagen = ConnectorDefinition(
    "datagen", "Generates rows of the declared columns: random values or sequences, as Flink's datagen.",
    options: DatagenOptions.all,
    source: SourceFactory(
      describe: { (request) throws(SQLError) -> SourceDescription in
        guard let schema = request.schema else {
          throw SQLError(
            .bind, "UNABLE_TO_INFER_SCHEMA", "datagen needs its columns declared", span: request.span,
            hint: "for example CREATE TABLE t (id BIGINT, name STRING) WITH ('connector' = 'datagen')")
        }
        let generator = try DatagenGenerator(request, schema, columns: Array(schema.fields.indices))
        let isBounded = generator.rowCount != nil
        return SourceDescription(
          schema: schema, isBounded: isBounded && !request.isStream, canEnd: isBounded, canReplay: true)
      },
      open: { (request, description, columns) throws(SQLError) -> any Source in
        try GeneratedSource(
          DatagenGenerator(request, description.schema, columns: columns), nowMicros: request.environment.nowMicros)
      }))
}

/// Row k holds what k, the column and the seed give: the same in every run and wherever the reader begins.
private struct DatagenGenerator: RowGenerator {
  let schema: Schema
  let rowCount: Int64?
  private let ratePerSecond: Int64
  private let seed: UInt64
  /// By wanted column: its ordinal in the relation, for the random numbers, and its recipe.
  private let recipes: [(column: Int, recipe: DatagenRecipe)]

  init(_ request: SourceRequest, _ full: Schema, columns: [Int]) throws(SQLError) {
    let options = request.options
    schema = Schema(columns.map { full[$0] })
    ratePerSecond = try options.integer(DatagenOptions.rate, in: 1...1_000_000_000) ?? 10_000
    seed = UInt64(bitPattern: try options.integer(DatagenOptions.seed) ?? 0)
    try Self.checkNames(options, full)
    var all: [DatagenRecipe] = []
    for field in full.fields { all.append(try DatagenRecipe(field.type, path: field.name, options, span: request.span)) }
    recipes = columns.map { ($0, all[$0]) }
    let ends = all.compactMap(\.sequenceCount) + (try options.integer(DatagenOptions.count).map { [$0] } ?? [])
    rowCount = ends.min()
  }

  /// `fields.nmae.kind` is a mistake, not a field.
  private static func checkNames(_ options: OptionValues, _ schema: Schema) throws(SQLError) {
    for key in options.values.keys.sorted() where key.hasPrefix("fields.") {
      let name = key.split(separator: ".").dropFirst().first.map(String.init) ?? ""
      guard schema.ordinals(named: name).isEmpty else { continue }
      throw SQLError(
        .bind, "UNKNOWN_OPTION", "datagen has no column \"\(name)\"", span: options.span(of: key),
        hint: didYouMean(name, in: schema.names))
    }
  }

  func dueRows(elapsedMicros: Int64) -> Int64 {
    guard elapsedMicros >= 0 else { return 0 }
    return Int64(clamping: Int128(elapsedMicros) * Int128(ratePerSecond) / 1_000_000 + 1)
  }

  func dueMicros(ofRow row: Int64) -> Int64 {
    Int64(clamping: (Int128(row) * 1_000_000 + Int128(ratePerSecond) - 1) / Int128(ratePerSecond))
  }

  func batch(_ rows: Range<Int64>, startMicros: Int64) -> Batch {
    let table = SlotTable(schema.types)
    var writer = DatagenWriter(
      table, seed: seed, nowMicros: rows.map { startMicros &+ dueMicros(ofRow: $0) }, rows: Array(rows))
    for (slot, (column, recipe)) in recipes.enumerated() { writer.fill(slot, recipe, column: column) }
    return Batch(table.take(owners: writer.arena.blocks), count: rows.count)
  }
}
