/// Sizes as users write them in options: Spark's and Flink's units, powers of 1024.
enum SizeText {
  /// Bytes of `64`, `64b`, `512 kb`, `10m`, `1 GiB`; nil for anything else, for a negative one, and for one beyond 64 bits.
  static func bytes(_ text: String) -> Int64? {
    let written = text.trimmingSpaces().lowercased()
    let digits = written.prefix { ("0"..."9").contains($0) }
    guard let count = Int64(digits), let unit = unit(written.dropFirst(digits.count).drop { $0 == " " }) else { return nil }
    let (bytes, isTooLarge) = count.multipliedReportingOverflow(by: unit)
    return isTooLarge ? nil : bytes
  }

  private static func unit(_ word: Substring) -> Int64? {
    switch word {
    case "", "b", "bytes": 1
    case "k", "kb", "kib": 1 << 10
    case "m", "mb", "mib": 1 << 20
    case "g", "gb", "gib": 1 << 30
    case "t", "tb", "tib": 1 << 40
    default: nil
    }
  }
}
