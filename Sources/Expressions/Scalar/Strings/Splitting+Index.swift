internal import Columnar
internal import Diagnostics

/// Flink's way to one piece of a text.
extension Strings {
  static let splittingByIndex: [ScalarFunction] = [
    .plain(
      FunctionDoc(
        "split_index", .string, "split_index(str, delimiter, index)",
        "The piece of a text at an index from 0, between delimiters; NULL if there is none. Flink's way to write it.",
        [
          FunctionExample("SELECT split_index('https://www.nexmark.com/a/b', '/', 3)", "a"),
          FunctionExample("SELECT split_index('a/b', '/', 2)", "NULL"),
        ]),
      [.string, .string, .int], returns: .string
    ) { (context, operands) throws(SQLError) in
      let texts = try operands[0].texts(context.rows)
      let delimiters = try operands[1].texts(context.rows)
      let indexes: [Int32] = try operands[2].rowValues(context.rows)
      var builder = TextBuilder(rows: context.rows)
      var validity = Validity(repeating: true, count: context.rows)
      for row in 0..<context.rows {
        let range = texts[row].withRaw { text in
          delimiters[row].withRaw { piece(of: text, between: $0, at: Int(indexes[row])) }
        }
        if range == nil { validity.set(row, false) }
        builder.append(shared: range.map { texts[row].slice($0.lowerBound, $0.count) } ?? BytesView())
      }
      return builder.finish(sharing: operands[0].owners, validity: validity)
    }
  ]

  private static func piece(
    of text: UnsafeRawBufferPointer, between delimiter: UnsafeRawBufferPointer, at index: Int
  ) -> Range<Int>? {
    if index < 0 { return nil }
    if delimiter.count == 0 { return index == 0 ? 0..<text.count : nil }
    var start = 0
    for _ in 0..<index {
      let at = ByteSearch.find(delimiter, in: text, from: start)
      if at < 0 { return nil }
      start = at + delimiter.count
    }
    let end = ByteSearch.find(delimiter, in: text, from: start)
    return start..<(end < 0 ? text.count : end)
  }
}
