internal import Columnar
internal import Diagnostics

/// Texts made longer: `lpad`, `rpad`, `repeat`, `space`.
extension Strings {
  static let padding: [ScalarFunction] = [
    pad("lpad", isLeft: true, "left", "SELECT lpad('hi', 5, '??')", "???hi"),
    pad("rpad", isLeft: false, "right", "SELECT rpad('hi', 5, '??')", "hi???"),
    .plain(
      FunctionDoc(
        "repeat", .string, "repeat(str, n)", "The text n times in a row.", [FunctionExample("SELECT repeat('123', 2)", "123123")]),
      [.string, .int], returns: .string, canFail: true
    ) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let views = try operands[0].texts(rows)
      let counts: [Int32] = try operands[1].rowValues(rows)
      return try build("repeat", context) { row, out in
        let times = max(0, Int(counts[row]))
        let size = views[row].count &* times
        if size <= TextLimits.valueBytesMax { views[row].withRaw { text in for _ in 0..<times { out.append(text) } } }
        return size
      }
    },
    .plain(
      FunctionDoc("space", .string, "space(n)", "A text of n blanks.", [FunctionExample("SELECT concat(space(2), '1')", "  1")]),
      [.int], returns: .string, canFail: true
    ) { (context, operands) throws(SQLError) in
      let counts: [Int32] = try operands[0].rowValues(context.rows)
      return try build("space", context) { row, out in
        let size = max(0, Int(counts[row]))
        if size <= TextLimits.valueBytesMax { out.append(repeating: UInt8(ascii: " "), times: size) }
        return size
      }
    },
  ]

  /// A text a row, whose size `body` gives back even if it is too long to be written. Rows with a NULL stay empty.
  private static func build(
    _ name: String, _ context: borrowing KernelContext, _ body: (Int, inout ByteWriter) -> Int
  ) throws(SQLError) -> Column {
    var builder = TextBuilder(rows: context.rows)
    var out = ByteWriter()
    var total = 0
    for row in 0..<context.rows {
      guard context.isValid(row) else {
        builder.appendEmpty()
        continue
      }
      out.removeAll()
      let size = body(row, &out)
      total &+= size
      try TextLimits.check(name, value: size, batch: total)
      builder.append(out.bytes)
    }
    return builder.finish()
  }

  private static func pad(
    _ name: String, isLeft: Bool, _ side: String, _ sql: String, _ result: String
  ) -> ScalarFunction {
    ScalarFunction(
      FunctionDoc(
        name, .string, "\(name)(str, len[, pad])",
        "The text cut to a length, or filled up to it on the \(side) with another (blanks; zero bytes for a binary).",
        [FunctionExample(sql, result)])
    ) { (call) throws(SQLError) in
      try call.expect(2...3)
      let isBinary = call.types[0] == .binary && (call.arguments.count == 2 || call.types[2] == .binary)
      let type: DataType = isBinary ? .binary : .string
      var types = [try call.parameter(0, as: type), try call.parameter(1, as: .int)]
      if call.arguments.count == 3 { types.append(try call.parameter(2, as: type)) }
      return BoundFunction(name, types, returns: type, canFail: true) { (context, operands) throws(SQLError) in
        let rows = context.rows
        let views = try operands[0].texts(rows)
        let lengths: [Int32] = try operands[1].rowValues(rows)
        let fills = operands.count > 2 ? try operands[2].texts(rows) : []
        let filler = BytesView.single(isBinary ? 0 : UInt8(ascii: " "))
        return try build(name, context) { row, out in
          let length = max(0, Int(lengths[row]))
          let fill = operands.count > 2 ? fills[row] : filler
          if length > TextLimits.valueBytesMax, !fill.isEmpty { return length }
          views[row].withRaw { text in
            fill.withRaw { pad(text, to: length, with: $0, isLeft: isLeft, isBinary: isBinary, into: &out) }
          }
          return out.count
        }
      }
    }
  }

  private static func pad(
    _ text: UnsafeRawBufferPointer, to length: Int, with fill: UnsafeRawBufferPointer, isLeft: Bool, isBinary: Bool,
    into out: inout ByteWriter
  ) {
    func end(_ text: UnsafeRawBufferPointer, _ characters: Int) -> Int {
      isBinary ? min(characters, text.count) : Utf8.offset(text, skipping: characters)
    }
    let count = isBinary ? text.count : Utf8.count(text)
    if count >= length || fill.count == 0 {
      out.append(UnsafeRawBufferPointer(rebasing: text[0..<end(text, length)]))
      return
    }
    let missing = length - count
    let width = isBinary ? fill.count : Utf8.count(fill)
    if !isLeft { out.append(text) }
    for _ in 0..<missing / width { out.append(fill) }
    out.append(UnsafeRawBufferPointer(rebasing: fill[0..<end(fill, missing % width)]))
    if isLeft { out.append(text) }
  }
}

extension BytesView {
  /// The view of one byte.
  static func single(_ byte: UInt8) -> BytesView { withUnsafePointer(to: byte) { BytesView($0, count: 1) } }
}
