import Diagnostics

/// A bar a row, as long as its value; negative ones are drawn with another fill.
struct BarChart {
  let usesUnicode: Bool
  let columns: Int
  let rows: Int

  private static let eighths = Array("▏▎▍▌▋▊▉█")

  func lines(_ points: [Chart.Point]) -> [String] {
    let shown = points.prefix(max(1, rows))
    let labelWidth = min(shown.map { displayWidth(of: $0.label) }.max() ?? 0, max(1, columns / 3))
    let textWidth = shown.map { displayWidth(of: $0.text) }.max() ?? 0
    let room = max(1, columns - labelWidth - textWidth - 4)
    let longest = shown.map { abs($0.value) }.max() ?? 0
    return shown.map { point in
      let label = TextFitting.pad(TextFitting.cut(point.label, to: labelWidth), to: labelWidth, right: true)
      let share = longest > 0 ? abs(point.value) / longest : 0
      let bar = bar(share, room, isNegative: point.value < 0)
      return "\(label) \(usesUnicode ? "│" : "|")\(bar) \(point.text)"
    }
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
