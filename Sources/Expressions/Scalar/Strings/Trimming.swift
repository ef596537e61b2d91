internal import Columnar
internal import Diagnostics

/// `trim`, `ltrim`, `rtrim`, `btrim`: blanks, or the characters of a set, taken off the ends. The result is a slice, nothing is copied.
extension Strings {
  static let trimming: [ScalarFunction] = [
    trim("trim", .both, setIsFirst: true, "both ends", "SELECT trim('  Spark ')", "Spark"),
    trim("ltrim", .leading, setIsFirst: true, "the start", "SELECT ltrim('  Spark')", "Spark"),
    trim("rtrim", .trailing, setIsFirst: true, "the end", "SELECT concat(rtrim('Spark  '), '.')", "Spark."),
    trim("btrim", .both, setIsFirst: false, "both ends", "SELECT btrim('SSparkSQLS', 'SL')", "parkSQ"),
  ]

  private enum Side: Sendable { case both, leading, trailing }

  /// `trim(set, str)` and its like name the characters first, `btrim(str, set)` last.
  private static func trim(
    _ name: String, _ side: Side, setIsFirst: Bool, _ place: String, _ sql: String, _ result: String
  ) -> ScalarFunction {
    ScalarFunction(
      FunctionDoc(
        name, .string, setIsFirst ? "\(name)([characters, ]str)" : "\(name)(str[, characters])",
        "The text without blanks, or without the characters of a set, at \(place).", [FunctionExample(sql, result)])
    ) { (call) throws(SQLError) in
      try call.expect(1...2)
      let parameters = try call.parameters(all: .string)
      if parameters.count == 1 {
        return BoundFunction(call.name, parameters, returns: .string) { (context, operands) throws(SQLError) in
          try TextKernel.slice(operands[0], context) { trimBlanks($0, side) }
        }
      }
      return BoundFunction(call.name, parameters, returns: .string) { (context, operands) throws(SQLError) in
        let (source, set) = setIsFirst ? (operands[1], operands[0]) : (operands[0], operands[1])
        let sets = try set.texts(context.rows)
        let views = try source.texts(context.rows)
        var builder = TextBuilder(rows: context.rows)
        for row in 0..<context.rows {
          let part = views[row].withRaw { text in sets[row].withRaw { trimCharacters(text, of: $0, side) } }
          builder.append(shared: views[row].slice(part.start, part.length))
        }
        return builder.finish(sharing: source.owners)
      }
    }
  }

  private static func trimBlanks(_ text: UnsafeRawBufferPointer, _ side: Side) -> (start: Int, length: Int) {
    let blank = UInt8(ascii: " ")
    var start = 0
    var end = text.count
    if side != .trailing { while start < end, text[start] == blank { start &+= 1 } }
    if side != .leading { while end > start, text[end &- 1] == blank { end &-= 1 } }
    return (start, end &- start)
  }

  private static func trimCharacters(
    _ text: UnsafeRawBufferPointer, of set: UnsafeRawBufferPointer, _ side: Side
  ) -> (start: Int, length: Int) {
    func holds(_ start: Int, _ end: Int) -> Bool {
      let character = UnsafeRawBufferPointer(rebasing: text[start..<end])
      var at = 0
      while at < set.count {
        let width = Utf8.width(set, at)
        if width == character.count, ByteSearch.matches(character, in: set, at: at) { return true }
        at &+= width
      }
      return false
    }
    var start = 0
    var end = text.count
    if side != .trailing {
      while start < end {
        let next = start &+ Utf8.width(text, start)
        guard holds(start, next) else { break }
        start = next
      }
    }
    if side != .leading {
      while end > start {
        // Back to the start of the last character; a byte that belongs to none is one.
        var last = end &- 1
        while last > start, end &- last < 4, text[last] & 0xC0 == 0x80 { last &-= 1 }
        if last &+ Utf8.width(text, last) != end { last = end &- 1 }
        guard holds(last, end) else { break }
        end = last
      }
    }
    return (start, end &- start)
  }
}
