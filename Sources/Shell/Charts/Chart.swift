import Diagnostics

/// Ways to draw a table as a picture of characters.
enum ChartKind: String, CaseIterable, Sendable {
  case bar, line, histogram, sparkline
}

/// A chart of a table, as wide and high as there is room.
///
/// Bars and histograms show the last numeric column, labelled by the first column that is none; lines and sparklines may have
/// several series (`ChartSeries`). NULL, NaN and infinities are no points: bars show their text, lines have a gap, histograms say how
/// many were left out.
struct Chart {
  let kind: ChartKind
  let usesUnicode: Bool
  let palette: Palette
  let columns: Int
  /// Lines at most, legend and notes included; at least two are drawn.
  let rows: Int

  /// Lines of a chart that is printed on a screen, below the command and above the next prompt.
  static func rows(of screenRows: Int) -> Int { max(3, min(15, screenRows - 4)) }

  struct Point {
    var label: String
    /// Nil where there is nothing to draw.
    var value: Double?
    var text: String
  }

  /// Lines of the chart; says so if there is nothing to draw.
  func lines(_ table: ResultTable) -> [ScreenRegion.Line] {
    guard let value = table.columns.lastIndex(where: \.isNumeric) else {
      return text("a chart needs a column of numbers; this result has \(table.columns.map(\.name).joined(separator: ", "))")
    }
    if table.rows.isEmpty { return text("no rows yet") }
    let points = points(table, value)
    if !points.contains(where: { $0.value != nil }), kind != .bar {
      return text("no number in the column \(table.columns[value].name)")
    }
    switch kind {
    case .bar: return BarChart(usesUnicode: usesUnicode, columns: columns, rows: rows).lines(points)
    case .histogram: return Histogram(usesUnicode: usesUnicode, columns: columns, rows: rows).lines(points)
    case .line:
      return LineChart(usesUnicode: usesUnicode, palette: palette, columns: columns, rows: rows).lines(ChartSeries(table))
    case .sparkline: return sparklines(ChartSeries(table))
    }
  }

  private func text(_ text: String) -> [ScreenRegion.Line] {
    TextFitting.wrap(text, to: max(1, columns)).map { .init(plain: TextFitting.cut($0, to: columns)) }
  }

  private func points(_ table: ResultTable, _ value: Int) -> [Point] {
    let label = table.columns.firstIndex { !$0.isNumeric } ?? table.columns.indices.first { $0 != value }
    return table.rows.indices.map { row in
      let number = table.numbers[row][value]
      return Point(
        label: label.map { table.rows[row][$0] } ?? "\(row + 1)", value: number.flatMap { $0.isFinite ? $0 : nil },
        text: table.rows[row][value])
    }
  }

  /// A line a series, with its name and the last values that fit.
  private func sparklines(_ series: ChartSeries) -> [ScreenRegion.Line] {
    let shown = series.all.prefix(max(1, rows))
    let width = min(shown.map { displayWidth(of: $0.name) }.max() ?? 0, max(1, columns / 2))
    return shown.map { one in
      let values = one.values.compactMap { $0 }.suffix(max(1, columns - width - 1))
      let name = TextFitting.pad(TextFitting.cut(one.name, to: width), to: width, right: false)
      return .init(plain: "\(name) \(Sparkline.text(Array(values), usesUnicode: usesUnicode))")
    }
  }
}
