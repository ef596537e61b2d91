/// How often values fall into equal ranges, as bars.
struct Histogram {
  let usesUnicode: Bool
  let columns: Int
  let rows: Int

  func lines(_ values: [Double]) -> [String] {
    guard let low = values.min(), let high = values.max() else { return [] }
    // Sturges' rule, as far as there is room.
    var wanted = 1
    while 1 << (wanted - 1) < values.count { wanted += 1 }
    let count = high > low ? max(1, min(wanted, rows)) : 1
    let width = (high - low) / Double(count)
    var counts = [Int](repeating: 0, count: count)
    for value in values {
      counts[width > 0 ? min(count - 1, max(0, Int((value - low) / width))) : 0] += 1
    }
    let points = counts.enumerated().map { index, number in
      Chart.Point(
        label: "\(HumanText.count(low + Double(index) * width)) – \(HumanText.count(low + Double(index + 1) * width))",
        value: Double(number), text: "\(number)")
    }
    return BarChart(usesUnicode: usesUnicode, columns: columns, rows: rows).lines(
      usesUnicode ? points : points.map { Chart.Point(label: $0.label.replacing("–", with: "-"), value: $0.value, text: $0.text) })
  }
}
