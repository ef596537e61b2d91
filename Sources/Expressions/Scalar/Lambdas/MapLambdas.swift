internal import Columnar
internal import Diagnostics

/// A lambda for each entry of a map: `map_filter`, `transform_keys`, `transform_values`, `map_zip_with`.
enum MapLambdas {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "map_filter", .lambda, "map_filter(map, (k, v) -> condition)", "The entries for which the condition is true.",
      [("SELECT map_filter(map(1, 0, 2, 2, 3, -1), (k, v) -> k > v)", "{1 -> 0, 3 -> -1}")], lambdaParameters: keyAndValue
    ) { (call) throws(SQLError) in
      try call.expect(2)
      try call.requireCondition(1)
      let (key, value) = try call.entryTypes(0)
      let type = DataType.map(key: key, value: value)
      return BoundFunction("map_filter", [type, .boolean], returns: type) { (context, operands) throws(SQLError) in
        let entries = try LambdaElements(operands[0], type, context)
        let wanted = try context.runLambda(0, entries.children, parents: entries.parents)
        var lists = ListPicker(rows: context.rows)
        for row in 0..<context.rows {
          for i in entries.offsets[row]..<entries.offsets[row + 1] where wanted.isTrue(Int(i)) { lists.pick(i) }
          try lists.endList()
        }
        return .map(
          MapColumn(
            offsets: lists.offsets, keys: entries.children[0].gather(lists.picked),
            values: entries.children[1].gather(lists.picked)))
      }
    },
    ScalarFunction(
      "transform_keys", .lambda, "transform_keys(map, (k, v) -> expr)", "The map with the results of the lambda as keys.",
      [("SELECT transform_keys(map_from_arrays(array(1, 2, 3), array(1, 2, 3)), (k, v) -> k + 1)", "{2 -> 1, 3 -> 2, 4 -> 3}")],
      lambdaParameters: keyAndValue
    ) { (call) throws(SQLError) in
      try call.expect(2)
      let (key, value) = try call.entryTypes(0)
      let (type, newKey) = (DataType.map(key: key, value: value), call.types[1])
      try call.requireMapKey(newKey)
      return BoundFunction("transform_keys", [type, newKey], returns: .map(key: newKey, value: value), canFail: true) {
        (context, operands) throws(SQLError) in
        let entries = try LambdaElements(operands[0], type, context)
        let keys = try context.runLambda(0, entries.children, parents: entries.parents)
        var maps = try EntryPicker(keys: keys, values: entries.children[1], (newKey, value), context)
        for row in 0..<context.rows {
          for i in entries.offsets[row]..<entries.offsets[row + 1] { maps.add(key: i, value: i) }
          try maps.endMap()
        }
        return maps.finish()
      }
    },
    ScalarFunction(
      "transform_values", .lambda, "transform_values(map, (k, v) -> expr)", "The map with the results of the lambda as values.",
      [("SELECT transform_values(map_from_arrays(array(1, 2, 3), array(1, 2, 3)), (k, v) -> v + 1)", "{1 -> 2, 2 -> 3, 3 -> 4}")],
      lambdaParameters: keyAndValue
    ) { (call) throws(SQLError) in
      try call.expect(2)
      let (key, value) = try call.entryTypes(0)
      let (type, newValue) = (DataType.map(key: key, value: value), call.types[1])
      return BoundFunction("transform_values", [type, newValue], returns: .map(key: key, value: newValue)) {
        (context, operands) throws(SQLError) in
        let entries = try LambdaElements(operands[0], type, context)
        let values = try context.runLambda(0, entries.children, parents: entries.parents)
        return .map(MapColumn(offsets: entries.offsets, keys: entries.children[0], values: values))
      }
    },
    ScalarFunction(
      "map_zip_with", .lambda, "map_zip_with(map1, map2, (k, v1, v2) -> expr)",
      "A map of all keys of both maps; values are the results of the lambda, which gets NULL where a map lacks the key.",
      [("SELECT map_zip_with(map(1, 'a', 2, 'b'), map(1, 'x', 2, 'y'), (k, v1, v2) -> concat(v1, v2))", "{1 -> ax, 2 -> by}")],
      lambdaParameters: { (call, position, _) throws(SQLError) in
        if position != 2 { return nil }
        return [
          Field("k", try commonKey(call), isNullable: false), Field("v1", try call.entryTypes(0).value),
          Field("v2", try call.entryTypes(1).value),
        ]
      }, bind: bindZip),
  ]

  private static let keyAndValue: ScalarFunction.LambdaParameters = { (call, position, _) throws(SQLError) in
    if position != 1 { return nil }
    let (key, value) = try call.entryTypes(0)
    return [Field("k", key, isNullable: false), Field("v", value)]
  }

  private static func commonKey(_ call: FunctionCall) throws(SQLError) -> DataType {
    if let key = Coercion.strictCommonType(try call.entryTypes(0).key, try call.entryTypes(1).key) { return key }
    throw SQLError(
      .bind, "DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES",
      "map_zip_with takes two maps of one key type, found \"\(call.types[0].sqlName)\" and \"\(call.types[1].sqlName)\"",
      span: call.span)
  }

  private static func bindZip(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(3)
    let key = try commonKey(call)
    try call.requireMapKey(key)
    let (a, b) = (try call.entryTypes(0).value, try call.entryTypes(1).value)
    let result = call.types[2]
    return BoundFunction(
      "map_zip_with", [.map(key: key, value: a), .map(key: key, value: b), result], returns: .map(key: key, value: result)
    ) { (context, operands) throws(SQLError) in
      let (left, right) = (MapOperand(operands[0]), MapOperand(operands[1]))
      let pool = try ElementPool([left.map.keys, right.map.keys], type: key)
      let keys = try ElementKeys(pool.column, key)
      var members = ElementSet()
      var lists = ListPicker(rows: context.rows)
      // The entries of both maps for each key of the result, −1 where there is none.
      var (lefts, rights): ([Int32], [Int32]) = ([], [])
      for row in 0..<context.rows {
        if context.isValid(row) {
          let (x, y) = (left.range(row), right.range(row))
          let start = Int32(truncatingIfNeeded: lefts.count)
          members.removeAll(expecting: x.count + y.count)
          for entry in x {
            _ = members.insert(entry, keys)
            lists.pick(entry)
            lefts.append(entry)
            rights.append(-1)
          }
          for entry in y {
            let element = pool.base(1) + entry
            let member = members.member(element, keys)
            if member >= 0 {
              // Entries of the left map stand in the result in their order.
              rights[Int(start + (member - x.lowerBound))] = entry
            } else {
              lists.pick(element)
              lefts.append(-1)
              rights.append(entry)
            }
          }
        }
        try lists.endList()
      }
      let resultKeys = pool.column.gather(lists.picked)
      let values = try context.runLambda(
        0,
        [resultKeys, left.map.values.gatherOrNull(lefts, type: a), right.map.values.gatherOrNull(rights, type: b)],
        parents: LambdaElements.parents(lists.offsets))
      return .map(MapColumn(offsets: lists.offsets, keys: resultKeys, values: values))
    }
  }
}
