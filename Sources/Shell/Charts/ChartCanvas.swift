/// Dots, several to a character, each of which belongs to the series that drew there first.
struct ChartCanvas {
  /// In characters.
  let width: Int
  /// In dots.
  let columns: Int
  let rows: Int
  private let across: Int
  private let down: Int
  private var cells: [Cell]

  struct Cell {
    /// As Braille characters count them; 1 where a character is one dot.
    var dots: UInt32 = 0
    var series = 0
  }

  /// Braille dots: two across, four down in each character.
  private static let bits: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

  init(width: Int, height: Int, across: Int, down: Int) {
    self.width = width
    self.across = across
    self.down = down
    columns = width * across
    rows = height * down
    cells = [Cell](repeating: Cell(), count: width * height)
  }

  subscript(column: Int, row: Int) -> Cell { cells[row * width + column] }

  /// A straight line between two dots, both drawn.
  mutating func join(_ a: (x: Int, y: Int), _ b: (x: Int, y: Int), of series: Int) {
    let steps = max(abs(b.x - a.x), abs(b.y - a.y))
    for step in 0...steps {
      let x = steps == 0 ? a.x : a.x + (b.x - a.x) * step / steps
      let y = steps == 0 ? a.y : a.y + (b.y - a.y) * step / steps
      guard x >= 0, x < columns, y >= 0, y < rows else { continue }
      let index = y / down * width + x / across
      if cells[index].dots == 0 { cells[index].series = series }
      cells[index].dots |= Self.bits[x % across][y % down]
    }
  }
}
