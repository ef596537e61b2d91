import Diagnostics

/// A table as lines for a screen of some width: boxes, or `name = value` lines where even narrow columns do not fit.
struct TableLayout {
  let table: ResultTable
  let columnsMax: Int
  let palette: Palette

  /// Cells that changed since the last frame, as row × columns + column.
  var lit: Set<Int> = []

  /// A column is not made narrower than this.
  private static let narrowest = 4

  func lines(rows: Range<Int>) -> [ScreenRegion.Line] {
    guard let widths = fittedWidths(rows) else { return asLines(rows) }
    var lines = [rule("┌", "┬", "┐", widths)]
    lines.append(line(table.columns.map(\.name), widths, row: nil))
    lines.append(rule("├", "┼", "┤", widths))
    for row in rows { lines.append(line(table.rows[row], widths, row: row)) }
    lines.append(rule("└", "┴", "┘", widths))
    return lines
  }

  /// Lines that `rows` rows take.
  func height(rows: Int) -> Int {
    fittedWidths(0..<0) == nil ? rows * (table.columns.count + 1) : rows + 4
  }

  /// The columns' widths, the widest cut until all fit; nil if they cannot.
  private func fittedWidths(_ rows: Range<Int>) -> [Int]? {
    var widths = table.columns.map { max(1, displayWidth(of: $0.name)) }
    for row in rows {
      for (column, cell) in table.rows[row].enumerated() { widths[column] = max(widths[column], displayWidth(of: cell)) }
    }
    let frame = 3 * widths.count + 1
    if widths.count * Self.narrowest + frame > columnsMax, widths.reduce(frame, +) > columnsMax { return nil }
    while widths.reduce(frame, +) > columnsMax {
      guard let widest = widths.max(), widest > Self.narrowest, let index = widths.firstIndex(of: widest) else { return nil }
      widths[index] -= 1
    }
    return widths
  }

  private func rule(_ left: String, _ cross: String, _ right: String, _ widths: [Int]) -> ScreenRegion.Line {
    let text = left + widths.map { String(repeating: "─", count: $0 + 2) }.joined(separator: cross) + right
    return .init(text, width: widths.reduce(1) { $0 + $1 + 3 })
  }

  private func line(_ cells: [String], _ widths: [Int], row: Int?) -> ScreenRegion.Line {
    var text = "│"
    for (column, cell) in cells.enumerated() {
      let fitted = TextFitting.pad(
        TextFitting.cut(cell, to: widths[column]), to: widths[column], right: table.columns[column].isNumeric)
      let isLit = row.map { lit.contains($0 * cells.count + column) } ?? false
      text += " " + palette.paint(fitted, row == nil ? .bold : isLit ? .lit : .plain) + " │"
    }
    return .init(text, width: widths.reduce(1) { $0 + $1 + 3 })
  }

  private func asLines(_ rows: Range<Int>) -> [ScreenRegion.Line] {
    let nameWidth = min(table.columns.map { displayWidth(of: $0.name) }.max() ?? 0, max(1, columnsMax / 2))
    var lines: [ScreenRegion.Line] = []
    for row in rows {
      for (column, cell) in table.rows[row].enumerated() {
        let name = TextFitting.pad(TextFitting.cut(table.columns[column].name, to: nameWidth), to: nameWidth, right: true)
        let value = TextFitting.cut(cell, to: max(1, columnsMax - nameWidth - 3))
        let isLit = lit.contains(row * table.columns.count + column)
        lines.append(
          .init(name + " = " + palette.paint(value, isLit ? .lit : .plain), width: nameWidth + 3 + displayWidth(of: value)))
      }
      lines.append(.init(plain: ""))
    }
    return lines
  }
}
