internal import Columnar
internal import Diagnostics

/// Parts of texts exchanged for others.
extension Strings {
  static let replacing: [ScalarFunction] = [
    .plain(
      FunctionDoc(
        "replace", .string, "replace(str, search[, replacement])",
        "The text with every occurrence of another exchanged, or removed without a replacement.",
        [FunctionExample("SELECT replace('ABCabc', 'abc', 'DEF')", "ABCDEF")]),
      [.string, .string, .string], optional: 1, returns: .string, canFail: true
    ) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let views = try operands[0].texts(rows)
      let searches = try operands[1].texts(rows)
      let replacements = operands.count > 2 ? try operands[2].texts(rows) : []
      var builder = TextBuilder(rows: rows)
      var out = ByteWriter()
      var total = 0
      for row in 0..<rows {
        let replacement = operands.count > 2 ? replacements[row] : BytesView()
        out.removeAll()
        let isChanged = views[row].withRaw { text in
          searches[row].withRaw { search in replacement.withRaw { replace(search, in: text, by: $0, into: &out) } }
        }
        if isChanged { builder.append(out.bytes) } else { builder.append(shared: views[row]) }
        total &+= out.count
        try TextLimits.check("replace", value: out.count, batch: total)
      }
      return builder.finish(sharing: operands[0].owners)
    },
    .plain(
      FunctionDoc(
        "translate", .string, "translate(str, from, to)",
        "The text with each character of one set exchanged for that of another at the same place; those without one are removed.",
        [FunctionExample("SELECT translate('AaBbCc', 'abc', '123')", "A1B2C3")]),
      [.string, .string, .string], returns: .string
    ) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let views = try operands[0].texts(rows)
      let from = try operands[1].texts(rows)
      let to = try operands[2].texts(rows)
      var builder = TextBuilder(rows: rows)
      var out = ByteWriter()
      for row in 0..<rows {
        out.removeAll()
        views[row].withRaw { text in from[row].withRaw { set in to[row].withRaw { translate(text, set, $0, into: &out) } } }
        builder.append(out.bytes)
      }
      return builder.finish()
    },
    ScalarFunction(
      FunctionDoc(
        "overlay", .string, "overlay(input, replace, pos[, len])",
        "The text with the characters from a position on exchanged for another text, as many as that has or as said.",
        [
          FunctionExample("SELECT overlay('Spark SQL' PLACING '_' FROM 6)", "Spark_SQL"),
          FunctionExample("SELECT overlay('Spark SQL', 'tructured', 2, 4)", "Structured SQL"),
        ])
    ) { (call) throws(SQLError) in
      try call.expect(3...4)
      let type: DataType = call.types[0] == .binary && call.types[1] == .binary ? .binary : .string
      var types = [try call.parameter(0, as: type), try call.parameter(1, as: type), try call.parameter(2, as: .int)]
      if call.arguments.count == 4 { types.append(try call.parameter(3, as: .int)) }
      return BoundFunction("overlay", types, returns: type) { (context, operands) throws(SQLError) in
        let rows = context.rows
        let views = try operands[0].texts(rows)
        let news = try operands[1].texts(rows)
        let positions: [Int32] = try operands[2].rowValues(rows)
        let lengths: [Int32] = operands.count > 3 ? try operands[3].rowValues(rows) : []
        var builder = TextBuilder(rows: rows)
        var out = ByteWriter()
        for row in 0..<rows {
          out.removeAll()
          let length = operands.count > 3 ? Int(lengths[row]) : -1
          views[row].withRaw { text in
            news[row].withRaw {
              overlay(text, $0, Int(positions[row]), length, isBinary: type == .binary, into: &out)
            }
          }
          builder.append(out.bytes)
        }
        return builder.finish()
      }
    },
  ]

  /// False, and nothing written, if `search` does not occur.
  private static func replace(
    _ search: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer, by replacement: UnsafeRawBufferPointer,
    into out: inout ByteWriter
  ) -> Bool {
    if search.count == 0 { return false }
    var start = 0
    var found = ByteSearch.find(search, in: text)
    if found < 0 { return false }
    while found >= 0, out.count <= TextLimits.valueBytesMax {
      out.append(UnsafeRawBufferPointer(rebasing: text[start..<found]))
      out.append(replacement)
      start = found &+ search.count
      found = ByteSearch.find(search, in: text, from: start)
    }
    out.append(UnsafeRawBufferPointer(rebasing: text[start...]))
    return true
  }

  /// The first place of a character in `set` decides, as in Spark.
  private static func translate(
    _ text: UnsafeRawBufferPointer, _ set: UnsafeRawBufferPointer, _ images: UnsafeRawBufferPointer, into out: inout ByteWriter
  ) {
    var at = 0
    while at < text.count {
      let width = Utf8.width(text, at)
      let character = UnsafeRawBufferPointer(rebasing: text[at..<at &+ width])
      at &+= width
      var place = 0
      var image = 0
      var isInSet = false
      while place < set.count {
        let step = Utf8.width(set, place)
        if step == width, ByteSearch.matches(character, in: set, at: place) {
          isInSet = true
          break
        }
        place &+= step
        if image < images.count { image &+= Utf8.width(images, image) }
      }
      if !isInSet {
        out.append(character)
      } else if image < images.count {
        out.append(UnsafeRawBufferPointer(rebasing: images[image..<image &+ Utf8.width(images, image)]))
      }
    }
  }

  /// `left(input, pos - 1) || replace || substring(input, pos + length)` by the rules of Spark's substring.
  private static func overlay(
    _ text: UnsafeRawBufferPointer, _ new: UnsafeRawBufferPointer, _ position: Int, _ length: Int, isBinary: Bool,
    into out: inout ByteWriter
  ) {
    let count = isBinary ? text.count : Utf8.count(text)
    let length = length >= 0 ? length : (isBinary ? new.count : Utf8.count(new))
    func place(_ characters: Int) -> Int {
      isBinary || count == text.count ? min(characters, text.count) : Utf8.offset(text, skipping: characters)
    }
    out.append(UnsafeRawBufferPointer(rebasing: text[0..<place(max(0, position - 1))]))
    out.append(new)
    let rest = position + length
    let from = rest > 0 ? rest - 1 : (rest < 0 ? count + rest : 0)
    out.append(UnsafeRawBufferPointer(rebasing: text[place(max(0, from))...]))
  }
}
