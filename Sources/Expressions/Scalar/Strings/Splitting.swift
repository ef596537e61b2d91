internal import Columnar
internal import Diagnostics

/// `split`, `split_part`, `substring_index`: pieces that are views into the text.
extension Strings {
  static let splitting: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "split", .string, "split(str, regex[, limit])",
        "The pieces of a text between the matches of a regular expression, at most as many as a positive limit.",
        [
          FunctionExample("SELECT split('oneAtwoBthreeC', '[ABC]')", "[one, two, three, ]"),
          FunctionExample("SELECT split('a b c', ' ', 2)", "[a, b c]"),
        ]), bind: bindSplit),
    .plain(
      FunctionDoc(
        "split_part", .string, "split_part(str, delimiter, partNum)",
        "The n-th part of a text between delimiters, counted from the end if negative; empty if there is none.",
        [FunctionExample("SELECT split_part('11.12.13', '.', 3)", "13")]),
      [.string, .string, .int], returns: .string, canFail: true
    ) { (context, operands) throws(SQLError) in
      let numbers: [Int32] = try operands[2].rowValues(context.rows)
      for row in 0..<context.rows where numbers[row] == 0 && context.isValid(row) {
        throw .data("INVALID_INDEX_OF_ZERO", "the part 0 is invalid: parts are counted from 1")
      }
      return try slices(operands, context) { part($0, between: $1, Int(numbers[$2])) }
    },
    .plain(
      FunctionDoc(
        "substring_index", .string, "substring_index(str, delim, count)",
        "What stands before the count-th delimiter, or behind it, counted from the end, if the count is negative.",
        [
          FunctionExample("SELECT substring_index('www.apache.org', '.', 2)", "www.apache"),
          FunctionExample("SELECT substring_index('www.apache.org', '.', -1)", "org"),
        ]),
      [.string, .string, .int], returns: .string
    ) { (context, operands) throws(SQLError) in
      let counts: [Int32] = try operands[2].rowValues(context.rows)
      return try slices(operands, context) { head($0, until: $1, Int(counts[$2])) }
    },
  ]

  private static func slices(
    _ operands: [Operand], _ context: borrowing KernelContext,
    _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer, Int) -> (start: Int, end: Int)
  ) throws(SQLError) -> Column {
    let texts = try operands[0].texts(context.rows)
    let delimiters = try operands[1].texts(context.rows)
    var builder = TextBuilder(rows: context.rows)
    for row in 0..<context.rows {
      let range = texts[row].withRaw { text in delimiters[row].withRaw { body(text, $0, row) } }
      builder.append(shared: texts[row].slice(range.start, range.end - range.start))
    }
    return builder.finish(sharing: operands[0].owners)
  }

  private static func part(
    _ text: UnsafeRawBufferPointer, between delimiter: UnsafeRawBufferPointer, _ number: Int
  ) -> (start: Int, end: Int) {
    if delimiter.count == 0 { return abs(number) == 1 ? (0, text.count) : (0, 0) }
    var places = [-delimiter.count]
    var at = ByteSearch.find(delimiter, in: text)
    while at >= 0 {
      places.append(at)
      at = ByteSearch.find(delimiter, in: text, from: at + delimiter.count)
    }
    places.append(text.count)
    let index = number > 0 ? number - 1 : places.count - 1 + number
    guard index >= 0, index < places.count - 1 else { return (0, 0) }
    return (places[index] + delimiter.count, places[index + 1])
  }

  private static func head(
    _ text: UnsafeRawBufferPointer, until delimiter: UnsafeRawBufferPointer, _ count: Int
  ) -> (start: Int, end: Int) {
    if delimiter.count == 0 || count == 0 { return (0, 0) }
    var left = abs(count)
    var at = count > 0 ? -1 : text.count
    while left > 0 {
      // Occurrences may overlap, as in Spark: each search goes on one byte further.
      at =
        count > 0
        ? ByteSearch.find(delimiter, in: text, from: at + 1) : ByteSearch.findLast(delimiter, in: text, from: at - 1)
      if at < 0 { return (0, text.count) }
      left -= 1
    }
    return count > 0 ? (0, at) : (at + delimiter.count, text.count)
  }

  private static func bindSplit(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2...3)
    var types = [try call.parameter(0, as: .string), try call.parameter(1, as: .string)]
    if call.arguments.count == 3 { types.append(try call.parameter(2, as: .int)) }
    var separator: [UInt8]?
    if case .bytes(let regex)? = try call.constant(1) { separator = LiteralRegex.bytes(of: regex) }
    let limit = call.arguments.count == 3 ? try call.constant(2)?.integer : -1
    if let byte = separator?.first, separator?.count == 1, let limit, limit <= 0 {
      return BoundFunction(call.name, types, returns: .array(.string)) { (context, operands) throws(SQLError) in
        let texts = try operands[0].texts(context.rows)
        guard let (pieces, offsets) = ByteSplitter.split(texts, at: byte, where: context.validity) else {
          throw .data("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION", "split would make more than \(elementsMax) elements")
        }
        return .list(ListColumn(offsets: offsets, child: .bytes(BytesColumn(pieces, owners: operands[0].owners))))
      }
    }
    let pattern = try RegexpArgument(call, 1)
    return BoundFunction(call.name, types, returns: .array(.string), canFail: true) { (context, operands) throws(SQLError) in
      let texts = try operands[0].texts(context.rows)
      let limits: [Int32]? = operands.count > 2 ? try operands[2].rowValues(context.rows) : nil
      let patterns = try operands[1].texts(context.rows)
      var pieces = TextBuilder(rows: context.rows)
      var offsets: [Int32] = [0]
      func closeRow() { offsets.append(Int32(truncatingIfNeeded: pieces.count)) }
      try pattern.forEachRow(operands[1], context, skipped: { _ in closeRow() }) { (row, matcher) throws(SQLError) in
        let limit = limits.map { $0[row] > 0 ? Int($0[row]) : .max } ?? .max
        if patterns[row].isEmpty, !texts[row].isEmpty {
          appendCharacters(of: texts[row], limit: limit, to: &pieces)
        } else {
          try appendPieces(of: texts[row], matcher, limit: limit, to: &pieces)
        }
        if pieces.count > elementsMax {
          throw .data("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION", "split would make more than \(elementsMax) elements")
        }
        closeRow()
      }
      return .list(ListColumn(offsets: offsets, child: pieces.finish(sharing: operands[0].owners)))
    }
  }

  /// An empty pattern cuts between all characters; a limit leaves the rest out, as Spark's does.
  private static func appendCharacters(of view: BytesView, limit: Int, to pieces: inout TextBuilder) {
    view.withRaw { text in
      var at = 0
      var left = limit
      while at < text.count, left > 0 {
        let width = Utf8.width(text, at)
        pieces.append(shared: view.slice(at, width))
        at += width
        left -= 1
      }
    }
  }

  /// Java's split: no empty piece before an empty match at the start, and empty pieces at the end are kept.
  private static func appendPieces(
    of view: BytesView, _ matcher: RegexpMatcher, limit: Int, to pieces: inout TextBuilder
  ) throws(SQLError) {
    try view.withText { (text) throws(SQLError) in
      var start = 0
      var count = 1
      try matcher.forEach(in: text) {
        guard count < limit else { return false }
        if matcher.end() == 0 { return true }
        pieces.append(shared: view.slice(start, matcher.start() - start))
        start = matcher.end()
        count += 1
        return true
      }
      pieces.append(shared: view.slice(start, text.count - start))
    }
  }
}

/// Regular expressions that are plain text in disguise: `,` or `\\|`.
enum LiteralRegex {
  /// The text that is the only match of `regex`, which is not empty; nil if it is a real pattern.
  static func bytes(of regex: [UInt8]) -> [UInt8]? {
    var text: [UInt8] = []
    var at = 0
    while at < regex.count {
      var byte = regex[at]
      if byte == UInt8(ascii: "\\") {
        at += 1
        guard at < regex.count, regex[at] < 0x80, !AsciiText.isLetter(regex[at]), !AsciiText.isDigit(regex[at]) else {
          return nil
        }
        byte = regex[at]
      } else if special.contains(byte) {
        return nil
      }
      text.append(byte)
      at += 1
    }
    return text.isEmpty ? nil : text
  }

  private static let special: Set<UInt8> = Set(".[]{}()*+?^$|".utf8)
}
