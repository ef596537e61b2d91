internal import Columnar
internal import Diagnostics

/// `hash` and `xxhash64`: one number for several values, the same as Spark's for every type.
enum RowHashFunctions {
  /// Spark's seed, so that rows fall into the same buckets.
  private static let seed: UInt32 = 42

  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "hash", .hash, "hash(expr1, expr2, …)", "The Murmur3 hash of the values, 32 bits; NULLs count for nothing.",
        shown: ["SELECT hash('Spark', array(123), 2)": "-1321691492"])
    ) { (call) throws(SQLError) in
      try checkTypes(call)
      let types = call.types
      return BoundFunction("hash", types, returns: .int, nulls: .handled, isNullable: false) { (context, operands) in
        var hashes = [UInt32](repeating: seed, count: context.rows)
        for (operand, type) in zip(operands, types) {
          ColumnHash.fold(operand.flattened(rows: context.rows), type, into: &hashes, by: Murmur3.self)
        }
        return .int32(PrimitiveColumn(hashes.map { Int32(bitPattern: $0) }))
      }
    },
    ScalarFunction(
      FunctionDoc(
        "xxhash64", .hash, "xxhash64(expr1, expr2, …)", "The XXH64 hash of the values, 64 bits; NULLs count for nothing.",
        shown: ["SELECT xxhash64('Spark', array(123), 2)": "5602566077635097486"])
    ) { (call) throws(SQLError) in
      try checkTypes(call)
      let types = call.types
      return BoundFunction("xxhash64", types, returns: .bigint, nulls: .handled, isNullable: false) { (context, operands) in
        var hashes = [UInt64](repeating: UInt64(seed), count: context.rows)
        for (operand, type) in zip(operands, types) {
          ColumnHash.fold(operand.flattened(rows: context.rows), type, into: &hashes, by: XxHash64.self)
        }
        return .int64(PrimitiveColumn(hashes.map { Int64(bitPattern: $0) }))
      }
    },
  ]

  /// Entries of equal maps may stand in any order, so maps have no hash.
  private static func checkTypes(_ call: FunctionCall) throws(SQLError) {
    try call.expect(atLeast: 1)
    guard let index = call.types.firstIndex(where: hasMap) else { return }
    let span = call.arguments[index].span
    throw SQLError(
      .bind, "DATATYPE_MISMATCH.HASH_MAP_TYPE", "\"\(call.name)\" takes no maps, found \"\(call.types[index].sqlName)\"",
      span: span.isNone ? call.span : span, hint: "hash array_sort(map_entries(m))")
  }

  private static func hasMap(_ type: DataType) -> Bool {
    switch type {
    case .map: true
    case .array(let element): hasMap(element)
    case .structure(let fields): fields.contains { hasMap($0.type) }
    default: false
    }
  }
}
