extension SQLError {
  /// The widest piece of a source line that is shown; a longer line is cut around the place of the error.
  static let shownColumnsMax = 120

  /// The error as a user sees it, without a final newline:
  ///
  ///     q.sql:3:8: error[UNRESOLVED_COLUMN]: column "custmer_id" does not exist
  ///     SELECT custmer_id FROM orders
  ///            ^^^^^^^^^^
  ///     hint: did you mean "customer_id"?
  ///
  /// Lines and columns count from 1, columns in characters. Control characters of the source are shown as `?`,
  /// so that a hostile text cannot drive the terminal.
  package func rendered(in source: SourceText?) -> String {
    var lines: [String] = []
    if let source = text?.source ?? source, let span, !span.isNone {
      let place = SourcePlace(of: source.originalSpan(of: span), in: source.original)
      lines.append("\(source.name):\(place.line):\(place.column): \(description)")
      lines.append(contentsOf: place.excerpt(columnsMax: Self.shownColumnsMax))
    } else {
      lines.append(description)
    }
    if let hint { lines.append("hint: \(hint)") }
    return lines.joined(separator: "\n")
  }
}

/// A span translated to a line, a column and the text of that line.
struct SourcePlace {
  /// The line and the column of the first byte, from 1.
  let line: Int
  let column: Int
  private let before: [Unicode.Scalar]
  private let marked: [Unicode.Scalar]
  private let after: [Unicode.Scalar]

  init(of span: SourceSpan, in bytes: [UInt8]) {
    let newline = UInt8(ascii: "\n")
    let lower = min(max(Int(span.lower), 0), bytes.count)
    var lineStart = 0
    var line = 1
    for index in 0..<lower where bytes[index] == newline {
      line += 1
      lineStart = index + 1
    }
    var lineEnd = bytes[lower...].firstIndex(of: newline) ?? bytes.count
    if lineEnd > lower, bytes[lineEnd - 1] == UInt8(ascii: "\r") { lineEnd -= 1 }
    let upper = min(max(Int(span.upper), lower), lineEnd)
    self.line = line
    before = Self.scalars(bytes[lineStart..<lower])
    marked = Self.scalars(bytes[lower..<upper])
    after = Self.scalars(bytes[upper..<max(upper, lineEnd)])
    column = before.count + 1
  }

  private static func scalars(_ bytes: ArraySlice<UInt8>) -> [Unicode.Scalar] {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
      let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
      return isControl && scalar != "\t" ? "?" : scalar
    }
  }

  /// The source line and the carets below it; tabs are kept in both, so that they line up at any tab width.
  func excerpt(columnsMax: Int) -> [String] {
    let shownMarked = Self.prefix(of: marked, width: columnsMax * 2 / 3)
    let isMarkCut = shownMarked.count < marked.count
    let room = columnsMax - Self.width(shownMarked)
    let shownAfter = isMarkCut ? [] : Self.prefix(of: after, width: room / 2)
    let shownBefore = Self.suffix(of: before, width: room - Self.width(shownAfter))
    var text = String.UnicodeScalarView()
    var carets = ""
    if shownBefore.count < before.count {
      text.append("…")
      carets += " "
    }
    text.append(contentsOf: shownBefore)
    for scalar in shownBefore {
      carets += scalar == "\t" ? "\t" : String(repeating: " ", count: displayWidth(of: scalar))
    }
    text.append(contentsOf: shownMarked)
    carets += String(repeating: "^", count: max(1, Self.width(shownMarked)))
    text.append(contentsOf: shownAfter)
    if isMarkCut || shownAfter.count < after.count { text.append("…") }
    return [String(text), carets]
  }

  private static func width(_ scalars: [Unicode.Scalar]) -> Int {
    scalars.reduce(0) { $0 + ($1 == "\t" ? 1 : displayWidth(of: $1)) }
  }

  private static func prefix(of scalars: [Unicode.Scalar], width: Int) -> [Unicode.Scalar] {
    var used = 0
    return Array(
      scalars.prefix { scalar in
        used += scalar == "\t" ? 1 : displayWidth(of: scalar)
        return used <= width
      })
  }

  private static func suffix(of scalars: [Unicode.Scalar], width: Int) -> [Unicode.Scalar] {
    Array(prefix(of: scalars.reversed(), width: width).reversed())
  }
}
