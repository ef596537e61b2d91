#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Numbers beside a picture: as short as they can be told apart.
enum AxisText {
  private static let decimalsMax = 9
  /// Beyond it numbers are written with an exponent, as are ranges too small for their decimals.
  private static let plainMax = 1e15
  private static let plainMin = 1e-8

  /// Texts for the greatest and the least value of an axis.
  static func labels(_ low: Double, _ high: Double) -> (high: String, low: String) {
    (text(high, step: high - low), text(low, step: high - low))
  }

  /// A number where neighbours differ by `step`, with k, M or G.
  static func text(_ value: Double, step: Double) -> String {
    let step = step > 0 ? step : abs(value)
    guard abs(value) < plainMax, step < plainMax, step > plainMin || value == 0 else { return exponent(value) }
    let (unit, sign): (Double, String) =
      switch abs(value) {
      case ..<10_000: (1, "")
      case ..<1_000_000: (1e3, "k")
      case ..<1_000_000_000: (1e6, "M")
      default: (1e9, "G")
      }
    let isWhole = unit == 1 && value == value.rounded() && step == step.rounded()
    let decimals = isWhole || step <= 0 ? 0 : Int((1 - log10(step / unit)).rounded(.up))
    return fixed(value / unit, decimals: max(0, min(decimalsMax, decimals))) + sign
  }

  /// `value` within ±1e15.
  private static func fixed(_ value: Double, decimals: Int) -> String {
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    guard let scaled = Int64(exactly: (abs(value) * scale).rounded()) else { return exponent(value) }
    let digits = String(scaled)
    let sign = value < 0 && scaled != 0 ? "-" : ""
    if decimals == 0 { return sign + digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  private static func exponent(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
    let power = Int(log10(abs(value)).rounded(.down))
    // In two parts: 10 to a power below −308 is no number, and neither is its inverse.
    let half = power / 2
    let mantissa = value / pow(10, Double(half)) / pow(10, Double(power - half))
    return fixed(mantissa, decimals: 2) + "e\(power)"
  }

  /// Where a value stands between two others, from 0 to 1; 0 if they are equal. The range may be greater than any number.
  static func share(of value: Double, _ low: Double, _ high: Double) -> Double {
    let span = high / 2 - low / 2
    guard span > 0 else { return 0 }
    return min(1, max(0, (value / 2 - low / 2) / span))
  }
}
