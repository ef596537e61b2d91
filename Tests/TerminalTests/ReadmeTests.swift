import ProcessTesting
import Testing

/// What the README shows of the shell is what the program draws.
struct ReadmeTests {
  /// The lines of the README's indented block from the one that begins with `first` on, without their indentation.
  private func block(from first: String) throws -> [String] {
    let text = try #require(Files.read(Locations.package + "/README.md"))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).drop { !$0.hasPrefix("    " + first) }
    return lines.prefix { $0.hasPrefix("    ") }.map { String($0.dropFirst(4)) }
  }

  @Test(arguments: ["streamsql> .chart line SELECT id, sin(id/3.0) AS s", "streamsql> .chart line SELECT id, sin(id/5.0) AS sine"])
  func theCharts(first: String) throws {
    let shown = try block(from: first)
    let shell = try ShellSession(columns: 90, rows: 40)
    try shell.type(try #require(shown.first?.dropFirst("streamsql> ".count).description) + "\r")
    try shell.wait(for: "9\n")
    try shell.waitForPrompt()
    // A command that is wider than the screen goes on on the next line.
    let drawn = shell.screen(from: ".chart").replacing("(60\n)", with: "(60)")
    #expect(drawn == (shown + ["streamsql>"]).joined(separator: "\n"))
    #expect(try shell.leave() == 0)
  }

  @Test func theLiveTable() throws {
    let shown = try block(from: "streamsql> SELECT value % 3")
    let shell = try ShellSession(columns: 100, rows: 40)
    try shell.type(try #require(shown.first?.dropFirst("streamsql> ".count).description) + "\r")
    try shell.wait(for: "│ 2 │ ")
    try shell.wait("the status line with its sparkline") { $0.text.contains("KiB · ") }
    try shell.type("q")
    let frame = shell.screen(from: "SELECT value % 3").split(separator: "\n").map(String.init)
    #expect(frame.count == shown.count)
    for (ours, theirs) in zip(frame, shown) { #expect(shape(of: ours) == shape(of: theirs)) }
    #expect(try shell.leave() == 0)
  }

  /// Digits, how many there are of them, units and bars differ from run to run.
  private func shape(of line: String) -> String {
    let words = line.replacing(/─+/, with: "─").split(separator: " ").map { word -> String in
      if word.allSatisfy({ "▁▂▃▄▅▆▇█".contains($0) }), !word.isEmpty { return "bars" }
      if ["µs", "ms"].contains(word) { return "time" }
      let isNumber = word.first?.isNumber ?? false
      return isNumber ? "9" + word.drop { $0.isNumber || ".kM".contains($0) } : String(word)
    }
    return words.joined(separator: " ")
  }
}
