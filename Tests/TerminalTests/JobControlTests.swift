import Glibc
import ProcessTesting
import Testing

/// Ctrl-Z and `fg`, in the terminal of a shell with job control.
struct JobControlTests {
  /// The prompt, started by an interactive bash.
  private func start() throws -> (TerminalProcess, TemporaryFolder) {
    let home = TemporaryFolder()
    let terminal = try TerminalProcess(
      ["/bin/bash", "--norc", "--noediting", "-i"], columns: 100, rows: 30, folder: home.path,
      environment: ["HOME": home.path, "INPUTRC": "/dev/null", "PS1": "job> ", "NO_COLOR": "1"])
    try terminal.wait("bash") { $0.lineToCursor == "job> " }
    try terminal.type(Locations.program + "\r")
    try terminal.wait("the prompt") { $0.lineToCursor == "streamsql> " }
    return (terminal, home)
  }

  private func leave(_ terminal: TerminalProcess) throws {
    try terminal.wait("the prompt") { $0.lineToCursor == "streamsql> " }
    try terminal.type("\u{4}")
    try terminal.wait("bash") { $0.lineToCursor == "job> " }
    try terminal.type("exit $?\r")
    #expect(try terminal.end() == 0)
  }

  @Test func theLineBeingTypedComesBack() throws {
    let (terminal, home) = try start()
    try terminal.type("SELECT 40")
    try terminal.wait("the line") { $0.lineToCursor == "streamsql> SELECT 40" }
    try terminal.type("\u{1A}")
    try terminal.wait("bash") { $0.text.contains("Stopped") && $0.lineToCursor == "job> " }
    // The terminal is as bash had it: what is typed is echoed, and lines end.
    try terminal.type("echo between\r")
    try terminal.wait("bash's own line") { $0.text.contains("job> echo between\nbetween\n") && $0.lineToCursor == "job> " }
    try terminal.type("fg\r")
    try terminal.wait("the line again") { $0.lineToCursor == "streamsql> SELECT 40" }
    try terminal.type(" + 2 AS x;\r")
    try terminal.wait(for: "│ 42 │")
    try leave(terminal)
    withExtendedLifetime(home) {}
  }

  @Test func aLiveTableGoesOn() throws {
    let (terminal, home) = try start()
    try terminal.type("SELECT count(*) AS n FROM rate(rowsPerSecond => 20);\r")
    try terminal.wait("a frame") { $0.text.contains("│ n ") && $0.text.contains("1 row · ") }
    try terminal.type("\u{1A}")
    try terminal.wait("bash") { $0.text.contains("Stopped") && $0.lineToCursor == "job> " }
    try terminal.type("fg\r")
    try terminal.wait("a frame below") { screen in
      let behind = screen.text.components(separatedBy: "job> fg").last ?? ""
      return behind.contains("1 row · ") && behind.contains("q stop")
    }
    try terminal.type("q")
    try leave(terminal)
    withExtendedLifetime(home) {}
  }
}

/// What ends the prompt, whatever runs.
struct PromptEndTests {
  @Test(arguments: [SIGTERM, SIGHUP]) func aSignalDuringALiveTable(number: Int32) throws {
    let shell = try ShellSession()
    try shell.type("SELECT value FROM rate();\r")
    try shell.wait(for: "q stop")
    shell.terminal.signal(number)
    #expect(try shell.terminal.end() == 128 + number)
  }

  @Test(arguments: [SIGTERM, SIGHUP]) func aSignalAtThePrompt(number: Int32) throws {
    let shell = try ShellSession()
    try shell.type("SELECT 'half")
    try shell.wait(for: "half")
    shell.terminal.signal(number)
    #expect(try shell.terminal.end() == 128 + number)
  }

  @Test func endOfInputWithQueriesInTheBackground() throws {
    let shell = try ShellSession()
    try shell.type("START QUERY q INTO blackhole AS SELECT * FROM rate();\r")
    try shell.wait(for: "started query")
    #expect(try shell.leave() == 0)
  }
}

extension String {
  fileprivate func components(separatedBy separator: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}
