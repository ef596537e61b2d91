import Diagnostics

/// A bar a row, as long as its value; negative ones are drawn with another fill, and what is no number by its text alone.
struct BarChart {
  let usesUnicode: Bool
  let columns: Int
  let rows: Int

  private static let eighths = Array("▏▎▍▌▋▊▉█")

  func lines(_ points: [Chart.Point]) -> [ScreenRegion.Line] {
    // Rows that do not fit are told of.
    let shown = points.prefix(points.count > max(1, rows) ? max(1, rows - 1) : points.count)
    let labelWidth = min(shown.map { displayWidth(of: $0.label) }.max() ?? 0, max(1, columns / 3))
    let textWidth = shown.map { displayWidth(of: $0.text) }.max() ?? 0
    let room = max(1, columns - labelWidth - textWidth - 4)
    let longest = shown.compactMap { $0.value.map(abs) }.max() ?? 0
    var lines = shown.map { point -> String in
      let label = TextFitting.pad(TextFitting.cut(point.label, to: labelWidth), to: labelWidth, right: true)
      let share = point.value.map { longest > 0 ? abs($0) / longest : 0 } ?? 0
      let bar = bar(share, room, isNegative: (point.value ?? 0) < 0)
      return "\(label) \(usesUnicode ? "│" : "|")\(bar) \(point.text)"
    }
    if shown.count < points.count { lines.append("\(usesUnicode ? "…" : "...") and \(points.count - shown.count) more rows") }
    return lines.map { .init(plain: TextFitting.cut($0, to: columns)) }
  }

  private func bar(_ share: Double, _ room: Int, isNegative: Bool) -> String {
    guard usesUnicode, !isNegative else {
      return String(repeating: isNegative ? (usesUnicode ? "░" : "-") : "#", count: Int((share * Double(room)).rounded()))
    }
    let units = Int((share * Double(room) * 8).rounded())
    let whole = String(repeating: "█", count: units / 8)
    return units % 8 == 0 ? whole : whole + String(Self.eighths[units % 8 - 1])
  }
}
