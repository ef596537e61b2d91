/// A cache-sized piece of a relation: equally long columns.
package struct Batch: Sendable {
  package var columns: [Column]
  package var count: Int

  /// Rows of one batch at most, unless a generator multiplies them. Small enough for the L2 cache (FACTS: 1024–4096).
  package static let rowsMax = 4096

  package init(_ columns: [Column], count: Int) {
    self.columns = columns
    self.count = count
  }

  /// The rows at `rows`, in that order.
  package func gather(_ rows: [Int32]) -> Batch {
    Batch(columns.map { $0.gather(rows) }, count: rows.count)
  }

  package func slice(_ range: Range<Int>) -> Batch {
    if range == 0..<count { return self }
    return Batch(columns.map { $0.slice(range) }, count: range.count)
  }

  /// One row, boxed. For cold paths.
  package func row(_ index: Int) -> [Value] { columns.map { $0.value(at: index) } }

  package static func concatenate(_ batches: [Batch], schema: Schema) -> Batch {
    if batches.count == 1, let only = batches.first { return only }
    return Batch(
      schema.fields.indices.map { i in
        Column.concatenate(batches.map { $0.columns[i] }, type: schema[i].type)
      },
      count: batches.reduce(0) { $0 + $1.count })
  }

  package static func empty(_ schema: Schema) -> Batch {
    Batch(schema.fields.map { ColumnBuilder($0.type).finish() }, count: 0)
  }

  /// Rows as boxed values, for tests, VALUES and INSERT.
  package init(rows: [[Value]], schema: Schema) {
    columns = schema.fields.indices.map { i in Column(rows.map { $0[i] }, type: schema[i].type) }
    count = rows.count
  }
}
