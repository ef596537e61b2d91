internal import Columnar
internal import Diagnostics

/// Where, and whether, one text stands in another.
extension Strings {
  static let searching: [ScalarFunction] = [
    test("contains", "stands anywhere in", "SELECT contains('Spark SQL', 'Spark')", "true") { text, part in
      ByteSearch.find(part, in: text) >= 0
    },
    test("startswith", "begins", "SELECT startswith('Spark SQL', 'Spark')", "true") { text, part in
      ByteSearch.matches(part, in: text, at: 0)
    },
    test("endswith", "ends", "SELECT endswith('Spark SQL', 'SQL')", "true") { text, part in
      ByteSearch.matches(part, in: text, at: text.count &- part.count)
    },
    .plain(
      FunctionDoc(
        "instr", .string, "instr(str, substr)", "The 1-based position of the first occurrence of a text in another, 0 if there is none.",
        [FunctionExample("SELECT instr('SparkSQL', 'SQL')", "6")]),
      [.string, .string], returns: .int
    ) { (context, operands) throws(SQLError) in
      try TextKernel.measure(operands[0], operands[1], context) { place(of: $1, in: $0, from: 0) }
    },
    ScalarFunction(
      FunctionDoc(
        "locate", aliases: ["position"], .string, "locate(substr, str[, pos])",
        "The 1-based position of the first occurrence of a text in another at or behind a position, 0 if there is none.",
        [
          FunctionExample("SELECT locate('bar', 'foobarbar', 5)", "7"),
          FunctionExample("SELECT position('bar' IN 'foobarbar')", "4"),
        ]), bind: bindLocate),
    .plain(
      FunctionDoc(
        "find_in_set", .string, "find_in_set(str, list)",
        "The 1-based index of a text in a comma-separated list, 0 if it is not there or has a comma.",
        [FunctionExample("SELECT find_in_set('ab', 'abc,b,ab,c,def')", "3")]),
      [.string, .string], returns: .int
    ) { (context, operands) throws(SQLError) in
      try TextKernel.measure(operands[0], operands[1], context) { index(of: $0, inList: $1) }
    },
  ]

  private static func test(
    _ name: String, _ verb: String, _ sql: String, _ result: String,
    _ body: @escaping @Sendable (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool
  ) -> ScalarFunction {
    ScalarFunction(
      FunctionDoc(
        name, .string, "\(name)(left, right)", "Whether the second text \(verb) the first.", [FunctionExample(sql, result)])
    ) { (call) throws(SQLError) in
      try call.expect(2)
      var types = [try call.textParameter(0), try call.textParameter(1)]
      if types[0] != types[1] { types = [.string, .string] }
      return BoundFunction(call.name, types, returns: .boolean) { (context, operands) throws(SQLError) in
        try TextKernel.measure(operands[0], operands[1], context, body)
      }
    }
  }

  /// The third argument NULL gives 0, not NULL, as in Spark and Hive.
  private static func bindLocate(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2...3)
    var types = [try call.parameter(0, as: .string), try call.parameter(1, as: .string)]
    if call.arguments.count == 2 {
      return BoundFunction(call.name, types, returns: .int) { (context, operands) throws(SQLError) in
        try TextKernel.measure(operands[0], operands[1], context) { place(of: $0, in: $1, from: 0) }
      }
    }
    types.append(try call.parameter(2, as: .int))
    return BoundFunction(call.name, types, returns: .int, nulls: .handled) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let parts = try operands[0].texts(rows)
      let texts = try operands[1].texts(rows)
      let starts: [Int32] = try operands[2].rowValues(rows)
      let startValidity = operands[2].flattened(rows: rows).validity
      let result = (0..<rows).map { row -> Int32 in
        guard startValidity.map({ $0[row] }) ?? true, starts[row] >= 1 else { return 0 }
        return texts[row].withRaw { text in parts[row].withRaw { place(of: $0, in: text, from: Int(starts[row]) - 1) } }
      }
      var known = Validity.intersection(
        operands[0].flattened(rows: rows).validity, operands[1].flattened(rows: rows).validity)
      if let startValidity, let both = known {
        known = Validity(count: rows) { both[$0] || !startValidity[$0] }
      }
      return .int32(PrimitiveColumn(result, validity: known))
    }
  }

  /// The 1-based character position of `part` at or behind character `start`, 0 if there is none; 1 for an empty part.
  private static func place(of part: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer, from start: Int) -> Int32 {
    if part.count == 0 { return 1 }
    let from = Utf8.offset(text, skipping: start)
    let found = ByteSearch.find(part, in: text, from: from)
    if found < 0 { return 0 }
    return Int32(truncatingIfNeeded: Utf8.count(UnsafeRawBufferPointer(rebasing: text[0..<found])) &+ 1)
  }

  private static func index(of word: UnsafeRawBufferPointer, inList list: UnsafeRawBufferPointer) -> Int32 {
    let comma = UInt8(ascii: ",")
    if word.contains(comma) { return 0 }
    var index: Int32 = 1
    var start = 0
    for at in 0...list.count where at == list.count || list[at] == comma {
      if at &- start == word.count, ByteSearch.matches(word, in: list, at: start) { return index }
      start = at &+ 1
      index &+= 1
    }
    return 0
  }
}
