import Diagnostics

/// Values from left to right, joined; the axis on the left has the extremes.
struct LineChart {
  let usesUnicode: Bool
  let columns: Int
  let rows: Int

  /// Braille dots: two across, four down in each character.
  private static let dots: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

  func lines(_ points: [Chart.Point]) -> [String] {
    let values = points.map(\.value)
    guard let low = values.min(), let high = values.max() else { return [] }
    let height = max(2, rows - 1)
    let top = HumanText.count(high)
    let bottom = HumanText.count(low)
    let axis = max(displayWidth(of: top), displayWidth(of: bottom))
    let width = max(2, columns - axis - 2)
    var canvas = Canvas(width: width, height: height, across: usesUnicode ? 2 : 1, down: usesUnicode ? 4 : 1)
    let span = high > low ? high - low : 1
    var previous: (x: Int, y: Int)?
    for (index, value) in values.enumerated() {
      let x = values.count == 1 ? 0 : index * (canvas.columns - 1) / (values.count - 1)
      let y = canvas.rows - 1 - Int(((value - low) / span * Double(canvas.rows - 1)).rounded())
      canvas.join(previous ?? (x, y), (x, y))
      previous = (x, y)
    }
    var lines = (0..<height).map { row -> String in
      let label = row == 0 ? top : row == height - 1 ? bottom : ""
      return TextFitting.pad(label, to: axis, right: true) + (usesUnicode ? " ┤" : " |") + text(canvas, row)
    }
    if let first = points.first?.label, let last = points.last?.label, points.count > 1 {
      let room = max(1, width - displayWidth(of: last) - 1)
      lines.append(
        String(repeating: " ", count: axis + 2)
          + TextFitting.pad(TextFitting.cut(first, to: room), to: room, right: false) + " " + TextFitting.cut(last, to: width))
    }
    return lines
  }

  private func text(_ canvas: Canvas, _ row: Int) -> String {
    var text = String.UnicodeScalarView()
    for column in 0..<canvas.width {
      guard usesUnicode else {
        text.append(canvas[column, row] ? "*" : " ")
        continue
      }
      var bits: UInt32 = 0
      for x in 0..<2 {
        for y in 0..<4 where canvas[column * 2 + x, row * 4 + y] { bits |= Self.dots[x][y] }
      }
      text.append(bits == 0 ? " " : Unicode.Scalar(0x2800 + bits) ?? " ")
    }
    return String(text)
  }
}

/// Dots, several to a character.
private struct Canvas {
  let width: Int
  let columns: Int
  let rows: Int
  private var dots: [Bool]

  init(width: Int, height: Int, across: Int, down: Int) {
    self.width = width
    columns = width * across
    rows = height * down
    dots = [Bool](repeating: false, count: columns * rows)
  }

  subscript(x: Int, y: Int) -> Bool {
    x >= 0 && x < columns && y >= 0 && y < rows && dots[y * columns + x]
  }

  /// A straight line between two dots, both drawn.
  mutating func join(_ a: (x: Int, y: Int), _ b: (x: Int, y: Int)) {
    let steps = max(abs(b.x - a.x), abs(b.y - a.y))
    for step in 0...max(steps, 0) {
      let x = steps == 0 ? a.x : a.x + (b.x - a.x) * step / steps
      let y = steps == 0 ? a.y : a.y + (b.y - a.y) * step / steps
      if x >= 0, x < columns, y >= 0, y < rows { dots[y * columns + x] = true }
    }
  }
}
