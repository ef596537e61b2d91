internal import Columnar
internal import Diagnostics

/// `str_to_map`: pairs in a text as a map.
enum TextMaps {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "str_to_map", .map, "str_to_map(text[, pairDelimiter[, keyValueDelimiter]])",
      "A map of the pairs of a text, which are separated by commas and their parts by colons unless said otherwise.",
      [("SELECT str_to_map('a:1,b:2')['b']", "2")]
    ) { (call) throws(SQLError) in
      try call.expect(1...3)
      let parameters = try call.parameters(all: .string)
      let pairs = try delimiter(call, 1, default: ",")
      let parts = try delimiter(call, 2, default: ":")
      return BoundFunction("str_to_map", parameters, returns: .map(key: .string, value: .string), canFail: true) {
        (context, operands) throws(SQLError) in
        let texts: [BytesView] = try operands[0].rowValues(context.rows)
        // Keys and values are views into the text; places without a value are −1.
        var keys: [BytesView] = []
        var values: [BytesView] = []
        var places: [(key: Int32, value: Int32)] = []
        var ends: [Int] = []
        for row in 0..<context.rows {
          if context.isValid(row) {
            let text = texts[row]
            for pair in pieces(text, pairs) {
              let piece = text.slice(pair.lowerBound, pair.count)
              let cut = piece.withRaw { firstMatch(of: parts, in: $0, from: 0) }
              var value: Int32 = -1
              if let cut {
                value = Int32(truncatingIfNeeded: values.count)
                values.append(piece.slice(cut + parts.count, piece.count - cut - parts.count))
              }
              places.append((Int32(truncatingIfNeeded: keys.count), value))
              keys.append(cut.map { piece.slice(0, $0) } ?? piece)
            }
          }
          ends.append(places.count)
        }
        let owners = operands[0].owners
        var maps = try EntryPicker(
          keys: .bytes(BytesColumn(keys, owners: owners)), values: .bytes(BytesColumn(values, owners: owners)),
          (.string, .string), rows: context.rows)
        var start = 0
        for end in ends {
          for place in places[start..<end] { maps.add(key: place.key, value: place.value) }
          try maps.endMap()
          start = end
        }
        return maps.finish()
      }
    }
  ]

  /// The delimiter's bytes: it is a regular expression, of which plain texts are understood.
  private static func delimiter(_ call: FunctionCall, _ index: Int, default text: String) throws(SQLError) -> [UInt8] {
    guard index < call.arguments.count else { return Array(text.utf8) }
    guard case .bytes(let regex)? = try call.constant(index) else {
      throw .nonConstantArgument(call, index, expected: "string")
    }
    if let literal = LiteralRegex.bytes(of: regex) { return literal }
    throw SQLError.unsupported(
      "a pattern as the delimiter of str_to_map", span: call.arguments[index].span,
      hint: "replace the delimiters by one text with regexp_replace first", kind: .bind)
  }

  private static func pieces(_ text: BytesView, _ delimiter: [UInt8]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = 0
    while let at = text.withRaw({ firstMatch(of: delimiter, in: $0, from: start) }) {
      pieces.append(start..<at)
      start = at + delimiter.count
    }
    pieces.append(start..<text.count)
    return pieces
  }

  private static func firstMatch(of delimiter: [UInt8], in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var at = start
    while at + delimiter.count <= text.count {
      if delimiter.indices.allSatisfy({ text[at + $0] == delimiter[$0] }) { return at }
      at += 1
    }
    return nil
  }
}
