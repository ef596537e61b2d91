#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How a piece of text looks: the few styles that the program uses, as their escape sequences.
enum Style: UInt8, Sendable {
  case plain, keyword, string, number, comment, function, command, error, dim, bold, lit, chart

  /// Series of a chart, which differ as far as there are colours.
  static func series(_ index: Int) -> Style { ofSeries[index % ofSeries.count] }
  private static let ofSeries: [Style] = [.chart, .function, .command, .string, .error, .keyword, .plain, .dim]

  /// SGR parameters; the 16 colours of every terminal, so that the user's theme decides.
  var parameters: StaticString {
    switch self {
    case .plain: "0"
    case .keyword: "1;34"
    case .string: "32"
    case .number: "36"
    case .comment, .dim: "2"
    case .function: "33"
    case .command: "35"
    case .error: "1;31"
    case .bold: "1"
    case .lit: "7"
    case .chart: "36"
    }
  }
}

/// Puts styles around text, or leaves it alone where colour is not wanted.
struct Palette: Sendable {
  let hasColor: Bool

  enum Choice: String, Sendable, CaseIterable { case auto, always, never }

  /// `--color` decides; `auto` asks the terminal, `NO_COLOR` and `TERM`.
  init(_ choice: Choice, descriptor: Int32) {
    switch choice {
    case .always: hasColor = true
    case .never: hasColor = false
    case .auto:
      let forbids = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
      hasColor = !forbids && Terminal.isCapable(descriptor)
    }
  }

  func paint(_ text: String, _ style: Style) -> String {
    hasColor && style != .plain && !text.isEmpty ? "\u{1B}[\(style.parameters)m\(text)\u{1B}[0m" : text
  }

  /// An error as `SQLError.rendered` gives it: its name and the carets stand out.
  func paint(error text: String) -> String {
    guard hasColor else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, line in
      if index == 0, let range = errorName(in: line) {
        return line[..<range.lowerBound] + paint(String(line[range]), .error) + line[range.upperBound...]
      }
      let isCaretLine = line.contains("^") && line.allSatisfy { $0 == " " || $0 == "^" || $0 == "\t" }
      if isCaretLine { return Substring(paint(String(line), .error)) }
      if line.hasPrefix("hint: ") { return Substring(paint("hint:", .bold)) + line.dropFirst(5) }
      return line
    }.joined(separator: "\n")
  }

  /// `error[CLASS]:`.
  private func errorName(in line: Substring) -> Range<Substring.Index>? {
    var start = line.startIndex
    while start < line.endIndex {
      if line[start...].hasPrefix("error["), let end = line[start...].firstIndex(of: "]") {
        return start..<line.index(after: end)
      }
      start = line.index(after: start)
    }
    return nil
  }
}
