/// One character a value, higher for more.
enum Sparkline {
  private static let blocks = Array("▁▂▃▄▅▆▇█")
  private static let ascii = Array("_.-=+*#@")

  static func text(_ values: [Double], usesUnicode: Bool) -> String {
    let levels = usesUnicode ? blocks : ascii
    guard let low = values.min(), let high = values.max() else { return "" }
    let base = min(0, low)
    let span = high - base
    return String(
      values.map { value in
        span > 0 && span.isFinite ? levels[min(7, max(0, Int((value - base) / span * 7.999)))] : levels[0]
      })
  }
}
