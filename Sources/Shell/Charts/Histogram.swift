/// How often values fall into equal ranges, as bars.
struct Histogram {
  let usesUnicode: Bool
  let columns: Int
  let rows: Int

  func lines(_ points: [Chart.Point]) -> [ScreenRegion.Line] {
    let values = points.compactMap(\.value)
    guard let low = values.min(), let high = values.max() else { return [] }
    let omitted = points.count - values.count
    // Sturges' rule, as far as there is room.
    var wanted = 1
    while 1 << (wanted - 1) < values.count { wanted += 1 }
    let count = high > low ? max(1, min(wanted, rows - (omitted > 0 ? 1 : 0))) : 1
    var counts = [Int](repeating: 0, count: count)
    for value in values { counts[min(count - 1, Int(AxisText.share(of: value, low, high) * Double(count)))] += 1 }
    let width = high / Double(count) - low / Double(count)
    let edges = (0...count).map { index in
      // Of both ends: their distance may be more than a number holds.
      let share = Double(index) / Double(count)
      return AxisText.text(index == count ? high : low * (1 - share) + high * share, step: width)
    }
    let isNarrow = edges.contains { 2 * $0.utf8.count + 3 > columns / 3 }
    let bars = counts.enumerated().map { index, number in
      let label =
        isNarrow
        ? "\(usesUnicode ? "≥" : ">=")\(edges[index])" : "\(edges[index]) \(usesUnicode ? "–" : "-") \(edges[index + 1])"
      return Chart.Point(label: label, value: Double(number), text: "\(number)")
    }
    let lines = BarChart(usesUnicode: usesUnicode, columns: columns, rows: rows).lines(bars)
    if omitted == 0 { return lines }
    let note = "\(omitted) row\(omitted == 1 ? "" : "s") without a finite number"
    return lines + [.init(plain: TextFitting.cut(note, to: columns))]
  }
}
