import Diagnostics

/// The lines at the bottom of what was printed that are drawn again and again in the same place.
///
/// The cursor rests at the end of the last line. What is printed in between goes above, into the scrollback. Lines
/// must not be wider than the screen; when it became narrower since they were drawn, the rows that they took by then are
/// computed, as terminals that wrap anew show them.
struct ScreenRegion {
  private let descriptor: Int32
  /// Columns of each line as drawn.
  private var drawn: [Int] = []

  init(descriptor: Int32 = 1) { self.descriptor = descriptor }

  var isEmpty: Bool { drawn.isEmpty }

  /// One line: its text with escape sequences, and the columns it takes.
  struct Line: Equatable {
    var text: String
    var width: Int

    init(_ text: String, width: Int) {
      self.text = text
      self.width = width
    }

    init(plain text: String) { self.init(text, width: displayWidth(of: text)) }
  }

  /// Draws these lines in the place of those before.
  mutating func draw(_ lines: [Line], columns: Int) {
    var text = home(columns: columns)
    for (index, line) in lines.enumerated() {
      if index > 0 { text += "\r\n" }
      text += line.text + "\u{1B}[K"
    }
    text += "\u{1B}[J"
    drawn = lines.map(\.width)
    Terminal.write(text, to: descriptor)
  }

  /// Takes the lines away; the cursor stands where they began.
  mutating func erase(columns: Int) {
    if drawn.isEmpty { return }
    Terminal.write(home(columns: columns) + "\u{1B}[J", to: descriptor)
    drawn = []
  }

  /// Someone else has written to the screen: what comes next begins at the cursor's line.
  mutating func forget() { drawn = [] }

  /// Leaves the lines where they are and goes below them.
  mutating func leave() {
    if drawn.isEmpty { return }
    Terminal.write("\r\n", to: descriptor)
    drawn = []
  }

  /// Moves to the first column of the first line.
  private func home(columns: Int) -> String {
    let rows = drawn.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(1, columns)) }
    return rows > 1 ? "\r\u{1B}[\(rows - 1)A" : "\r"
  }
}
