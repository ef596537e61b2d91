/// A named text: a file, an argument of `-c`, or what was typed at the prompt.
///
/// `bytes` is what the lexer reads. If `${NAME}` was replaced, `original` is what the user wrote and `replacements`
/// leads back to it, so that errors point into the user's own text.
package struct SourceText: Hashable, Sendable {
  /// Shown before the line number: `q.sql`, `<command>`, `<stdin>`.
  package let name: String
  package let bytes: [UInt8]
  package let original: [UInt8]

  /// Pieces of `bytes` that stand for a piece of `original`, in ascending order.
  package let replacements: [Replacement]

  /// `${NAME}` that had no value; they are left in `bytes`, and the lexer refuses a token that holds one.
  package let undefinedVariables: [UndefinedVariable]

  /// One `${NAME}` (or the escape `$${`) and what came in its place.
  package struct Replacement: Hashable, Sendable {
    package let span: SourceSpan
    package let originalSpan: SourceSpan
  }

  package struct UndefinedVariable: Hashable, Sendable {
    package let name: String
    package let span: SourceSpan
  }

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    self.original = bytes
    self.replacements = []
    self.undefinedVariables = []
  }

  package init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  init(
    name: String, bytes: [UInt8], original: [UInt8], replacements: [Replacement],
    undefinedVariables: [UndefinedVariable]
  ) {
    self.name = name
    self.bytes = bytes
    self.original = original
    self.replacements = replacements
    self.undefinedVariables = undefinedVariables
  }

  /// The same text with some pieces, in ascending order, replaced by others; errors still point into this one.
  package func replacing(_ pieces: [(span: SourceSpan, bytes: [UInt8])]) -> SourceText {
    if pieces.isEmpty { return self }
    var output: [UInt8] = []
    var replacements: [Replacement] = []
    var position = 0
    for (span, text) in pieces {
      output.append(contentsOf: bytes[position..<Int(span.lower)])
      let start = output.count
      output.append(contentsOf: text)
      replacements.append(Replacement(span: SourceSpan(start, output.count), originalSpan: originalSpan(of: span)))
      position = Int(span.upper)
    }
    output.append(contentsOf: bytes[position...])
    return SourceText(
      name: name, bytes: output, original: original, replacements: replacements, undefinedVariables: undefinedVariables)
  }

  /// The text of a span, invalid UTF-8 repaired.
  package func text(of span: SourceSpan) -> String {
    let lower = min(max(Int(span.lower), 0), bytes.count)
    let upper = min(max(Int(span.upper), lower), bytes.count)
    return String(decoding: bytes[lower..<upper], as: UTF8.self)
  }

  /// Where a span of `bytes` lies in `original`.
  ///
  /// An offset inside a replaced piece widens to the whole `${NAME}`.
  package func originalSpan(of span: SourceSpan) -> SourceSpan {
    if replacements.isEmpty { return span }
    let lower = originalRange(ofByteAt: span.lower).lower
    let upper = span.upper > span.lower ? originalRange(ofByteAt: span.upper - 1).upper : lower
    return SourceSpan(lower: lower, upper: upper)
  }

  /// The piece of `original` that gave the byte at `offset`.
  private func originalRange(ofByteAt offset: Int32) -> SourceSpan {
    var low = 0
    var high = replacements.count
    while low < high {
      let middle = (low + high) / 2
      if replacements[middle].span.lower <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return SourceSpan(lower: offset, upper: offset + 1) }
    let previous = replacements[low - 1]
    if offset < previous.span.upper { return previous.originalSpan }
    let moved = previous.originalSpan.upper + (offset - previous.span.upper)
    return SourceSpan(lower: moved, upper: moved + 1)
  }
}
