import Glibc
import ProcessTesting
import Testing

/// Dot commands that look into queries, and those that go to files, editors and pagers.
struct CommandTests {
  @Test func lookingIntoAQuery() throws {
    let server = try LineServer()
    let shell = try ShellSession(columns: 110, rows: 40)
    try shell.type("CREATE STREAM lines USING socket OPTIONS (host '127.0.0.1', port \(server.port));\r")
    try shell.wait(for: "created stream")
    try shell.waitForPrompt()
    try shell.type("START QUERY q INTO blackhole AS SELECT value, count(*) AS n FROM lines GROUP BY value OUTPUT MODE COMPLETE;\r")
    try shell.wait(for: "started query")
    try shell.waitForPrompt()
    try shell.type(".why q\r")
    try shell.wait(for: "NO_DATA lines: it has given no row yet")
    try shell.waitForPrompt()
    try server.send("cat\ndog\ncat\n")
    try shell.type("PROCESS;\r.peek q\r", untilShown: "│ cat   │ 2 │")
    try shell.waitForPrompt()
    try shell.type(".progress\r")
    try shell.wait(for: "rows in       3")
    try shell.waitForPrompt()
    try shell.type(".why\r")
    try shell.wait(for: "RESULTS_CAME q:")
    try shell.waitForPrompt()
    try shell.type("PAUSE QUERY q;\r")
    try shell.waitForPrompt()
    try shell.type(".why q\r")
    try shell.wait(for: "PAUSED q: it is paused, and takes nothing in\n    RESUME QUERY q")
    try shell.waitForPrompt()
    try shell.type(".top\r")
    try shell.wait("the table alone on the screen") { $0.text.hasPrefix("┌") && $0.text.contains("│ paused") }
    try shell.type("\u{3}")
    try shell.waitForPrompt()
    try shell.type(".late q\r")
    try shell.wait(for: "nothing can be late")
    try shell.waitForPrompt()
    try shell.type(".stop q\r")
    try shell.wait(for: "stopped query")
    #expect(try shell.leave() == 0)
  }

  @Test func statementsGoToAFileAndComeBack() throws {
    let shell = try ShellSession()
    try shell.type("CREATE TEMP VIEW one AS SELECT 6 * 7 AS x;\r")
    try shell.waitForPrompt()
    try shell.type("SELECT x FROM one;\r")
    try shell.wait(for: "│ 42 │")
    try shell.waitForPrompt()
    let file = shell.home.path + "/kept.sql"
    try shell.type(".save \(file)\r")
    let expected = "CREATE TEMP VIEW one AS SELECT 6 * 7 AS x;\nSELECT x FROM one;\n"
    try shell.wait("the file") { _ in contents(file) == expected }
    try shell.type("DROP VIEW one;\r")
    try shell.wait(for: "dropped")
    try shell.waitForPrompt()
    try shell.type(".load \(file)\r")
    try shell.wait("the table twice") { $0.text.components(of: "│ 42 │") == 2 }
    #expect(try shell.leave() == 0)
  }

  @Test func rowsGoToAFile() throws {
    let shell = try ShellSession()
    let file = shell.home.path + "/out.csv"
    try shell.type(".mode csv\r")
    try shell.waitForPrompt()
    try shell.type(".output \(file)\r")
    try shell.waitForPrompt()
    try shell.type("SELECT 1 AS a, 'x,y' AS b;\r")
    try shell.waitForPrompt()
    try shell.type(".output\r")
    try shell.waitForPrompt()
    try shell.type("SELECT 2 AS c;\r")
    try shell.wait(for: "c\n2\n")
    try shell.wait("the file") { _ in contents(file) == "a,b\n1,\"x,y\"\n" }
    try shell.type(".output /no/such/folder/out.csv\r")
    try shell.wait(for: "error[")
    #expect(try shell.leave() == 0)
  }

