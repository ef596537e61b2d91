internal import Columnar
internal import Diagnostics

/// Questions about JSON texts: `get_json_object`, `json_array_length`, `json_object_keys`.
enum JsonFunctions {
  static let functions: [ScalarFunction] = queries + JsonWriting.functions + JsonReading.functions

  private static let queries: [ScalarFunction] = [
    ScalarFunction(
      "get_json_object", .json, "get_json_object(json, path)",
      "What a path leads to in a JSON text, strings without quotes; NULL if there is nothing or the text is no JSON.",
      [("SELECT get_json_object('{\"a\":\"b\"}', '$.a')", "b"), ("SELECT get_json_object('[{\"a\":1},{\"a\":2}]', '$[*].a')", "[1,2]")]
    ) { (call) throws(SQLError) in
      try call.expect(2)
      try call.exactParameter(0, .string)
      let parameters = try call.parameters(all: .string)
      // A constant path is read once.
      var fixed: JsonPath??
      if case .bytes(let bytes)? = try call.constant(1) { fixed = .some(JsonPath(bytes)) }
      let constant = fixed
      return BoundFunction("get_json_object", parameters, returns: .string) { (context, operands) throws(SQLError) in
        let texts: [BytesView] = try operands[0].rowValues(context.rows)
        let paths: [BytesView] = try operands[1].rowValues(context.rows)
        return optionalTexts(context) { row, out in
          guard let path = constant ?? paths[row].withBytes({ JsonPath(Array($0)) }) else { return false }
          return texts[row].withRaw { bytes in
            var reader = JsonPathReader(bytes)
            return reader.match(path, into: &out)
          }
        }
      }
    },
    ScalarFunction(
      "json_array_length", .json, "json_array_length(json)",
      "The number of elements of the outermost JSON array; NULL for anything else.",
      [("SELECT json_array_length('[1,2,3,4]')", "4")]
    ) { (call) throws(SQLError) in
      try call.expect(1)
      return BoundFunction("json_array_length", [try call.exactParameter(0, .string)], returns: .int) { (context, operands) throws(SQLError) in
        let texts: [BytesView] = try operands[0].rowValues(context.rows)
        let counts = texts.map { $0.withRaw { arrayLength($0) } }
        return .int32(
          PrimitiveColumn(counts.map { $0 ?? 0 }, validity: Validity(count: context.rows) { counts[$0] != nil }))
      }
    },
    ScalarFunction(
      "json_object_keys", .json, "json_object_keys(json)", "The keys of the outermost JSON object; NULL for anything else.",
      [("SELECT json_object_keys('{\"key\": \"value\"}')", "[key]")]
    ) { (call) throws(SQLError) in
      try call.expect(1)
      return BoundFunction("json_object_keys", [try call.exactParameter(0, .string)], returns: .array(.string)) {
        (context, operands) throws(SQLError) in
        let texts: [BytesView] = try operands[0].rowValues(context.rows)
        var keys = TextBuilder(rows: context.rows)
        var offsets: [Int32] = [0]
        var validity = Validity(repeating: true, count: context.rows)
        for row in 0..<context.rows {
          let start = keys.count
          var found: [BytesView] = []
          var arena = TextBuilder(rows: 0)
          let isObject = texts[row].withRaw { appendKeys($0, to: &arena) }
          found = arena.views
          let column = arena.finish()
          withExtendedLifetime(column) { if isObject { for view in found { view.withRaw { keys.append($0) } } } }
          if !isObject { validity.set(row, false) }
          offsets.append(offsets[row] + Int32(truncatingIfNeeded: keys.count - start))
        }
        return .list(ListColumn(offsets: offsets, child: keys.finish(), validity: validity.isAllValid ? nil : validity))
      }
    },
  ]

  /// A text a row, NULL where `body` is false.
  @inline(__always)
  static func optionalTexts(_ context: KernelContext, _ body: (Int, inout ByteWriter) -> Bool) -> Column {
    var builder = TextBuilder(rows: context.rows)
    var validity = Validity(repeating: true, count: context.rows)
    var out = ByteWriter()
    for row in 0..<context.rows {
      out.removeAll()
      if context.isValid(row), body(row, &out) {
        builder.append(out.bytes)
      } else {
        builder.appendEmpty()
        validity.set(row, false)
      }
    }
    return builder.finish(validity: validity.isAllValid ? nil : validity)
  }

  private static func arrayLength(_ bytes: UnsafeRawBufferPointer) -> Int32? {
    var scanner = JsonScanner(bytes)
    guard scanner.open(UInt8(ascii: "[")) else { return nil }
    var count: Int32 = 0
    while let isEnd = scanner.isAtEnd(UInt8(ascii: "]"), isFirst: count == 0) {
      if isEnd { return count }
      guard scanner.skipValue() else { return nil }
      count &+= 1
    }
    return nil
  }

  private static func appendKeys(_ bytes: UnsafeRawBufferPointer, to keys: inout TextBuilder) -> Bool {
    var scanner = JsonScanner(bytes)
    guard scanner.open(UInt8(ascii: "{")) else { return false }
    var name = ByteWriter()
    var isFirst = true
    while let isEnd = scanner.isAtEnd(UInt8(ascii: "}"), isFirst: isFirst) {
      if isEnd { return true }
      isFirst = false
      name.removeAll()
      guard scanner.string(into: &name), scanner.accept(UInt8(ascii: ":")), scanner.skipValue() else { return false }
      keys.append(name.bytes)
    }
    return false
  }
}
