internal import Columnar
internal import Diagnostics

/// `str_to_map`: pairs in a text as a map.
enum TextMaps {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "str_to_map", .map, "str_to_map(text[, pairDelimiter[, keyValueDelimiter]])",
      "A map of the pairs of a text, which are separated by commas and their parts by colons, or by what regular expressions match.",
      [("SELECT str_to_map('a:1,b:2')['b']", "2")]
    ) { (call) throws(SQLError) in
      try call.expect(1...3)
      let parameters = try call.parameters(all: .string)
      let pairs = try delimiter(call, 1, default: ",")
      let parts = try delimiter(call, 2, default: ":")
      return BoundFunction("str_to_map", parameters, returns: .map(key: .string, value: .string), canFail: true) {
        (context, operands) throws(SQLError) in
        let texts: [BytesView] = try operands[0].rowValues(context.rows)
        let (pairFinder, partFinder) = (try pairs.finder(), try parts.finder())
        // Keys and values are views into the text; places without a value are −1.
        var keys: [BytesView] = []
        var values: [BytesView] = []
        var places: [(key: Int32, value: Int32)] = []
        var ends: [Int] = []
        for row in 0..<context.rows {
          if context.isValid(row) {
            let text = texts[row]
            for pair in try pairFinder.pieces(of: text) {
              let piece = text.slice(pair.lowerBound, pair.count)
              let cut = try partFinder.first(in: piece, from: 0)
              var value: Int32 = -1
              if let cut {
                value = Int32(truncatingIfNeeded: values.count)
                values.append(piece.slice(cut.upperBound, piece.count - cut.upperBound))
              }
              places.append((Int32(truncatingIfNeeded: keys.count), value))
              keys.append(cut.map { piece.slice(0, $0.lowerBound) } ?? piece)
            }
          }
          ends.append(places.count)
        }
        let owners = operands[0].owners
        var maps = try EntryPicker(
          keys: .bytes(BytesColumn(keys, owners: owners)), values: .bytes(BytesColumn(values, owners: owners)),
          (.string, .string), context)
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

  /// What separates: a text, or a regular expression.
  private enum Delimiter: Sendable {
    case text([UInt8])
    case pattern(Regexp)

    /// What finds it in texts.
    func finder() throws(SQLError) -> Finder {
      switch self {
      case .text(let bytes): Finder(text: bytes, matcher: nil)
      case .pattern(let regexp): Finder(text: [], matcher: try RegexpMatcher(regexp))
      }
    }
  }

  private struct Finder {
    let text: [UInt8]
    let matcher: RegexpMatcher?

    /// The first match at or behind `start`; matches of nothing separate nothing.
    func first(in view: BytesView, from start: Int) throws(SQLError) -> Range<Int>? {
      guard let matcher else {
        let found = view.withRaw { bytes in text.withUnsafeBytes { ByteSearch.find($0, in: bytes, from: start) } }
        return found < 0 || text.isEmpty ? nil : found..<found + text.count
      }
      return try view.withText { (bytes) throws(SQLError) -> Range<Int>? in
        var at = start
        while at <= bytes.count, try matcher.find(bytes, from: at) {
          if matcher.end() > matcher.start() { return matcher.start()..<matcher.end() }
          at = matcher.end() + 1
        }
        return nil
      }
    }

    func pieces(of view: BytesView) throws(SQLError) -> [Range<Int>] {
      var pieces: [Range<Int>] = []
      var start = 0
      while let match = try first(in: view, from: start) {
        pieces.append(start..<match.lowerBound)
        start = match.upperBound
      }
      pieces.append(start..<view.count)
      return pieces
    }
  }

  private static func delimiter(_ call: FunctionCall, _ index: Int, default text: String) throws(SQLError) -> Delimiter {
    guard index < call.arguments.count else { return .text(Array(text.utf8)) }
    guard case .bytes(let source)? = try call.constant(index) else {
      throw .nonConstantArgument(call, index, expected: "string")
    }
    if let literal = LiteralRegex.bytes(of: source) { return .text(literal) }
    var view = BytesView()
    return try source.withUnsafeBufferPointer { (bytes) throws(SQLError) in
      if let base = bytes.baseAddress { view = BytesView(base, count: bytes.count) }
      return .pattern(try view.withText { (text) throws(SQLError) in try Regexp(text, function: "str_to_map") })
    }
  }
}
