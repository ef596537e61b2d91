internal import Columnar
internal import Diagnostics

/// What maps hold: keys, values, entries, whether a key is there.
enum MapParts {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "map_keys", .map, "map_keys(map)", "The keys as an array.", [("SELECT map_keys(map(1, 'a', 2, 'b'))", "[1, 2]")]
    ) { (call) throws(SQLError) in
      try call.expect(1)
      let (key, value) = try call.entryTypes(0)
      return BoundFunction("map_keys", [.map(key: key, value: value)], returns: .array(key)) { (context, operands) in
        let maps = operands[0].maps(context.rows)
        return .list(ListColumn(offsets: maps.offsets, child: maps.keys))
      }
    },
    ScalarFunction(
      "map_values", .map, "map_values(map)", "The values as an array.",
      [("SELECT map_values(map(1, 'a', 2, 'b'))", "[a, b]")]
    ) { (call) throws(SQLError) in
      try call.expect(1)
      let (key, value) = try call.entryTypes(0)
      return BoundFunction("map_values", [.map(key: key, value: value)], returns: .array(value)) { (context, operands) in
        let maps = operands[0].maps(context.rows)
        return .list(ListColumn(offsets: maps.offsets, child: maps.values))
      }
    },
    ScalarFunction(
      "map_entries", .map, "map_entries(map)", "The entries as an array of structs of key and value.",
      [("SELECT map_entries(map(1, 'a', 2, 'b'))", "[{1, a}, {2, b}]")]
    ) { (call) throws(SQLError) in
      try call.expect(1)
      let (key, value) = try call.entryTypes(0)
      let entry = DataType.structure([Field("key", key, isNullable: false), Field("value", value)])
      return BoundFunction("map_entries", [.map(key: key, value: value)], returns: .array(entry)) { (context, operands) in
        let maps = operands[0].maps(context.rows)
        let entries = StructColumn(fields: [maps.keys, maps.values], count: maps.keys.count)
        return .list(ListColumn(offsets: maps.offsets, child: .structure(entries)))
      }
    },
    ScalarFunction(
      "map_contains_key", .map, "map_contains_key(map, key)", "Whether the map has the key.",
      [("SELECT map_contains_key(map(1, 'a', 2, 'b'), 1)", "true")]
    ) { (call) throws(SQLError) in
      try call.expect(2)
      try call.refuseUntypedNull()
      let (key, value) = try call.entryTypes(0)
      guard let type = Coercion.strictCommonType(key, call.types[1]) else { throw .mapKeyMismatch(call) }
      return BoundFunction("map_contains_key", [.map(key: type, value: value), type], returns: .boolean) {
        (context, operands) throws(SQLError) in
        let maps = operands[0].maps(context.rows)
        return .bool(PrimitiveColumn(try Access.entryRows(maps, operands[1], context.rows).map { $0 >= 0 }))
      }
    },
  ]
}

extension SQLError {
  static func mapKeyMismatch(_ call: FunctionCall) -> SQLError {
    SQLError(
      .bind, "DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES",
      "\(call.name) takes a map and a key of its key's type, found \"\(call.types[0].sqlName)\" and \"\(call.types[1].sqlName)\"",
      span: call.span)
  }
}
