internal import Columnar
internal import Diagnostics

/// `elt` picks one of its arguments, `sentences` takes a text apart into words.
extension Strings {
  static let picking: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "elt", .string, "elt(n, input1, input2, …)", "The n-th of the inputs, from 1 on.",
        shown: ["SELECT elt(1, 'scala', 'java')": "scala"]), bind: bindElt),
    .plain(
      FunctionDoc(
        "sentences", .string, "sentences(str[, lang[, country]])",
        "The sentences of a text, each an array of its words; a language changes nothing.",
        shown: ["SELECT sentences('Hi there! Good morning.')": "[[Hi, there], [Good, morning]]"]),
      [.string, .string, .string], optional: 2, returns: .array(.array(.string))
    ) { (context, operands) throws(SQLError) in
      let texts = try operands[0].texts(context.rows)
      var words = TextBuilder(rows: context.rows)
      var wordOffsets: [Int32] = [0]
      var sentenceOffsets: [Int32] = [0]
      for row in 0..<context.rows {
        if context.isValid(row) {
          texts[row].withRaw { text in SentenceSplitter.split(text, into: &words, &wordOffsets) }
        }
        sentenceOffsets.append(Int32(truncatingIfNeeded: wordOffsets.count - 1))
      }
      let inner = Column.list(ListColumn(offsets: wordOffsets, child: words.finish()))
      return .list(ListColumn(offsets: sentenceOffsets, child: inner))
    },
  ]

  private static func bindElt(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(atLeast: 2)
    try call.parameter(0, as: .int)
    let inputs = call.types.dropFirst()
    let type: DataType = inputs.allSatisfy { $0 == .binary } ? .binary : .string
    for i in 1..<call.arguments.count { try call.parameter(i, as: type) }
    let isANSI = call.settings.isANSI
    return BoundFunction(
      "elt", [.int] + inputs.map { _ in type }, returns: type, nulls: .handled, canFail: isANSI
    ) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let indexColumn = operands[0].flattened(rows: rows)
      let indices: [Int32] = try Operand(indexColumn).values()
      let count = operands.count - 1
      // All inputs one after the other, behind one NULL.
      let inputs = operands.dropFirst().map { $0.flattened(rows: rows) }
      let pool = Column.concatenate([ColumnBuilder.nulls(type, count: 1)] + inputs, type: type)
      var choice = [Int32](repeating: 0, count: rows)
      for row in 0..<rows where !indexColumn.isNull(row) {
        let index = Int(indices[row])
        if (1...count).contains(index) {
          choice[row] = Int32(truncatingIfNeeded: 1 + (index - 1) * rows + row)
        } else if isANSI {
          throw .data("INVALID_ARRAY_INDEX", "elt has \(count) inputs, and none with the index \(index)", hint: "use try_element_at on an array to get NULL")
        }
      }
      return pool.gather(choice)
    }
  }
}

/// Cuts texts into sentences and words by the parts of Unicode's rules (UAX #29) that matter for prose: a sentence ends
/// behind `.`, `!` or `?` where a blank and no lower-case letter follow, a word is a run of letters and digits, with an
/// apostrophe or point inside if letters or digits stand on both sides.
private enum SentenceSplitter {
  static func split(_ text: UnsafeRawBufferPointer, into words: inout TextBuilder, _ offsets: inout [Int32]) {
    var at = 0
    var start = -1
    var isEnding = false
    func finishSentence() {
      if words.count > Int(offsets[offsets.count - 1]) { offsets.append(Int32(truncatingIfNeeded: words.count)) }
    }
    while at < text.count {
      let (scalar, width) = Utf8.scalar(text, at)
      let isInside = scalar.map { isWord($0) } ?? false
      if isInside {
        // What follows an end in lower case goes on with the sentence.
        if isEnding, !(scalar?.properties.isLowercase ?? false) { finishSentence() }
        isEnding = false
        if start < 0 { start = at }
      } else if start >= 0, !joins(text, at, width) {
        words.append(UnsafeRawBufferPointer(rebasing: text[start..<at]))
        start = -1
      }
      if !isInside, start < 0 {
        switch scalar {
        case "!", "?":
          finishSentence()
          isEnding = false
        case ".": isEnding = at &+ width == text.count || isBlank(text, at &+ width)
        default: break
        }
      }
      at &+= width
    }
    if start >= 0 { words.append(UnsafeRawBufferPointer(rebasing: text[start...])) }
    finishSentence()
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x80
      ? AsciiText.isLetter(UInt8(scalar.value)) || AsciiText.isDigit(UInt8(scalar.value)) || scalar == "_"
      : scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
  }

  private static func isBlank(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    Utf8.scalar(text, at).value?.properties.isWhitespace ?? false
  }

  /// Whether the character at `at`, which follows a word, stands between two of its letters (`isn't`, `3.14`, `a.m`).
  private static func joins(_ text: UnsafeRawBufferPointer, _ at: Int, _ width: Int) -> Bool {
    guard at &+ width < text.count, let next = Utf8.scalar(text, at &+ width).value, isWord(next) else { return false }
    switch Utf8.scalar(text, at).value {
    case "'", "\u{2019}", ".": return true
    case ",": return AsciiText.isDigit(text[at &- 1]) && next.properties.numericType == .decimal
    default: return false
    }
  }
}
