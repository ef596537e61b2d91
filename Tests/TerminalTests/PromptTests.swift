import Glibc
import ProcessTesting
import Testing

/// Editing at the prompt (DIALECT §6).
struct PromptTests {
  @Test func aStatementOfSeveralLines() throws {
    let shell = try ShellSession()
    try shell.type("SELECT 1 AS x,\r")
    try shell.wait("the continuation prompt") { $0.lineToCursor == "      ...> " }
    try shell.type("'漢字 ñ' AS y;\r")
    try shell.wait(for: "└")
    try shell.waitForPrompt()
    #expect(
      shell.screen(from: "SELECT") == """
        streamsql> SELECT 1 AS x,
              ...> '漢字 ñ' AS y;
        ┌───┬────────┐
        │ x │ y      │
        ├───┼────────┤
        │ 1 │ 漢字 ñ │
        └───┴────────┘
        streamsql>
        """)
    // One entry of history, both lines of it, editable.
    try shell.type("\u{1B}[A")
    try shell.wait("history") { $0.text.hasSuffix("streamsql> SELECT 1 AS x,\n      ...> '漢字 ñ' AS y;") }
    try shell.type("\u{3}")
    #expect(try shell.leave() == 0)
    let history = try #require(Files.read(shell.home.path + "/.streamsql_history"))
    #expect(history.split(separator: "\n").dropFirst().joined(separator: "\n") == "SELECT 1 AS x,\n'漢字 ñ' AS y;")
    var status = stat()
    #expect(stat(shell.home.path + "/.streamsql_history", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test func interruptDropsTheLine() throws {
    let shell = try ShellSession()
    try shell.type("SELECT 'abc")
    try shell.wait(for: "abc")
    try shell.type("\u{3}")
    try shell.wait(for: "SELECT 'abc^C")
    try shell.waitForPrompt()
    try shell.type("SELECT 7 AS seven;\r")
    try shell.wait(for: "│     7 │")
    #expect(try shell.leave() == 0)
  }

  @Test func aLongLineWrapsAndCanBeEdited() throws {
    let shell = try ShellSession(columns: 30, rows: 12)
    try shell.type("SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' AS x, 22 AS y;")
    try shell.wait(for: "22\nAS y;")
    #expect(
      shell.screen(from: "SELECT") == """
        streamsql> SELECT 'aaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaa' AS x, 22
        AS y;
        """)
    // Ctrl-A: what is typed then goes before everything.
    try shell.type("\u{1}SELECT 1; ")
    try shell.wait(for: "SELECT 1; SELECT 'a")
    try shell.type("\r")
    try shell.wait(for: "y = 22")
    #expect(try shell.leave() == 0)
  }

  @Test func completion() throws {
    let shell = try ShellSession()
    try shell.type("CREATE STREAM lines USING soc\t")
    try shell.wait("a connector") { $0.lineToCursor.hasSuffix("USING socket ") }
    try shell.type("OPTIONS (ho\t")
    try shell.wait("an option") { $0.lineToCursor.hasSuffix("(host ") }
    try shell.type("\u{15}CREATE STREAM words (word STRING, weight INT) USING memory;\r")
    try shell.wait(for: "created stream")
    try shell.type("SELECT wor\t")
    // Columns in scope are those of relations behind FROM: none yet, the relation itself.
    try shell.wait("a relation") { $0.lineToCursor.hasSuffix("SELECT words ") }
    try shell.type("\u{15}sel\t")
    try shell.wait("a keyword in lower case") { $0.lineToCursor.hasSuffix("> select ") }
    try shell.type("weight FROM wo\t")
    try shell.wait("a relation") { $0.lineToCursor.hasSuffix("FROM words ") }
    try shell.type("WHERE wei\t")
    try shell.wait("a column") { $0.lineToCursor.hasSuffix("WHERE weight ") }
    try shell.type("\u{15}.hist\t")
    try shell.wait("a command") { $0.lineToCursor.hasSuffix("> .history ") }
    // A connector cannot be dropped, and a file is no folder.
    try shell.type("\u{15}DROP TABLE \t")
    try shell.wait("the only relation") { $0.lineToCursor.hasSuffix("> DROP TABLE words ") }
    shell.home.file("numbers.txt", "1\n2\n")
    mkdir(shell.home.path + "/numbers", 0o755)
    try shell.type("\u{15}.cd num\t")
    try shell.wait("a folder") { $0.lineToCursor.hasSuffix("> .cd numbers/") }
    rmdir(shell.home.path + "/numbers")
    try shell.type("\u{15}SELECT * FROM 'num\t")
    try shell.wait("a file") { $0.lineToCursor.hasSuffix("'numbers.txt'") }
    try shell.type(";\r")
    try shell.wait(for: "value")
    #expect(try shell.leave() == 0)
  }

  @Test func severalCandidatesAreListed() throws {
    let shell = try ShellSession()
    try shell.type(".to")
    try shell.type("\u{15}.ma\t")
    try shell.wait("the only one") { $0.lineToCursor.hasSuffix(".maxrows ") }
    try shell.type("\u{15}.so\t\u{15}.s\t")
    try shell.wait(for: "schema")
    for name in [".schema", ".sources", ".sinks", ".stop", ".save", ".set", ".shell"] {
      #expect(shell.screen.text.contains(name))
    }
    try shell.type("\u{3}")
    #expect(try shell.leave() == 0)
  }

  @Test func aPastedScriptRuns() throws {
    let shell = try ShellSession(rows: 40)
    let script = (1...30).map { "SELECT \($0) AS n,\n  \($0 * $0) AS square;" }.joined(separator: "\n")
    try shell.type(".mode csv\r")
    try shell.waitForPrompt()
    try shell.type("\u{1B}[200~\(script)\u{1B}[201~")
    try shell.wait(for: "900 AS square;")
    try shell.type("\r")
    try shell.wait(for: "30,900")
    let lines = shell.screen.whole.split(separator: "\n")
    for n in 1...30 { #expect(lines.contains("\(n),\(n * n)")) }
    #expect(try shell.leave() == 0)
  }

  @Test func misspeltCommandsAndNamesGetAHint() throws {
    let shell = try ShellSession()
    try shell.type(".tabels\r")
    try shell.wait(for: "did you mean \".tables\"?")
    try shell.type("SELECT lenght('a');\r")
    try shell.wait(for: "did you mean \"length\"?")
    #expect(try shell.leave() == 0)
  }

  @Test func theStartScriptRuns() throws {
    let shell = try ShellSession(rc: ".mode csv\nCREATE TEMP VIEW one AS SELECT 1 AS x;\n")
    try shell.type("SELECT * FROM one;\r")
    try shell.wait(for: "x\n1\n")
    #expect(try shell.leave() == 0)
  }

  @Test func everyCommandHasHelpAndRefusesNonsenseKindly() throws {
    let shell = try ShellSession(columns: 120, rows: 60)
    try shell.type(".help\r")
    try shell.wait(for: ".quit")
    for name in [
      "help", "tables", "schema", "functions", "sources", "sinks", "queries", "mode", "live", "width", "maxrows", "nullvalue",
      "timer", "pager", "output", "read", "edit", "watch", "explain", "why", "progress", "top", "chart", "peek", "late",
      "errors", "bg", "fg", "stop", "save", "load", "set", "echo", "shell", "cd", "prompt", "history", "version", "quit",
    ] {
      #expect(shell.screen.text.contains("\n.\(name)"), "\(name)")
    }
    try shell.type(".why\r")
    try shell.wait(for: "no query is running")
    try shell.type(".width wide\r")
    try shell.wait(for: "expected a number from 10")
    #expect(try shell.leave() == 0)
  }

  /// Each: what is typed before TAB, and what must be listed or put in.
  @Test func completionKnowsTheContext() throws {
    let shell = try ShellSession(columns: 120, rows: 40)
    let typed: [(String, inserted: String)] = [
      ("SHOW CONN", "SHOW CONNECTORS "), ("DROP MATERIALIZED VI", "DROP MATERIALIZED VIEW "), ("CREATE AGG", "CREATE AGGREGATE "),
      ("STOP ", "STOP QUERY "), ("SELECT 1 OUTPUT ", "SELECT 1 OUTPUT MODE "), ("SELECT 1 OUTPUT MODE COM", "SELECT 1 OUTPUT MODE COMPLETE "),
      ("SELECT 1 TRIGGER AV", "SELECT 1 TRIGGER AVAILABLE NOW "), ("INSERT INTO cons", "INSERT INTO console "),
      ("SELECT * FROM rate(rowsP", "SELECT * FROM rate(rowsPerSecond => "),
      ("SELECT * FROM read_files('x', header", "SELECT * FROM read_files('x', header => "),
      ("SET spark.sql.an", "SET spark.sql.ansi.enabled "), ("EXPLAIN ANA", "EXPLAIN ANALYZE "),
      ("CREATE TABLE t (a INT) WITH ('connector' = 'files", "CREATE TABLE t (a INT) WITH ('connector' = 'filesystem'"),
      ("CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'quoteA", "CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'quoteAll' = "),
      (".help maxr", ".help maxrows "), (".sources rate-", ".sources rate-micro-batch "), (".chart li", ".chart line "),
      (".chart line SELE", ".chart line SELECT "), (".help nexm", ".help nexmark "), ("SELECT * FROM system.que", "SELECT * FROM system.queries "),
      ("INSERT INTO console SEL", "INSERT INTO console SELECT "), ("START QUERY q IN", "START QUERY q INTO "), ("CREATE VIEW v ", "CREATE VIEW v AS "),
      ("AWAIT QUERY q ", "AWAIT QUERY q FOR "), ("SELECT 1 |> EX", "SELECT 1 |> EXTEND "), (".help session_w", ".help session_window "),
    ]
    for (text, inserted) in typed {
      try shell.type(text + "\t")
      try shell.wait("\(text) completed") { $0.lineToCursor.hasSuffix("> " + inserted) }
      try shell.type("\u{15}")
      try shell.waitForPrompt()
    }
    #expect(try shell.leave() == 0)
  }

  @Test func interruptInTheMiddleOfSeveralLinesLeavesNothingBehind() throws {
    let shell = try ShellSession()
    try shell.type("SELECT 'a\rb' AS x")
    try shell.wait(for: "b' AS x")
    try shell.type("\u{1B}[A\u{3}")
    try shell.waitForPrompt()
    #expect(shell.screen(from: "SELECT") == "streamsql> SELECT 'a\n      ...> b' AS x^C\nstreamsql>")
    #expect(try shell.leave() == 0)
  }

  @Test func aTerminalThatCannotMoveItsCursorHasContinuationLines() throws {
    let shell = try ShellSession(environment: ["TERM": "dumb"])
    try shell.type("SELECT 40\r")
    try shell.wait("the continuation prompt") { $0.lineToCursor == "      ...> " }
    try shell.type("+ 2 AS x;\r")
    try shell.wait(for: "│ 42 │")
    #expect(try shell.leave() == 0)
  }

  @Test func charactersAreUtf8InAnyLocale() throws {
    let shell = try ShellSession(environment: ["NO_COLOR": "1", "LANG": "C", "LC_ALL": "C"])
    try shell.type("SELECT 'ñé\u{7F}o' AS x;\r")
    try shell.wait(for: "│ ño │")
    #expect(try shell.leave() == 0)
  }

  @Test func theHelpFitsTheScreen() throws {
    let shell = try ShellSession(columns: 60, rows: 70)
    try shell.type(".help\r")
    try shell.wait(for: "\n.quit")
    try shell.waitForPrompt()
    #expect(
      shell.screen.text.contains(
        """
        .chart [bar|line|histogram|sparkline|unicode|ascii] [SQL]
                                  draw a result as a chart: of a
                                  query, or the last one
        .peek [QUERY]             the result of a query so far,
                                  first rows
        """))
    #expect(try shell.leave() == 0)
  }

  @Test func settingsSayWhatTheyAre() throws {
    let shell = try ShellSession()
    for (command, answer) in [
      (".timer on", "timer: on"), (".live off", "live: off"), (".maxrows 7", "maxrows: 7"), (".maxrows", "maxrows: 7"),
      (".width 40", "width: 40 columns"), (".width", "width: that of the screen"), (".nullvalue -", "nullvalue: \"-\""),
      (".pager off", "pager: off"), (".pager false", "pager: off"), (".pager cat", "pager: cat"),
    ] {
      try shell.type(command + "\r")
      try shell.wait("\(answer)") { $0.text.contains("> \(command)\n\(answer)\n") && $0.lineToCursor == "streamsql> " }
    }
    #expect(try shell.leave() == 0)
  }

  @Test(arguments: ["exit", "QUIT;", " quit ; "]) func aPlainWordLeaves(word: String) throws {
    let shell = try ShellSession()
    try shell.type("help\r")
    try shell.wait(for: "ADVANCE.")
    try shell.waitForPrompt()
    try shell.type("\\x\r")
    try shell.wait(for: "hint: .mode line shows a row as lines")
    try shell.waitForPrompt()
    try shell.type("exit\u{1}SELECT 1 AS \u{5};\r")
    try shell.wait(for: "│ exit │")
    try shell.waitForPrompt()
    #expect(try shell.leave(by: word + "\r") == 0)
  }

  @Test func aStartScriptThatIsNamedMustBeThere() throws {
    let shell = try ShellSession(arguments: ["--init", "/nonexistent/rc"])
    try shell.wait(for: "error[PATH_NOT_FOUND]: script /nonexistent/rc cannot be opened")
    try shell.waitForPrompt()
    #expect(try shell.leave() == 0)
  }

  @Test func theStartScriptGoesOnAfterAnError() throws {
    let shell = try ShellSession(rc: "SELECT bogus;\n.mode nope\n.timer on\n")
    try shell.wait(for: "error[UNRESOLVED_COLUMN]")
    try shell.wait(for: "error[UNKNOWN_OUTPUT_MODE]")
    try shell.type("SELECT 1 AS x;\r")
    try shell.wait(for: "time: ")
    #expect(try shell.leave() == 0)
  }

  @Test func aCompletionRepeatsNothing() throws {
    let shell = try ShellSession()
    try shell.type("SELECT coun(*)\u{1B}[D\u{1B}[D\u{1B}[Dt\u{7F}\t")
    try shell.wait("one parenthesis") { $0.text.hasSuffix("> SELECT count(*)") || $0.text.hasSuffix("> SELECT coun(*)") }
    try shell.type("\u{5}\u{15}CREATE STREAM words (word STRING) USING memory;\r")
    try shell.wait(for: "created stream")
    try shell.waitForPrompt()
    try shell.type("SELECT wo FROM words;\u{1}" + String(repeating: "\u{1B}[C", count: 9) + "rd\u{7F}\u{7F}")
    try shell.type("r\t")
    try shell.wait(for: "> SELECT word FROM words;")
    try shell.type("\u{3}")
    #expect(try shell.leave() == 0)
  }
}
