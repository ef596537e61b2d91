internal import Columnar
internal import Diagnostics

/// Parts of nested values: `a[i]`, `m[k]`, `s.field`.
enum Access {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "element_access", .operator, "expr[key]", "The element of an array at a 0-based index, or the value of a map's key.",
        [FunctionExample("SELECT array(1, 2)[1]", "2"), FunctionExample("SELECT map('a', 1)['b']", "NULL")]),
      bind: bindElement),
    ScalarFunction(
      FunctionDoc(
        "get_field", .operator, "expr.field", "The field of a struct, or of each struct of an array.",
        [FunctionExample("SELECT named_struct('a', 1).a", "1")]), bind: bindField),
    ScalarFunction(
      FunctionDoc(
        "element_at", .array, "element_at(array, index)",
        "The element at a 1-based index, counted from the end if negative; or the value of a map's key.",
        [FunctionExample("SELECT element_at(array(1, 2, 3), -1)", "3")])
    ) { (call) throws(SQLError) in try bindElementAt(call, isTolerant: false) },
    ScalarFunction(
      FunctionDoc(
        "try_element_at", .array, "try_element_at(array, index)",
        "As element_at, but NULL when the index is out of bounds.",
        [FunctionExample("SELECT try_element_at(array(1, 2, 3), 4)", "NULL")])
    ) { (call) throws(SQLError) in try bindElementAt(call, isTolerant: true) },
    ScalarFunction(
      FunctionDoc(
        "get", .array, "get(array, index)", "The element at a 0-based index, NULL when it is out of bounds.",
        [FunctionExample("SELECT get(array(1, 2, 3), 3)", "NULL")])
    ) { (call) throws(SQLError) in
      try call.expect(2)
      return try arrayAccess(call, base: 0, failure: .null)
    },
  ]

  private static func bindElement(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2)
    switch call.types[0] {
    case .array: return try arrayAccess(call, base: 0, failure: call.failure())
    case .map: return try mapAccess(call)
    case .structure:
      if call.literalText(1) != nil { return try bindField(call) }
    default: break
    }
    throw SQLError(
      .bind, "INVALID_EXTRACT_BASE_FIELD_TYPE",
      "a value of type \"\(call.types[0].sqlName)\" has no elements: an array, a map or a struct was expected",
      span: call.span)
  }

  private static func bindElementAt(_ call: FunctionCall, isTolerant: Bool) throws(SQLError) -> BoundFunction {
    try call.expect(2)
    if case .map(let key, _) = call.types[0] {
      guard Coercion.strictCommonType(key, call.types[1]) != nil else { throw .mapKeyMismatch(call) }
      return try mapAccess(call)
    }
    if call.types[1] == .bigint { throw .unexpectedInput(call, 1, wanted: "\"INT\"") }
    return try arrayAccess(call, base: 1, failure: isTolerant ? .null : call.failure())
  }

  // MARK: Arrays

  /// - Parameter base: 0 for `[ ]`, where negative indexes are out of bounds; 1 for `element_at`, where they count from
  ///   the end and 0 is an error.
  private static func arrayAccess(
    _ call: FunctionCall, base: Int, failure: Kernel.Failure
  ) throws(SQLError) -> BoundFunction {
    let element = try call.elementType(0)
    guard call.types[1].isIntegral || call.types[1] == .null else {
      throw .unexpectedInput(call, 1, wanted: "\"INTEGRAL\"")
    }
    return BoundFunction(
      call.name, [.array(element), .int], returns: element, canFail: failure == .raise || base == 1
    ) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let lists = operands[0].lists(rows)
      let indexes: [Int32] = try operands[1].rowValues(rows)
      var picked = [Int32](repeating: -1, count: rows)
      for row in 0..<rows {
        let count = lists.offsets[row + 1] - lists.offsets[row]
        var index = Int(indexes[row])
        if base == 1 {
          if index == 0, context.isValid(row) {
            throw .data("INVALID_INDEX_OF_ZERO", "the index 0 is invalid: elements are counted from 1")
          }
          index = index < 0 ? index + Int(count) : index - 1
        }
        if index >= 0, index < Int(count) {
          picked[row] = lists.offsets[row] + Int32(index)
        } else if failure == .raise, context.isValid(row) {
          throw base == 0
            ? .invalidIndex(Int(indexes[row]), Int(count), "INVALID_ARRAY_INDEX", "get()")
            : .invalidIndex(Int(indexes[row]), Int(count), "INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "try_element_at")
        }
      }
      return lists.child.gatherOrNull(picked, type: element)
    }
  }

  // MARK: Maps

  private static func mapAccess(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    let (key, value) = try call.entryTypes(0)
    let wanted = call.types[1]
    // Where one of them is a text, the key looked for is converted, never the keys of the map.
    let hasText = key == .string || wanted == .string
    let common = hasText ? Coercion.canImplicitlyCast(from: wanted, to: key) ? key : nil : Coercion.commonType(key, wanted)
    guard let type = common, type.isOrderable else {
      throw .unexpectedInput(call, 1, wanted: "\"\(key.sqlName)\"")
    }
    return BoundFunction(call.name, [.map(key: type, value: value), type], returns: value) {
      (context, operands) throws(SQLError) in
      let rows = context.rows
      let maps = operands[0].maps(rows)
      return maps.values.gatherOrNull(try entryRows(maps, operands[1], rows), type: value)
    }
  }

  /// The entry of each row's map whose key is `wanted`, or −1.
  static func entryRows(_ maps: MapColumn, _ wanted: Operand, _ rows: Int) throws(SQLError) -> [Int32] {
    switch maps.keys {
    case .bytes(let keys): return search(maps.offsets, keys.views, try wanted.rowValues(rows), rows)
    case .int32(let keys): return search(maps.offsets, keys.values, try wanted.rowValues(rows), rows)
    case .int64(let keys): return search(maps.offsets, keys.values, try wanted.rowValues(rows), rows)
    default:
      var picked = [Int32](repeating: -1, count: rows)
      for row in 0..<rows {
        for entry in maps.offsets[row]..<maps.offsets[row + 1]
        where RowComparison.areSame(maps.keys, Int(entry), wanted.column, row &* wanted.stride) {
          picked[row] = entry
          break
        }
      }
      return picked
    }
  }

  private static func search<T: Equatable>(_ offsets: [Int32], _ keys: [T], _ wanted: [T], _ rows: Int) -> [Int32] {
    var picked = [Int32](repeating: -1, count: rows)
    for row in 0..<rows {
      var entry = offsets[row]
      while entry < offsets[row + 1] {
        if keys[Int(entry)] == wanted[row] {
          picked[row] = entry
          break
        }
        entry += 1
      }
    }
    return picked
  }

  // MARK: Fields

  private static func bindField(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2)
    guard let name = call.literalText(1) else {
      throw SQLError(.bind, "INVALID_EXTRACT_FIELD", "a field is named by a constant string", span: call.span)
    }
    switch call.types[0] {
    case .structure(let fields):
      let index = try fieldIndex(name, fields, call)
      let type = fields[index].type
      return BoundFunction("get_field", [call.types[0], .string], returns: type) { (context, operands) in
        guard case .structure(let c) = operands[0].flattened(rows: context.rows) else {
          return ColumnBuilder.nulls(type, count: context.rows)
        }
        return c.fields[index]
      }
    case .array(.structure(let fields)):
      let index = try fieldIndex(name, fields, call)
      return BoundFunction("get_field", [call.types[0], .string], returns: .array(fields[index].type)) {
        (context, operands) in
        let lists = operands[0].lists(context.rows)
        guard case .structure(let c) = lists.child else {
          return .list(ListColumn(offsets: lists.offsets, child: ColumnBuilder.nulls(fields[index].type, count: lists.child.count)))
        }
        let field = c.fields[index]
        let masked = field.with(validity: Validity.intersection(field.validity, c.validity))
        return .list(ListColumn(offsets: lists.offsets, child: masked))
      }
    case .map: return try mapAccess(call)
    default:
      throw SQLError(
        .bind, "INVALID_EXTRACT_BASE_FIELD_TYPE",
        "a value of type \"\(call.types[0].sqlName)\" has no field \"\(name)\"", span: call.span)
    }
  }

  private static func fieldIndex(_ name: String, _ fields: [Field], _ call: FunctionCall) throws(SQLError) -> Int {
    let folded = name.lowercased()
    let hits = fields.indices.filter { fields[$0].name.lowercased() == folded }
    if let only = hits.first, hits.count == 1 { return only }
    if hits.isEmpty {
      let names = fields.map(\.name)
      throw SQLError(
        .bind, "FIELD_NOT_FOUND", "the struct has no field \"\(name)\"; it has \(names.joined(separator: ", "))",
        span: call.span, hint: didYouMean(name, in: names))
    }
    throw SQLError(
      .bind, "AMBIGUOUS_REFERENCE_TO_FIELDS", "the struct has \(hits.count) fields named \"\(name)\"", span: call.span)
  }
}

extension SQLError {
  static func invalidIndex(_ index: Int, _ count: Int, _ errorClass: String, _ tolerant: String) -> SQLError {
    .data(
      errorClass, "index \(index) is out of bounds of an array of \(count) element\(count == 1 ? "" : "s")",
      hint: "use \(tolerant) to get NULL")
  }
}