  @Test func theLastStatementIsEdited() throws {
    let shell = try ShellSession(environment: ["NO_COLOR": "1", "VISUAL": "", "EDITOR": "sed -i s/40/41/"])
    try shell.type("SELECT 40 AS x;\r")
    try shell.wait(for: "│ 40 │")
    try shell.waitForPrompt()
    try shell.type(".edit\r")
    try shell.wait(for: "│ 41 │")
    #expect(try shell.leave() == 0)
  }

  @Test func editingGoesOnFromWhatWasEdited() throws {
    let shell = try ShellSession(environment: ["NO_COLOR": "1", "VISUAL": "", "EDITOR": "sed -i s/0/01/"])
    try shell.type("SELECT 40 AS x;\r")
    try shell.wait(for: "│ 40 │")
    try shell.waitForPrompt()
    try shell.type(".edit\r")
    try shell.wait(for: "│ 401 │")
    try shell.waitForPrompt()
    try shell.type(".edit\r")
    try shell.wait(for: "│ 4011 │")
    try shell.waitForPrompt()
    try shell.type("\u{1B}[A")
    try shell.wait("the statement in the history") { $0.lineToCursor == "streamsql> SELECT 4011 AS x;" }
    try shell.type("\u{3}")
    #expect(try shell.leave() == 0)
  }

