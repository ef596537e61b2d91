/// What a terminal would show: the part of VT100 that the program uses, with wide characters and a scrollback.
public struct Screen {
  public private(set) var columns: Int
  public private(set) var rows: Int
  /// A character a cell; "" is the right half of a wide one.
  private var cells: [[String]]
  private var lit: [[Bool]]
  public private(set) var scrollback: [String] = []
  public private(set) var row = 0
  public private(set) var column = 0
  private var isReversed = false
  private var pending: [UInt8] = []

  public init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    cells = [[String]](repeating: [String](repeating: " ", count: columns), count: rows)
    lit = [[Bool]](repeating: [Bool](repeating: false, count: columns), count: rows)
  }

  /// The rows, blanks at their ends and empty ones at the bottom left out.
  public var text: String {
    var lines = cells.map(trimmed)
    while lines.last == "" { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  /// Everything that was shown.
  public var whole: String { (scrollback + [text]).joined(separator: "\n") }
  public var hasLitCells: Bool { lit.contains { $0.contains(true) } }
  /// The row of the cursor, up to the cursor.
  public var lineToCursor: String { cells[row][..<min(column, columns)].joined() }

  private func trimmed(_ row: [String]) -> String {
    var text = row.joined()
    while text.last == " " { text.removeLast() }
    return text
  }

  /// A terminal of another size; rows are cut, not wrapped anew.
  public mutating func resize(columns: Int, rows: Int) {
    while self.rows > rows {
      if row > 0 {
        scrollback.append(trimmed(cells.removeFirst()))
        lit.removeFirst()
        row -= 1
      } else {
        cells.removeLast()
        lit.removeLast()
      }
      self.rows -= 1
    }
    for index in cells.indices {
      cells[index] = Array((cells[index] + [String](repeating: " ", count: columns)).prefix(columns))
      lit[index] = Array((lit[index] + [Bool](repeating: false, count: columns)).prefix(columns))
    }
    self.columns = columns
    while self.rows < rows {
      cells.append([String](repeating: " ", count: columns))
      lit.append([Bool](repeating: false, count: columns))
      self.rows += 1
    }
    column = min(column, columns)
  }

  public mutating func feed(_ bytes: [UInt8]) {
    pending += bytes
    var index = 0
    while index < pending.count, let length = piece(at: index) {
      interpret(Array(pending[index..<(index + length)]))
      index += length
    }
    pending.removeFirst(index)
  }

  /// Bytes of the control, escape sequence or character at `index`; nil if it is not all there.
  private func piece(at index: Int) -> Int? {
    let first = pending[index]
    let left = pending.count - index
    if first == 0x1B {
      guard left > 1 else { return nil }
      if pending[index + 1] == UInt8(ascii: "[") {
        return pending[(index + 2)...].firstIndex { (0x40...0x7E).contains($0) }.map { $0 - index + 1 }
      }
      return 2
    }
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    return left >= length ? length : nil
  }

  private mutating func interpret(_ piece: [UInt8]) {
    switch piece[0] {
    case 0x0D: column = 0
    case 0x0A: lineFeed()
    case 0x08: column = max(0, column - 1)
    case 0x07: break
    case 0x1B: if piece.count > 2 { control(piece) }
    case 0..<0x20: break
    default: put(String(decoding: piece, as: UTF8.self))
    }
  }

  private mutating func put(_ character: String) {
    let width = character.unicodeScalars.reduce(0) { $0 + Self.width($1) }
    if width == 0 { return }
    if column + width > columns {
      column = 0
      lineFeed()
    }
    cells[row][column] = character
    lit[row][column] = isReversed
    if width == 2 { cells[row][column + 1] = "" }
    column += width
  }

  /// Written anew, so that an error in the program's own table would show.
  private static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: 0
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFF00...0xFF60,
      0x1F300...0x1F64F, 0x1F900...0x1F9FF:
      2
    default: 1
    }
  }

  private mutating func lineFeed() {
    if row + 1 < rows {
      row += 1
      return
    }
    scrollback.append(trimmed(cells.removeFirst()))
    lit.removeFirst()
    cells.append([String](repeating: " ", count: columns))
    lit.append([Bool](repeating: false, count: columns))
  }

  private mutating func control(_ sequence: [UInt8]) {
    let body = String(decoding: sequence[2..<(sequence.count - 1)], as: UTF8.self)
    if body.hasPrefix("?") { return }
    let numbers = body.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    let count = max(1, numbers.first ?? 1)
    switch sequence[sequence.count - 1] {
    case UInt8(ascii: "A"): row = max(0, row - count)
    case UInt8(ascii: "B"): row = min(rows - 1, row + count)
    case UInt8(ascii: "C"): column = min(columns - 1, column + count)
    case UInt8(ascii: "D"): column = max(0, column - count)
    case UInt8(ascii: "H"): (row, column) = (min(rows, count) - 1, numbers.count > 1 ? max(1, numbers[1]) - 1 : 0)
    case UInt8(ascii: "K"): erase(row, from: column)
    case UInt8(ascii: "J"):
      if numbers.first == 2 {
        for row in 0..<rows { erase(row, from: 0) }
      } else {
        erase(row, from: column)
        for below in (row + 1)..<max(rows, row + 1) { erase(below, from: 0) }
      }
    case UInt8(ascii: "m"):
      for number in numbers { if number == 7 { isReversed = true } else if number == 0 || number == 27 { isReversed = false } }
    default: break
    }
  }

  private mutating func erase(_ row: Int, from column: Int) {
    for index in min(column, columns)..<columns {
      cells[row][index] = " "
      lit[row][index] = false
    }
  }
}
