import Diagnostics

/// Prompt and input as rows of a screen, and where the cursor is among them.
struct InputLayout: Equatable {
  var rows: [String] = [""]
  var cursorRow = 0
  var cursorColumn = 0

  /// Cuts the text into rows of at most `columns`; a newline begins a row with the continuation prompt.
  /// - Parameter styles: one per byte of `text`.
  init(
    prompt: String, continuation: String, text: [UInt8], styles: [Style], point: Int, columns: Int, palette: Palette
  ) {
    var builder = Builder(columns: max(2, columns), palette: palette)
    for scalar in prompt.unicodeScalars { builder.put(String(scalar), displayWidth(of: scalar), .plain) }
    var index = 0
    while index < text.count {
      if index == point { builder.markCursor() }
      if text[index] == UInt8(ascii: "\n") {
        builder.newRow()
        for scalar in continuation.unicodeScalars { builder.put(String(scalar), displayWidth(of: scalar), .dim) }
        index += 1
        continue
      }
      let length = Self.length(of: text, at: index)
      let (shown, width) = Self.cell(text[index..<(index + length)])
      builder.put(shown, width, styles[index])
      if point > index, point < index + length { builder.markCursor() }
      index += length
    }
    if point >= text.count { builder.markCursor() }
    (rows, cursorRow, cursorColumn) = builder.finish()
  }

  /// Bytes of the character at `index`; 1 for a byte that begins none.
  private static func length(of text: [UInt8], at index: Int) -> Int {
    let wanted =
      switch text[index] {
      case 0xC2..<0xE0: 2
      case 0xE0..<0xF0: 3
      case 0xF0..<0xF5: 4
      default: 1
      }
    guard index + wanted <= text.count else { return 1 }
    return text[(index + 1)..<(index + wanted)].allSatisfy { $0 & 0xC0 == 0x80 } ? wanted : 1
  }

  /// What is shown for a character: tabs are spaces, control characters `^A`.
  private static func cell(_ bytes: ArraySlice<UInt8>) -> (String, Int) {
    let first = bytes[bytes.startIndex]
    if first == UInt8(ascii: "\t") { return ("    ", 4) }
    if first < 0x20 { return ("^" + String(Unicode.Scalar(first + 0x40)), 2) }
    if first == 0x7F { return ("^?", 2) }
    let text = String(decoding: bytes, as: UTF8.self)
    return (text, displayWidth(of: text))
  }
}

private struct Builder {
  let columns: Int
  let palette: Palette
  private var rows: [String] = []
  private var row = ""
  private var column = 0
  private var style = Style.plain
  private var cursor: (row: Int, column: Int) = (0, 0)

  init(columns: Int, palette: Palette) {
    self.columns = columns
    self.palette = palette
  }

  mutating func put(_ text: String, _ width: Int, _ style: Style) {
    if column + width > columns { newRow() }
    change(to: style)
    row += text
    column += width
  }

  mutating func newRow() {
    change(to: .plain)
    rows.append(row)
    row = ""
    column = 0
  }

  /// The next character goes under the cursor. One that does not fit the row any more begins the next.
  mutating func markCursor() {
    cursor = column >= columns ? (rows.count + 1, 0) : (rows.count, column)
  }

  private mutating func change(to next: Style) {
    guard palette.hasColor, next != style else { return }
    if style != .plain { row += "\u{1B}[0m" }
    if next != .plain { row += "\u{1B}[\(next.parameters)m" }
    style = next
  }

  mutating func finish() -> ([String], Int, Int) {
    newRow()
    while cursor.row >= rows.count { rows.append("") }
    return (rows, cursor.row, cursor.column)
  }
}
