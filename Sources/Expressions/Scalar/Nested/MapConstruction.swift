internal import Columnar
internal import Diagnostics

/// Maps made of values, arrays, entries and other maps.
enum MapConstruction {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "map", .map, "map(key, value, …)", "A map of the keys and values.",
      [("SELECT map(1.0, '2', 3.0, '4')", "{1.0 -> 2, 3.0 -> 4}")], bind: bindMap),
    ScalarFunction(
      "map_from_arrays", .map, "map_from_arrays(keys, values)", "A map of the keys of one array and the values of another.",
      [("SELECT map_from_arrays(array(1.0, 3.0), array('2', '4'))", "{1.0 -> 2, 3.0 -> 4}")], bind: bindArrays),
    ScalarFunction(
      "map_from_entries", .map, "map_from_entries(arrayOfEntries)", "A map of an array of structs of a key and a value.",
      [("SELECT map_from_entries(array(struct(1, 'a'), struct(2, 'b')))", "{1 -> a, 2 -> b}")], bind: bindEntries),
    ScalarFunction(
      "map_concat", .map, "map_concat(map, …)", "One map of all entries; a key must not come twice.",
      [("SELECT map_concat(map(1, 'a', 2, 'b'), map(3, 'c'))", "{1 -> a, 2 -> b, 3 -> c}")], bind: bindConcat),
  ]

  private static func bindMap(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    guard call.arguments.count.isMultiple(of: 2) else {
      throw .wrongArgumentCount(call, expected: "pairs of a key and a value as")
    }
    let evens = stride(from: 0, to: call.arguments.count, by: 2)
    guard let key = Coercion.commonType(of: evens.map { call.types[$0] }) else {
      throw differentTypes(call, "keys", "CREATE_MAP_KEY_DIFF_TYPES", evens.map { call.types[$0] })
    }
    guard let value = Coercion.commonType(of: evens.map { call.types[$0 + 1] }) else {
      throw differentTypes(call, "values", "CREATE_MAP_VALUE_DIFF_TYPES", evens.map { call.types[$0 + 1] })
    }
    try call.requireMapKey(key)
    return BoundFunction(
      "map", call.types.indices.map { $0.isMultiple(of: 2) ? key : value }, returns: .map(key: key, value: value),
      nulls: .handled, isNullable: false, canFail: true
    ) { (context, operands) throws(SQLError) in
      let keys = try ElementPool(evens.map { operands[$0] }, type: key)
      let values = try ElementPool(evens.map { operands[$0 + 1] }, type: value)
      var maps = try EntryPicker(keys: keys.column, values: values.column, (key, value), context)
      for row in 0..<context.rows {
        for i in 0..<operands.count / 2 { maps.add(key: keys.index(i, row), value: values.index(i, row)) }
        try maps.endMap()
      }
      return maps.finish()
    }
  }

  private static func differentTypes(
    _ call: FunctionCall, _ what: String, _ errorClass: String, _ types: [DataType]
  ) -> SQLError {
    SQLError(
      .bind, "DATATYPE_MISMATCH.\(errorClass)",
      "the \(what) of a map have no common type: \(types.map { "\"\($0.sqlName)\"" }.joined(separator: ", "))", span: call.span)
  }

  private static func bindArrays(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2)
    let type = (key: try call.elementType(0), value: try call.elementType(1))
    try call.requireMapKey(type.key)
    return BoundFunction(
      "map_from_arrays", [.array(type.key), .array(type.value)], returns: .map(key: type.key, value: type.value), canFail: true
    ) { (context, operands) throws(SQLError) in
      let (keys, values) = (ListOperand(operands[0]), ListOperand(operands[1]))
      var maps = try EntryPicker(keys: keys.child, values: values.child, type, context)
      for row in 0..<context.rows {
        if context.isValid(row) {
          let (from, to) = (keys.range(row), values.range(row))
          if from.count != to.count {
            throw .data(
              "MAP_ARRAYS_DIFF_LENGTHS", "map_from_arrays needs as many values as keys, found \(to.count) and \(from.count)")
          }
          for (key, value) in zip(from, to) { maps.add(key: key, value: value) }
        }
        try maps.endMap()
      }
      return maps.finish()
    }
  }

  private static func bindEntries(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1)
    let type: (key: DataType, value: DataType)
    switch call.types[0] {
    case .array(.structure(let fields)) where fields.count == 2: type = (fields[0].type, fields[1].type)
    case .null: type = (.null, .null)
    default: throw .unexpectedInput(call, 0, wanted: "\"ARRAY\" of pair \"STRUCT\"")
    }
    try call.requireMapKey(type.key)
    let parameter = call.types[0] == .null ? .array(.structure([Field("key", .null), Field("value", .null)])) : call.types[0]
    return BoundFunction(
      "map_from_entries", [parameter], returns: .map(key: type.key, value: type.value), canFail: true
    ) { (context, operands) throws(SQLError) in
      let list = ListOperand(operands[0])
      let nulls = list.child.nullTest
      // A child of untyped NULLs has no fields; none of its entries is read.
      var (keys, values) = (Column.null(count: list.child.count), Column.null(count: list.child.count))
      if case .structure(let entries) = list.child, entries.fields.count == 2 {
        (keys, values) = (entries.fields[0], entries.fields[1])
      }
      var maps = try EntryPicker(keys: keys, values: values, type, context)
      var whole = Validity(repeating: true, count: context.rows)
      for row in 0..<context.rows {
        if context.isValid(row) {
          let range = list.range(row)
          // An entry that is NULL makes the map NULL.
          if range.contains(where: { nulls.isNull($0) }) {
            whole.set(row, false)
          } else {
            for entry in range { maps.add(key: entry, value: entry) }
          }
        }
        try maps.endMap()
      }
      return maps.finish(validity: whole.isAllValid ? nil : whole)
    }
  }

  private static func bindConcat(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    if call.arguments.isEmpty {
      return BoundFunction("map_concat", [], returns: .map(key: .string, value: .string), nulls: .handled, isNullable: false) {
        (context, _) in
        .map(
          MapColumn(
            offsets: [Int32](repeating: 0, count: context.rows + 1), keys: ColumnBuilder(.string).finish(),
            values: ColumnBuilder(.string).finish()))
      }
    }
    for type in call.types {
      guard case .map = type else {
        throw SQLError(
          .bind, "DATATYPE_MISMATCH.MAP_CONCAT_DIFF_TYPES", "map_concat takes maps, found \"\(type.sqlName)\"", span: call.span)
      }
    }
    var common = call.types[0]
    for type in call.types.dropFirst() {
      guard let wider = Coercion.strictCommonType(common, type) else { throw .differentTypes(call, call.types) }
      common = wider
    }
    guard case .map(let key, let value) = common else { throw .differentTypes(call, call.types) }
    return BoundFunction("map_concat", call.types.map { _ in common }, returns: common, canFail: true) {
      (context, operands) throws(SQLError) in
      let parts = operands.map { MapOperand($0) }
      let keys = try ElementPool(parts.map(\.map.keys), type: key)
      let values = try ElementPool(parts.map(\.map.values), type: value)
      var maps = try EntryPicker(keys: keys.column, values: values.column, (key, value), context)
      for row in 0..<context.rows {
        if context.isValid(row) {
          for (i, part) in parts.enumerated() {
            for entry in part.range(row) { maps.add(key: keys.base(i) + entry, value: values.base(i) + entry) }
          }
        }
        try maps.endMap()
      }
      return maps.finish()
    }
  }
}
