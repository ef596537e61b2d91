import Diagnostics

/// Text cut and padded to columns of a terminal.
enum TextFitting {
  /// The text without control characters, cut to `width` columns with `…` for the rest.
  static func cut(_ text: String, to width: Int) -> String {
    let clean = printable(text)
    if displayWidth(of: clean) <= width { return clean }
    if width <= 0 { return "" }
    var kept = String.UnicodeScalarView()
    var used = 0
    for scalar in clean.unicodeScalars {
      let next = displayWidth(of: scalar)
      if used + next > width - 1 { break }
      used += next
      kept.append(scalar)
    }
    kept.append("…")
    return String(kept)
  }

  /// Spaces before or behind, up to `width` columns.
  static func pad(_ text: String, to width: Int, right: Bool) -> String {
    let missing = width - displayWidth(of: text)
    if missing <= 0 { return text }
    let spaces = String(repeating: " ", count: missing)
    return right ? spaces + text : text + spaces
  }

  /// Lines of at most `width` columns, broken at spaces where that is possible.
  static func wrap(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, displayWidth(of: line) + 1 + displayWidth(of: String(word)) > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return lines + [line]
  }

  /// Control characters as visible text, so that no data drives the terminal.
  static func printable(_ text: String) -> String {
    let isClean = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    if isClean { return text }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": out.append(contentsOf: "\\n".unicodeScalars)
      case "\r": out.append(contentsOf: "\\r".unicodeScalars)
      case "\t": out.append(contentsOf: "\\t".unicodeScalars)
      default:
        if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || isDirectionControl(scalar) {
          out.append(contentsOf: "\\x\(String(scalar.value, radix: 16))".unicodeScalars)
        } else {
          out.append(scalar)
        }
      }
    }
    return String(out)
  }
}

/// Numbers for people.
enum HumanText {
  /// `1234`, `12.3k`, `4.5M`.
  static func count(_ value: Double) -> String {
    switch value {
    case ..<0: "-" + count(-value)
    case ..<1000: value == value.rounded() || value >= 100 ? String(Int64(value.rounded())) : tenths(value)
    case ..<1_000_000: tenths(value / 1000) + "k"
    case ..<1_000_000_000: tenths(value / 1_000_000) + "M"
    default: value.isFinite ? tenths(value / 1_000_000_000) + "G" : "∞"
    }
  }

  static func bytes(_ value: Int64) -> String {
    var size = Double(value)
    for unit in ["B", "KiB", "MiB", "GiB"] {
      if size < 1024 { return (unit == "B" ? String(Int64(size)) : tenths(size)) + " " + unit }
      size /= 1024
    }
    return tenths(size) + " TiB"
  }

  /// `0.4 ms`, `1.2 s`, `3:05`.
  static func duration(nanos: Int64) -> String {
    let seconds = Double(max(0, nanos)) / 1e9
    switch seconds {
    case ..<0.001: return tenths(seconds * 1e6) + " µs"
    case ..<1: return tenths(seconds * 1000) + " ms"
    case ..<60: return tenths(seconds) + " s"
    default: return clock(seconds: Int64(min(seconds, 1e15)))
    }
  }

  /// `0:07`, `12:30`, `1:02:03`.
  static func clock(seconds: Int64) -> String {
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }

  /// One digit behind the point. `Double` is within ±1e18 here.
  private static func tenths(_ value: Double) -> String {
    let scaled = Int64((min(value, 9e17) * 10).rounded())
    return "\(scaled / 10).\(scaled % 10)"
  }
}
