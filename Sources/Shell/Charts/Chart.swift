import Diagnostics

/// Ways to draw a table as a picture of characters.
enum ChartKind: String, CaseIterable, Sendable {
  case bar, line, histogram, sparkline
}

/// A chart of a table: the last numeric column, labelled by the first column that is none.
struct Chart {
  let kind: ChartKind
  let usesUnicode: Bool
  let columns: Int
  let rows: Int

  /// Lines of the chart; says so if there is nothing to draw.
  func lines(_ table: ResultTable) -> [String] {
    guard let value = table.columns.lastIndex(where: \.isNumeric) else {
      return ["a chart needs a column of numbers; this result has \(table.columns.map(\.name).joined(separator: ", "))"]
    }
    let label = table.columns.firstIndex { !$0.isNumeric } ?? table.columns.indices.first { $0 != value }
    let points: [Point] = table.numbers.indices.compactMap { row in
      guard let number = table.numbers[row][value], number.isFinite else { return nil }
      return Point(label: label.map { table.rows[row][$0] } ?? "\(row + 1)", value: number, text: table.rows[row][value])
    }
    if points.isEmpty { return ["no rows yet"] }
    let name = table.columns[value].name
    switch kind {
    case .bar: return BarChart(usesUnicode: usesUnicode, columns: columns, rows: rows).lines(points)
    case .line: return LineChart(usesUnicode: usesUnicode, columns: columns, rows: rows).lines(points)
    case .histogram: return Histogram(usesUnicode: usesUnicode, columns: columns, rows: rows).lines(points.map(\.value))
    case .sparkline:
      let text = Sparkline.text(Array(points.map(\.value).suffix(max(1, columns - displayWidth(of: name) - 1))), usesUnicode: usesUnicode)
      return ["\(name) \(text)"]
    }
  }

  struct Point {
    var label: String
    var value: Double
    var text: String
  }
}
