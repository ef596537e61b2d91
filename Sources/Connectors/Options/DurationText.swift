internal import Columnar

/// Durations as users write them in options and on the command line.
package enum DurationText {
  /// Microseconds of `8 seconds`, `30s`, `1 minute 30 seconds`, `1h30m`, `INTERVAL '8' SECOND`, `0.5 s`; nil for
  /// anything else, for a negative one, and for one beyond 64 bits. A number alone counts seconds.
  package static func micros(_ text: String) -> Int64? {
    var reader = Reader(rest: Array(text.lowercased().unicodeScalars.filter { $0 != "'" })[...])
    reader.skipSpaces()
    if reader.rest.starts(with: "interval".unicodeScalars) {
      reader.rest.removeFirst("interval".unicodeScalars.count)
    }
    var total: Int64 = 0
    var pieces = 0
    while true {
      reader.skipSpaces()
      if reader.rest.isEmpty { return pieces > 0 ? total : nil }
      guard let (whole, fraction) = reader.number() else { return nil }
      reader.skipSpaces()
      let word = reader.word()
      guard
        let unit = word.isEmpty && pieces == 0 && reader.rest.isEmpty ? Micros.perSecond : micros(of: word)
      else {
        return nil
      }
      let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
      // A fraction has at most six digits: millionths of the unit.
      let part = Int64(Int128(fraction) * Int128(unit) / 1_000_000)
      let (piece, overflow2) = product.addingReportingOverflow(part)
      let (sum, overflow3) = total.addingReportingOverflow(piece)
      if overflow || overflow2 || overflow3 { return nil }
      total = sum
      pieces += 1
    }
  }

  /// `10 s`, `500 ms`, `0 s`: the largest unit that gives a whole number.
  package static func text(micros: Int64) -> String {
    for (unit, size) in [("s", Micros.perSecond), ("ms", 1000)] where micros % size == 0 { return "\(micros / size) \(unit)" }
    return "\(micros) us"
  }

  private static func micros(of unit: String) -> Int64? {
    switch unit {
    case "us", "µs", "microsecond", "microseconds": 1
    case "ms", "millisecond", "milliseconds": 1000
    case "s", "sec", "secs", "second", "seconds": Micros.perSecond
    case "m", "min", "mins", "minute", "minutes": 60 * Micros.perSecond
    case "h", "hour", "hours": 3600 * Micros.perSecond
    case "d", "day", "days": 86_400 * Micros.perSecond
    case "w", "week", "weeks": 7 * 86_400 * Micros.perSecond
    default: nil
    }
  }

  private struct Reader {
    var rest: ArraySlice<Unicode.Scalar>

    mutating func skipSpaces() { rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" } }

    /// Digits with an optional fraction of at most six digits, in millionths.
    mutating func number() -> (whole: Int64, fraction: Int64)? {
      guard let whole = Int64(digits()) else { return nil }
      guard rest.first == "." else { return (whole, 0) }
      rest.removeFirst()
      let written = digits()
      guard !written.isEmpty, written.count <= 6, let value = Int64(written) else { return nil }
      return (whole, (written.count..<6).reduce(value) { scaled, _ in scaled * 10 })
    }

    mutating func digits() -> String { take { ("0"..."9").contains($0) } }

    mutating func word() -> String { take { ("a"..."z").contains($0) || $0 == "µ" } }

    private mutating func take(_ isPart: (Unicode.Scalar) -> Bool) -> String {
      let piece = rest.prefix(while: isPart)
      rest = rest.dropFirst(piece.count)
      return String(String.UnicodeScalarView(piece))
    }
  }
}
