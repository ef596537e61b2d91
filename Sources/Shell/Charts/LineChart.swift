import Diagnostics

/// Values from left to right, joined; the axis on the left has the extremes.
///
/// One series is drawn in Braille dots, several too where there is colour; without colour each has a character of its own.
struct LineChart {
  let usesUnicode: Bool
  let palette: Palette
  let columns: Int
  let rows: Int

  private static let unicodeMarks: [Unicode.Scalar] = ["●", "○", "■", "□", "▲", "△", "◆", "◇"]
  private static let asciiMarks: [Unicode.Scalar] = ["*", "o", "+", "x", "#", "@", "%", "&"]

  func lines(_ series: ChartSeries) -> [ScreenRegion.Line] {
    let values = series.all.lazy.flatMap { $0.values.lazy.compactMap { $0 } }
    guard let low = values.min(), let high = values.max() else { return [] }
    let isSingle = series.all.count == 1
    let legend = isSingle ? [] : legend(series)
    let height = max(2, rows - 1 - legend.count)
    let (top, bottom) = AxisText.labels(low, high)
    let axis = max(displayWidth(of: top), displayWidth(of: bottom))
    let width = max(2, columns - axis - 2)
    let usesDots = usesUnicode && (isSingle || palette.hasColor)
    var canvas = ChartCanvas(width: width, height: height, across: usesDots ? 2 : 1, down: usesDots ? 4 : 1)
    for (index, one) in series.all.enumerated() { draw(one.values, as: index, on: &canvas, low: low, high: high) }
    var lines = (0..<height).map { row -> ScreenRegion.Line in
      // Where all values are one, they lie in the middle.
      let label = low == high ? (row == height / 2 ? top : "") : row == 0 ? top : row == height - 1 ? bottom : ""
      let front = TextFitting.pad(label, to: axis, right: true) + (usesUnicode ? " ┤" : " |")
      return .init(front + text(canvas, row, usesDots: usesDots, isSingle: isSingle), width: axis + 2 + width)
    }
    if let first = series.labels.first, let last = series.labels.last, series.labels.count > 1 {
      lines.append(.init(plain: String(repeating: " ", count: axis + 2) + between(first, last, width)))
    }
    return lines + legend
  }

  /// The ends of what stands below: the first label on the left, the last on the right.
  private func between(_ first: String, _ last: String, _ width: Int) -> String {
    let last = TextFitting.cut(last, to: max(1, width / 2))
    let room = max(0, width - displayWidth(of: last) - 1)
    return TextFitting.pad(TextFitting.cut(first, to: room), to: room, right: false) + " " + last
  }

  private func draw(_ values: [Double?], as index: Int, on canvas: inout ChartCanvas, low: Double, high: Double) {
    var previous: (x: Int, y: Int)?
    for (place, value) in values.enumerated() {
      guard let value else {
        previous = nil
        continue
      }
      let x = values.count == 1 ? 0 : place * (canvas.columns - 1) / (values.count - 1)
      let up = Int((AxisText.share(of: value, low, high) * Double(canvas.rows - 1)).rounded())
      let y = low == high ? canvas.rows / 2 : canvas.rows - 1 - up
      canvas.join(previous ?? (x, y), (x, y), of: index)
      previous = (x, y)
    }
  }

  private func text(_ canvas: ChartCanvas, _ row: Int, usesDots: Bool, isSingle: Bool) -> String {
    var text = ""
    var last = String.UnicodeScalarView()
    var style = Style.plain
    func flush() {
      text += palette.paint(String(last), style)
      last = String.UnicodeScalarView()
    }
    for column in 0..<canvas.width {
      let cell = canvas[column, row]
      // What is drawn first stays in sight where lines meet.
      let own: Style = isSingle || cell.dots == 0 ? .plain : .series(cell.series)
      if own != style {
        flush()
        style = own
      }
      last.append(cell.dots == 0 ? " " : usesDots ? Unicode.Scalar(0x2800 + cell.dots) ?? " " : mark(cell.series))
    }
    flush()
    return text
  }

  private func mark(_ series: Int) -> Unicode.Scalar {
    let marks = usesUnicode ? Self.unicodeMarks : Self.asciiMarks
    return marks[series % marks.count]
  }

  /// The marks and names of the series, on as many lines as they need.
  private func legend(_ series: ChartSeries) -> [ScreenRegion.Line] {
    let usesBars = usesUnicode && palette.hasColor
    var items = series.all.enumerated().map { index, one -> ScreenRegion.Line in
      let name = TextFitting.cut(one.name, to: max(1, columns - 3))
      let mark = usesBars ? "━" : String(mark(index))
      return .init(palette.paint(mark, .series(index)) + " " + name, width: displayWidth(of: mark) + 1 + displayWidth(of: name))
    }
    if series.omitted > 0 { items.append(.init(plain: TextFitting.cut("and \(series.omitted) more", to: columns))) }
    var lines: [ScreenRegion.Line] = []
    for item in items {
      if let last = lines.last, last.width + 3 + item.width <= columns {
        lines[lines.count - 1] = .init(last.text + "   " + item.text, width: last.width + 3 + item.width)
      } else {
        lines.append(item)
      }
    }
    return lines
  }
}
