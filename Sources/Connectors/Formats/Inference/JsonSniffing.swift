internal import Columnar

/// Whether a file of JSON is one document over several lines, where no option says it: an array, or an object, whose first line is not whole.
enum JsonSniffing {
  /// Looks at pieces, of which the first begins where the file does.
  static func isMultiLine(_ pieces: [Chunk]) -> Bool {
    let ends = pieces.prefix(2).flatMap(ends)
    guard let first = ends.first else { return false }
    switch (first.first, first.last) {
    // An array that ends on its line is a record of several rows.
    case (UInt8(ascii: "["), let last): return last != UInt8(ascii: "]")
    case (UInt8(ascii: "{"), UInt8(ascii: "{")), (UInt8(ascii: "{"), UInt8(ascii: "[")), (UInt8(ascii: "{"), UInt8(ascii: ",")):
      // A record that is cut off is followed by another; what goes on is not.
      return ends.count > 1 && ends[1].first != UInt8(ascii: "{")
    default: return false
    }
  }

  /// The first and the last character of the first lines that are not blank.
  private static func ends(_ piece: Chunk) -> [(first: UInt8, last: UInt8)] {
    let text = UnsafeRawBufferPointer(start: piece.buffer.base + piece.start, count: piece.count)
    defer { withExtendedLifetime(piece.buffer) {} }
    return text.split(separator: UInt8(ascii: "\n"), maxSplits: 64).prefix(64).compactMap { line in
      guard let first = line.first(where: { $0 > 0x20 }), let last = line.last(where: { $0 > 0x20 }) else { return nil }
      return (first, last)
    }
  }
}
