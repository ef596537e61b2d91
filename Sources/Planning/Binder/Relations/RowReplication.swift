internal import Columnar
internal import Diagnostics
internal import Expressions

/// A generator without columns: each row as often as its argument says, not at all for 0 and below.
enum RowReplication {
  static let generator = BoundGenerator("replicate_rows", [.bigint], fields: []) { (context, operands) throws(SQLError) in
    let times = operands[0].flattened(rows: context.rows)
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(context.rows + 1)
    var total: Int64 = 0
    if case .int64(let c) = times {
      for row in 0..<context.rows {
        total += times.isNull(row) ? 0 : min(max(c.values[row], 0), Int64(Int32.max))
        guard total <= Int64(Int32.max) else {
          throw SQLError(.data, "ROW_COUNT_OVERFLOW", "a row is repeated more than \(Int32.max) times")
        }
        offsets.append(Int32(total))
      }
    }
    return GeneratedRows(columns: [], count: Int(total), offsets: offsets)
  }
}
