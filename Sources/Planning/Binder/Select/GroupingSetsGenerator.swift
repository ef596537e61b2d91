internal import Columnar
internal import Diagnostics
internal import Expressions

/// The generator behind grouping sets: a row for every set, in their order.
///
/// Columns: the keys that some set leaves out (NULL where this set does), the set's `grouping_id`, and the set's position if
/// one set is there twice. NULL keys stay NULL and are told from left-out ones by the id. Errors: none. Cost: one gather a key.
enum GroupingSetsGenerator {
  static func generator(
    keys: [NamedExpression], included: [[Bool]], ids: [Int64], numbersSets: Bool
  ) -> BoundGenerator {
    let types = keys.map(\.expression.type)
    var fields = zip(keys, types).map { Field($0.name, $1) }
    fields.append(Field("_grouping_id", .bigint, isNullable: false))
    if numbersSets { fields.append(Field("_grouping_set", .bigint, isNullable: false)) }
    let sets = included.map { set in
      "(" + zip(keys, set).filter(\.1).map(\.0.name).joined(separator: ", ") + ")"
    }
    return BoundGenerator("grouping_sets[\(sets.joined(separator: ", "))]", types, fields: fields) {
      (context, operands) throws(SQLError) in
      let (rows, height) = (context.rows, ids.count)
      let (total, isTooLarge) = rows.multipliedReportingOverflow(by: height)
      guard !isTooLarge, total <= Int(Int32.max) else {
        throw SQLError(.data, "ROW_COUNT_OVERFLOW", "\(rows) rows in \(height) grouping sets are too many for one batch")
      }
      var columns: [Column] = []
      for (key, operand) in operands.enumerated() {
        let isIncluded = included.map { $0[key] }
        let picks = [Int32](unsafeUninitializedCapacity: total) { target, count in
          for row in 0..<rows {
            for set in 0..<height {
              target.initializeElement(at: row &* height &+ set, to: isIncluded[set] ? Int32(truncatingIfNeeded: row) : -1)
            }
          }
          count = total
        }
        columns.append(operand.flattened(rows: rows).gatherOrNull(picks, type: types[key]))
      }
      columns.append(repeated(ids, rows: rows))
      if numbersSets { columns.append(repeated(Array(0..<Int64(height)), rows: rows)) }
      return GeneratedRows(
        columns: columns, count: total, offsets: (0...rows).map { Int32(truncatingIfNeeded: $0 &* height) })
    }
  }

  private static func repeated(_ values: [Int64], rows: Int) -> Column {
    .int64(
      PrimitiveColumn(
        [Int64](unsafeUninitializedCapacity: values.count &* rows) { target, count in
          for row in 0..<rows {
            for (set, value) in values.enumerated() {
              target.initializeElement(at: row &* values.count &+ set, to: value)
            }
          }
          count = values.count &* rows
        }))
  }
}
