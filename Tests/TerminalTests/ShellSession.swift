import Glibc
import ProcessTesting

/// The interactive shell in a pseudo-terminal, with a home folder of its own.
final class ShellSession {
  let terminal: TerminalProcess
  let home: TemporaryFolder

  init(columns: Int = 80, rows: Int = 24, rc: String? = nil, arguments: [String] = [], environment: [String: String] = ["NO_COLOR": "1"]) throws {
    home = TemporaryFolder()
    if let rc { home.file(".streamsqlrc", rc) }
    terminal = try TerminalProcess(
      [Locations.program] + arguments, columns: columns, rows: rows, folder: home.path,
      environment: environment.merging(["HOME": home.path, "INPUTRC": "/dev/null"]) { $1 })
    try waitForPrompt()
  }

  var screen: Screen { terminal.screen }

  func type(_ keys: String) throws { try terminal.type(keys) }
  func wait(for text: String) throws { try terminal.wait(for: text) }
  func wait(_ what: String, until isTrue: (Screen) -> Bool) throws { try terminal.wait(what, until: isTrue) }

  /// Types the same again until `text` is shown: what was sent to a socket may not have arrived the first time.
  func type(_ keys: String, untilShown text: String) throws {
    for _ in 0..<60 {
      try type(keys)
      if (try? terminal.wait("\"\(text)\"", seconds: 0.5) { $0.text.contains(text) }) != nil { return }
    }
    try wait(for: text)
  }

  /// An empty prompt, ready for keys.
  func waitForPrompt() throws { try terminal.wait("the prompt") { $0.lineToCursor == "streamsql> " } }

  /// Leaves by these keys, Ctrl-D usually; the exit code.
  func leave(by keys: String = "\u{4}") throws -> Int32 {
    try waitForPrompt()
    try type(keys)
    return try terminal.end()
  }

  /// The screen from the first line that contains `text` on.
  func screen(from text: String) -> String {
    let lines = screen.text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.drop { !$0.contains(text) }.joined(separator: "\n")
  }
}