  @Test func helpTellsOfStatementsFunctionsAndConnectors() throws {
    let shell = try ShellSession(columns: 72, rows: 30)
    try shell.type(".help stop query\r")
    try shell.wait(for: "Example: STOP QUERY wc;")
    try shell.waitForPrompt()
    #expect(
      shell.screen(from: ".help stop") == """
        streamsql> .help stop query
        STOP QUERY name
          Ends a query; PAUSE QUERY and RESUME QUERY hold it up for a while.
          Example: STOP QUERY wc;
        streamsql>
        """)
    try shell.type("\\h upper\r")
    try shell.wait(for: "upper(")
    try shell.waitForPrompt()
    try shell.type(".help window\r")
    try shell.wait(for: "window(time, size")
    try shell.waitForPrompt()
    try shell.type(".help blackhole\r")
    try shell.wait(for: "blackhole: ")
    try shell.waitForPrompt()
    try shell.type(".help creat stream\r")
    try shell.wait(for: "did you mean \"CREATE STREAM\"?")
    #expect(try shell.leave() == 0)
  }

  @Test func anEditorThatFailsRunsNothing() throws {
    let shell = try ShellSession(environment: ["NO_COLOR": "1", "VISUAL": "false", "EDITOR": ""])
    try shell.type("SELECT 40 AS x;\r")
    try shell.wait(for: "│ 40 │")
    try shell.waitForPrompt()
    try shell.type(".edit\r")
    try shell.wait(for: "the editor false failed")
    #expect(try shell.leave() == 0)
  }

  @Test func aStatementIsWatched() throws {
    let shell = try ShellSession()
    try shell.type("CREATE TABLE t (a INT) USING memory;\r")
    try shell.waitForPrompt()
    try shell.type(".watch 0.2 SELECT 'seen ' || count(*) AS c FROM t;\r")
    try shell.wait("the table alone on the screen") { $0.text.hasPrefix("┌") && $0.text.contains("│ seen 0 │") }
    try shell.type("\u{3}")
    try shell.waitForPrompt()
    try shell.type("SELECT 'again' AS c;\r")
    try shell.waitForPrompt()
    try shell.type(".watch 0.2\r")
    try shell.wait("the last statement") { $0.text.hasPrefix("┌") && $0.text.contains("│ again │") && !$0.text.contains("seen") }
    try shell.type("\u{3}")
    try shell.waitForPrompt()
    try shell.type("SELECT 40 AS x;\r")
    try shell.wait(for: "│ 40 │")
    #expect(try shell.leave() == 0)
  }

  @Test func longResultsGoThroughThePager() throws {
    let shell = try ShellSession()
    try shell.type(".pager tail -n 3 | sed s/^/P:/\r")
    try shell.waitForPrompt()
    try shell.type("SELECT id FROM range(100);\r")
    try shell.wait(for: "P:│ 99 │")
    try shell.waitForPrompt()
    try shell.type(".pager off\r")
    try shell.waitForPrompt()
    try shell.type("SELECT id FROM range(3);\r")
    try shell.wait(for: "│  2 │")
    #expect(try shell.leave() == 0)
  }

  @Test func anInterruptIsThePagersOwn() throws {
    let shell = try ShellSession()
    // A pager that lives through SIGINT, as less does. It looks for its end again and again: a signal just before a `read`
    // would be kept until that has read something.
    shell.home.file(
      "pager.sh",
      "trap 'echo pager interrupted' INT\ncat > /dev/null\necho pager waits\nwhile [ ! -e end ]; do sleep 0.05; done\n")
    try shell.type(".pager sh pager.sh\r")
    try shell.waitForPrompt()
    try shell.type("SELECT id FROM range(100);\r")
    try shell.wait(for: "pager waits")
    try shell.type("\u{3}")
    try shell.wait(for: "pager interrupted")
    shell.home.file("end", "")
    try shell.waitForPrompt()
    #expect(!shell.screen.text.contains("│ 99 │"))
    #expect(try shell.leave() == 0)
  }

  @Test func whatTheLastQueryGaveIsDrawn() throws {
    let shell = try ShellSession(columns: 40)
    try shell.type("SELECT * FROM VALUES ('a', 4), ('b', 2) AS t(k, n);\r")
    try shell.wait(for: "│ b │ 2 │")
    try shell.waitForPrompt()
    try shell.type(".chart\r")
    try shell.wait(for: "\nb │")
    try shell.waitForPrompt()
    #expect(
      shell.screen(from: ".chart") == """
        streamsql> .chart
        a │\(String(repeating: "█", count: 34)) 4
        b │\(String(repeating: "█", count: 17)) 2
        streamsql>
        """)
    try shell.type(".chart pie SELECT 1\r")
    try shell.wait(for: "hint: charts: bar, line")
    #expect(try shell.leave() == 0)
  }

  @Test func errorsOfACommandsStatementPointIntoIt() throws {
    let shell = try ShellSession()
    try shell.type(".watch 1 SELECT x FROM range(3)\r")
    try shell.wait(for: "<command>:1:9: error[UNRESOLVED_COLUMN]")
    #expect(shell.screen.text.contains("\n SELECT x FROM range(3)\n        ^\n"))
    #expect(try shell.leave() == 0)
  }

  @Test func relationsAndSourcesAreListed() throws {
    let shell = try ShellSession(columns: 110, rows: 60)
    try shell.type("CREATE STREAM s (a INT) USING memory;\rCREATE VIEW v AS SELECT * FROM s;\r")
    try shell.wait(for: "created view")
    try shell.waitForPrompt()
    try shell.type(".tables\r")
    try shell.wait(for: "│ s    │ stream │ memory    │\n│ v    │ view   │ NULL      │\n")
    try shell.waitForPrompt()
    try shell.type(".sources\r")
    try shell.wait(for: "│ waiting_bytes │ connections │ detached │")
    try shell.wait(for: "\nrange             Numbers in the column `id`")
    try shell.waitForPrompt()
    try shell.type(".sinks console\r")
    try shell.wait(for: "\n  numRows   rows shown of each block")
    #expect(try shell.leave() == 0)
  }

  private func contents(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "no file" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// What is on the screen while queries run.
struct BusyScreenTests {
  @Test func aQueryThatFailsInTheBackgroundTellsOfIt() throws {
    let server = try LineServer()
    let shell = try ShellSession(columns: 110)
    try shell.type("CREATE STREAM lines USING socket OPTIONS (host '127.0.0.1', port \(server.port));\r")
    try shell.wait(for: "created stream")
    try shell.waitForPrompt()
    try shell.type("START QUERY q INTO blackhole AS SELECT 1 / int(value) AS x FROM lines;\r")
    try shell.wait(for: "started query")
    try shell.waitForPrompt()
    try shell.type("SELECT 40")
    try shell.wait(for: "> SELECT 40")
    try server.send("0\n")
    try shell.wait("the failure above the line being typed") {
      $0.text.hasSuffix(
        """
        query "q" failed: <input>:1:40: error[DIVIDE_BY_ZERO]: division by zero
        START QUERY q INTO blackhole AS SELECT 1 / int(value) AS x FROM lines;
                                               ^^^^^^^^^^^^^^
        hint: use try_divide to get NULL
        streamsql> SELECT 40
        """)
    }
    try shell.type("\u{15}AWAIT QUERY q;\r")
    try shell.wait(for: "> AWAIT QUERY q;\n<input>:1:40: error[DIVIDE_BY_ZERO]")
    #expect(try shell.leave() == 0)
  }

  @Test func whatIsTypedWhileAStatementRunsIsKeptForThePrompt() throws {
    let shell = try ShellSession()
    try shell.type("SELECT count(*) AS n FROM range(100000000000);\r")
    try shell.wait(for: " rows")
    try shell.type("SELECT 7 AS seven;")
    try shell.type("\u{3}")
    try shell.wait(for: "interrupted: this is not the whole result\n")
    // Ctrl-C drops what was typed before it, as the terminal does.
    try shell.waitForPrompt()
    #expect(!shell.screen.text.contains("seven"))
    #expect(try shell.leave() == 0)
  }

  @Test func aLongBoundedQueryHasAProgressBar() throws {
    let shell = try ShellSession(columns: 100)
    let rows = String(repeating: "12345,some text in a column,678.25,2024-01-01 00:00:00\n", count: 20_000)
    // Big enough that a debug build takes seconds.
    shell.home.file("big.csv", "a,b,c,d\n" + String(repeating: rows, count: 36))
    try shell.type("SELECT count(*) AS n, sum(length(regexp_replace(b, '[aeiou]', '__'))) AS s, max(d) AS d FROM '\(shell.home.path)/big.csv';\r")
    try shell.wait("a bar, its share and the time left") { screen in
      screen.text.contains("░ ") && screen.text.contains(" % of 37") && screen.text.contains(" left")
    }
    try shell.wait("the result, and no bar") { $0.text.contains("│ 720000 │") && !$0.text.contains("░") }
    #expect(try shell.leave() == 0)
  }

  @Test func interruptEndsALongQueryAndItsBar() throws {
    let shell = try ShellSession(columns: 100)
    try shell.type("SELECT count(*) AS n FROM range(100000000000);\r")
    try shell.wait("a bar of what knows its rows and no bytes") { $0.text.contains("░ 0 %, ") && $0.text.contains(" rows") }
    try shell.type("\u{3}")
    try shell.waitForPrompt()
    #expect(!shell.screen.text.contains("░"))
    #expect(try shell.leave() == 0)
  }

  /// Between Enter and the first row there is much that Ctrl-C can meet: the editor, the hand-over, binding, the query.
  @Test func anInterruptIsNeverLost() throws {
    let shell = try ShellSession()
    for round in 0..<80 {
      try shell.type("SELECT count(*) AS n FROM range(100000000000);\r")
      usleep(UInt32(round * 125))
      try shell.type("\u{3}")
      usleep(20_000)
      // A query that still ran would not let this through.
      try shell.type("SELECT 'round \(round)' AS alive;\r", untilShown: "│ round \(round) ")
    }
    #expect(try shell.leave() == 0)
  }

  /// What is typed right behind a Ctrl-C is a line of its own, whatever of the line before it was read yet.
  @Test func aLineBehindAnInterruptIsNotLost() throws {
    let shell = try ShellSession()
    for round in 0..<30 {
      try shell.type("SELECT count(*) AS n FROM ran")
      usleep(UInt32(round * 40))
      try shell.type("\u{3}")
      // The byte that is being read at that very moment may be of either line.
      usleep(2_000)
      try shell.type("SELECT 'round \(round)' AS alive;\r")
      try shell.wait(for: "│ round \(round) ")
    }
    #expect(try shell.leave() == 0)
  }

  /// The terminal forgets what it has not handed over yet, the end of the paste too.
  @Test func anInterruptEndsAPasteWithoutItsEnd() throws {
    let shell = try ShellSession()
    try shell.type("\u{1B}[200~SELECT 1,\nSELECT 2")
    usleep(100_000)
    try shell.type("\u{3}")
    try shell.waitForPrompt()
    try shell.type("SELECT 7 AS seven;\r")
    try shell.wait(for: "│     7 │")
    #expect(try shell.leave() == 0)
  }

  /// What was pasted ends at the Ctrl-C, whatever it met.
  @Test func anInterruptEndsWhatWasPasted() throws {
    let shell = try ShellSession()
    try shell.type("\u{1B}[200~SELECT 1 AS one;\n.shell echo be''gun; exec sleep 100\nSELECT 1 AS never;\u{1B}[201~\r")
    try shell.wait(for: "begun")
    try shell.type("\u{3}")
    try shell.wait(for: "the command ended with 130")
    try shell.waitForPrompt()
    #expect(!shell.screen.text.contains("│ never │"))
    #expect(try shell.leave() == 0)
  }

  @Test func theLiveTableSaysWhy() throws {
    let server = try LineServer()
    let shell = try ShellSession(columns: 100)
    try shell.type("CREATE STREAM lines USING socket OPTIONS (host '127.0.0.1', port \(server.port));\r")
    try shell.wait(for: "created stream")
    try shell.type("SELECT value, count(*) AS n FROM lines WHERE value <> 'x' GROUP BY value;\r")
    try server.send("x\nx\n")
    try shell.wait(for: "2 in")
    try shell.type("w")
    try shell.wait(for: "ALL_FILTERED")
    #expect(shell.screen.whole.contains("none of 2 rows satisfied"))
    // A table that is shown is a result that came.
    try server.send("y\n")
    try shell.wait(for: "3 in")
    try shell.type("w")
    try shell.wait(for: "RESULTS_CAME")
    try shell.type("q")
    #expect(try shell.leave() == 0)
  }

  @Test func severalQueriesWriteAboveTheLineBeingTyped() throws {
    let (one, two) = (try LineServer(), try LineServer())
    let shell = try ShellSession(columns: 120)
    for (name, server) in [("a", one), ("b", two)] {
      try shell.type("CREATE STREAM \(name) USING socket OPTIONS (host '127.0.0.1', port \(server.port));\r")
      try shell.wait(for: "created stream \"\(name)\"")
      try shell.type("START QUERY q\(name) INTO console OPTIONS (format 'csv', header 'false') AS SELECT '\(name) ' || value AS x FROM \(name);\r")
      try shell.wait(for: "started query \"q\(name)\"")
      try shell.waitForPrompt()
    }
    try shell.type("SELECT 40 + 2")
    try shell.wait(for: "SELECT 40 + 2")
    for round in 1...3 {
      try one.send("left \(round)\n")
      try two.send("right \(round)\n")
      try shell.wait("both rows above the line") {
        $0.text.contains("\na left \(round)\n") && $0.text.contains("\nb right \(round)\n")
          && $0.text.hasSuffix("streamsql> SELECT 40 + 2")
      }
    }
    try shell.type(" AS x;\r")
    try shell.wait(for: "│ 42 │")
    #expect(try shell.leave() == 0)
  }
}
