import Glibc
import ProcessTesting
import Testing

/// The live table of a bare SELECT over a stream (DIALECT §6).
struct LiveTableTests {
  private func shell(on server: LineServer, columns: Int = 80, rows: Int = 24, environment: [String: String] = ["NO_COLOR": "1"]) throws -> ShellSession {
    let shell = try ShellSession(columns: columns, rows: rows, environment: environment)
    try shell.type("CREATE STREAM lines USING socket OPTIONS (host '127.0.0.1', port \(server.port));\r")
    try shell.wait(for: "created stream")
    try shell.waitForPrompt()
    return shell
  }

  private let counts = "SELECT value AS word, count(*) AS n FROM lines GROUP BY value;\r"

  @Test func itIsRedrawnInPlaceAndStaysInTheScrollback() throws {
    let server = try LineServer()
    let shell = try shell(on: server)
    try shell.type(counts)
    try server.send("cat\ndog\ncat\n")
    try shell.wait(for: "│ cat  │ 2 │")
    try server.send("漢字\ncat\n")
    try shell.wait(for: "│ cat  │ 3 │")
    try shell.wait(for: "3 rows")
    #expect(shell.screen.text.components(of: "│ word │ n │") == 1)
    // All keys are told of on a screen of the usual width.
    #expect(shell.screen.text.contains("q stop  b bg  space pause  +/- rate  / filter  s sort  c chart  d diff  w why"))
    server.hangUp()
    try shell.waitForPrompt()
    #expect(
      shell.screen(from: "┌") == """
        ┌──────┬───┐
        │ word │ n │
        ├──────┼───┤
        │ cat  │ 3 │
        │ dog  │ 1 │
        │ 漢字 │ 1 │
        └──────┴───┘
        streamsql>
        """)
    #expect(try shell.leave() == 0)
  }

  @Test func interruptStopsTheQueryAndKeepsItsTable() throws {
    let server = try LineServer()
    let shell = try shell(on: server)
    try shell.type(counts)
    try server.send("cat\n")
    try shell.wait(for: "│ cat  │ 1 │")
    try shell.type("\u{3}")
    try shell.waitForPrompt()
    #expect(shell.screen(from: "┌").hasSuffix("│ cat  │ 1 │\n└──────┴───┘\nstreamsql>"))
    #expect(try shell.leave() == 0)
  }

  @Test func malformedRecordsAreCountedBelowAndToldOfAtTheEnd() throws {
    let server = try LineServer()
    let shell = try ShellSession(columns: 100, rows: 24)
    try shell.type("CREATE STREAM s (a INT) USING socket OPTIONS (host '127.0.0.1', port \(server.port), format 'json');\r")
    try shell.wait(for: "created stream")
    try shell.waitForPrompt()
    try shell.type("SELECT a, count(*) AS n FROM s GROUP BY a;\r")
    try server.send("{\"a\":1}\n{\"a\":x}\n")
    try shell.wait(for: "2 in · 1 malformed ·")
    #expect(!shell.screen.text.contains("unknown word"))
    server.hangUp()
    try shell.wait(for: ".errors s has them")
    let notice = "1 malformed record in s: '127.0.0.1:\(server.port)' at byte 8: unknown word (column 6); .errors s has them"
    #expect(shell.screen.text.replacing("\n", with: "").contains(notice))
    try shell.waitForPrompt()
    try shell.type(".errors s\r")
    try shell.wait(for: "{\"a\":x}")
    #expect(try shell.leave() == 0)
  }

  @Test func malformedRecordsOfBackgroundQueriesAreToldOfAboveThePrompt() throws {
    let server = try LineServer()
    let shell = try ShellSession(columns: 100, rows: 24)
    try shell.type("CREATE STREAM s (a INT) USING socket OPTIONS (host '127.0.0.1', port \(server.port), format 'json');\r")
    try shell.wait(for: "created stream")
    try shell.waitForPrompt()
    try shell.type("START QUERY q INTO blackhole AS SELECT * FROM s;\r")
    try shell.wait(for: "started query")
    try shell.waitForPrompt()
    try shell.type("SELECT 1 +")
    try server.send("{\"a\":x}\n")
    try shell.wait(for: "1 malformed record in s")
    try shell.wait("the line being typed") { $0.lineToCursor == "streamsql> SELECT 1 +" }
    try shell.type("\u{3}")
    #expect(try shell.leave() == 0)
  }

  @Test func keysSortFilterAndPause() throws {
    let server = try LineServer()
    let shell = try shell(on: server)
    try shell.type(counts)
    try server.send("b\na\nb\nc\n")
    try shell.wait(for: "3 rows")
    try shell.type("ss")
    try shell.wait(for: "sorted by column 1 down")
    #expect(shell.screen.text.contains("│ c    │ 1 │\n│ b    │ 2 │\n│ a    │ 1 │"))
    try shell.type("/a\r")
    try shell.wait("the filter") { $0.text.contains("/a ") && !$0.text.contains("│ b ") }
    try shell.type(" ")
    try shell.wait(for: "PAUSED")
    try shell.type("c")
    try shell.wait(for: "a │█")
    try shell.type("q")
    try shell.waitForPrompt()
    #expect(try shell.leave() == 0)
  }

  @Test func itGoesToTheBackgroundWhileTyping() throws {
    let server = try LineServer()
    let shell = try shell(on: server)
    try shell.type(counts)
    try server.send("cat\n")
    try shell.wait(for: "│ cat  │ 1 │")
    try shell.type("b")
    try shell.wait(for: "goes on in the background")
    try shell.waitForPrompt()
    try server.send("cat\n")
    try shell.type(".fg\r")
    try shell.wait(for: "│ cat  │ 2 │")
    try shell.type("q")
    #expect(try shell.leave() == 0)
  }

  @Test func backgroundResultsComeAboveTheLineBeingTyped() throws {
    let server = try LineServer()
    let shell = try shell(on: server)
    try shell.type("START QUERY q INTO console OPTIONS (format 'csv', header 'false') AS SELECT value FROM lines;\r")
    try shell.wait(for: "started query")
    try shell.waitForPrompt()
    try shell.type("SELECT 40 +")
    try shell.wait(for: "SELECT 40 +")
    try server.send("first\n")
    try shell.wait("the row above, the line below") { $0.text.hasSuffix("\nfirst\nstreamsql> SELECT 40 +") }
    try shell.type(" 2 AS x;\r")
    try shell.wait(for: "│ 42 │")
    try shell.type(".stop q\r")
    try shell.wait(for: "stopped query")
    #expect(try shell.leave() == 0)
  }

  @Test func aNarrowScreenShowsLines() throws {
    let server = try LineServer()
    let shell = try shell(on: server, columns: 30, rows: 20)
    try shell.type("SELECT value AS alpha, value AS beta, value AS gamma, value AS delta, value AS epsilon FROM lines;\r")
    try server.send("x\n")
    try shell.wait(for: "epsilon = x")
    #expect(shell.screen.text.contains("  alpha = x\n   beta = x\n  gamma = x\n  delta = x\nepsilon = x"))
    server.hangUp()
    #expect(try shell.leave() == 0)
  }

  @Test func aNewSizeIsHeeded() throws {
    let server = try LineServer()
    let shell = try shell(on: server)
    try shell.type(counts)
    try server.send((1...40).map { "w\($0)\n" }.joined())
    try shell.wait(for: "18 of 40 rows")
    shell.terminal.resize(columns: 60, rows: 12)
    try shell.wait(for: "6 of 40 rows")
    server.hangUp()
    try shell.waitForPrompt()
    #expect(shell.screen.whole.contains("│ w40  │ 1 │\n└──────┴───┘"))
    #expect(try shell.leave() == 0)
  }

  @Test func changedCellsAreLit() throws {
    let server = try LineServer()
    let shell = try shell(on: server, environment: [:])
    try shell.type(counts)
    try server.send("cat\n")
    try shell.wait(for: "│ cat  │ 1 │")
    try shell.wait("nothing is lit") { !$0.hasLitCells }
    try server.send("cat\n")
    try shell.wait("a lit cell") { $0.hasLitCells && $0.text.contains("│ cat  │ 2 │") }
    try shell.wait("it goes out") { !$0.hasLitCells }
    server.hangUp()
    #expect(try shell.leave() == 0)
  }
}

extension String {
  /// How often `piece` occurs.
  func components(of piece: String) -> Int {
    var count = 0
    var rest = self[...]
    while let first = rest.indices.first(where: { rest[$0...].hasPrefix(piece) }) {
      count += 1
      rest = rest[first...].dropFirst(piece.count)
    }
    return count
  }
}
