import Diagnostics

/// What could stand at the cursor: the bytes it replaces and the candidates, in order.
struct Completion {
  struct Candidate: Equatable {
    var text: String
    /// Added when it is the only one: a space, a quote, a parenthesis.
    var suffix = " "
  }

  var range: Range<Int>
  var candidates: [Candidate]

  /// What can be put in without choosing: the only candidate, or what all begin with.
  var insertion: String {
    guard candidates.count > 1, let first = candidates.first else {
      return candidates.first.map { $0.text + $0.suffix } ?? ""
    }
    return candidates.dropFirst().reduce(first.text) { shared, candidate in
      String(zip(shared, candidate.text).prefix { $0.0 == $0.1 }.map(\.0))
    }
  }

  private static let shownMax = 200

  /// The candidates in columns, as `ls` shows names.
  func listing(columns: Int) -> String {
    let shown = candidates.prefix(Self.shownMax).map { TextFitting.cut($0.text, to: max(1, columns - 2)) }
    let width = (shown.map { displayWidth(of: $0) }.max() ?? 0) + 2
    let across = max(1, columns / width)
    let down = (shown.count + across - 1) / across
    var text = ""
    for row in 0..<down {
      for index in stride(from: row, to: shown.count, by: down) {
        let isLast = index + down >= shown.count
        text += isLast ? shown[index] : TextFitting.pad(shown[index], to: width, right: false)
      }
      text += "\r\n"
    }
    if candidates.count > Self.shownMax { text += "… \(candidates.count - Self.shownMax) more\r\n" }
    return text
  }
}
