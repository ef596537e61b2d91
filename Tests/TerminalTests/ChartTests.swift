import ProcessTesting
import Testing

/// Charts as the terminal shows them.
struct ChartTests {
  /// What `.chart` draws for a query in a terminal without colours.
  private func drawn(_ command: String, columns: Int = 40, rows: Int = 40) throws -> String {
    let shell = try ShellSession(columns: columns, rows: rows)
    if command.hasPrefix("ascii ") { try shell.type(".chart ascii\r") }
    try shell.waitForPrompt()
    try shell.type("\u{0C}.chart \(command.trimmingPrefix("ascii "))\r")
    try shell.wait("the chart") { !$0.text.hasPrefix("streamsql 0") && $0.lineToCursor == "streamsql> " && $0.row > 0 }
    let typed = "streamsql> .chart ".count + command.trimmingPrefix("ascii ").count
    let lines = shell.screen.text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(try shell.leave() == 0)
    return lines.dropFirst((typed + columns - 1) / columns).dropLast().joined(separator: "\n")
  }

  @Test func valuesOfAKeyAreSeries() throws {
    let query = "line SELECT id DIV 2 AS t, if(id%2=0, 'in','漢字') AS k, id % 7 + id % 2 * 5 AS v FROM range(40)"
    #expect(
      try drawn(query) == """
        11 ┤           ○           ○
           ┤   ○      ○○    ○     ○○     ○
           ┤  ○○     ○ ○   ○○     ○○    ○○     ○
           ┤ ○ ○    ○  ○  ○ ○    ○  ○  ○ ○    ○
           ┤○   ○  ○   ○ ○   ○  ○   ○ ○   ○  ○
           ┤○   ○●○     ○    ○●○     ○    ○●○
           ┤    ●●           ●●           ●●
           ┤   ● ●     ●    ● ●    ●     ● ●
           ┤   ●  ●   ●●    ●  ●  ●●     ●  ●
           ┤  ●   ●  ● ●   ●   ●  ●●    ●   ●  ●
           ┤ ●    ● ●  ●  ●    ● ●  ●  ●    ● ●
           ┤●      ●   ● ●      ●   ● ●      ●
         0 ┤●           ●            ●
            0                                 19
        ● in   ○ 漢字
        """)
  }

  /// Kind and characters stand in any order, a kind may be cut short.
  @Test(arguments: ["ascii bar", "bar ascii", "ascii"]) func wordsBeforeTheStatement(words: String) throws {
    let shell = try ShellSession(columns: 40)
    try shell.type(".chart \(words) SELECT 'a' AS k, 3\r")
    try shell.wait(for: "a |################################## 3")
    try shell.waitForPrompt()
    try shell.type(".chart hist unicode SELECT 1\r")
    try shell.wait(for: "1 – 1 │█")
    #expect(try shell.leave() == 0)
  }

  @Test func columnsOfNumbersAreSeriesWithMarksOfASCII() throws {
    #expect(
      try drawn("ascii line SELECT id, id*id AS sq, id*10 AS li FROM range(12)") == """
        121 |                                  *
            |                                **o
            |                              **oo
            |                           oo*
            |                        ooo**
            |                     ooo  *
            |                  ooo   **
            |               ooo   ***
            |            ooo   ***
            |         ooo     *
            |      ooo   *****
            |   ooo   ***
          0 |*********
             0                                11
        * sq   o li
        """)
  }

  @Test func coloursTellSeriesApart() throws {
    let shell = try ShellSession(columns: 60, environment: ["TERM": "xterm-256color"])
    try shell.type(".chart line SELECT id, id AS up, -id AS down FROM range(9)\r")
    try shell.wait(for: "━ up   ━ down")
    #expect(shell.screen.text.contains("⠤"))
    #expect(try shell.leave() == 0)
  }

  @Test func gapsEqualValuesAndNoRows() throws {
    let gap = try drawn("line SELECT id, if(id % 5 = 3, NULL, id) AS v FROM range(11)", rows: 20).split(separator: "\n")
    #expect(gap.first == "10 ┤                                 ⢀⠤⠊")
    let equal = try drawn("line SELECT 5 AS x FROM range(3)", rows: 9).split(separator: "\n")
    #expect(equal.filter { $0.hasPrefix("5 ┤⠉⠉⠉") || $0.hasPrefix("5 ┤⣀⣀⣀") }.count == 1)
    #expect(try drawn("line SELECT 1.25 AS x", rows: 9).split(separator: "\n").filter { $0.hasPrefix("1.3 ┤") }.count == 1)
    #expect(try drawn("line SELECT 1 AS x WHERE false") == "no rows yet")
    #expect(try drawn("bar SELECT 'a' AS x") == "a chart needs a column of numbers; this\nresult has x")
    #expect(try drawn("line SELECT double('NaN') AS x") == "no number in the column x")
  }

  @Test func whatIsNoNumberHasABarOfItsTextAlone() throws {
    let query =
      "bar SELECT 'a' AS k, double('NaN') AS v UNION ALL SELECT '漢字', double('inf') UNION ALL SELECT 'c', -3 UNION ALL SELECT 'd', 4 UNION ALL SELECT 'e', NULL"
    #expect(
      try drawn(query) == """
           a │ NaN
        漢字 │ Infinity
           c │░░░░░░░░░░░░░░░░░░ -3.0
           d │████████████████████████ 4.0
           e │ NULL
        """)
  }

  /// The range of the values is more than a number holds.
  @Test func aHistogramOfExtremes() throws {
    let query = "histogram SELECT CASE WHEN id=0 THEN -1.7e308 WHEN id=1 THEN 1.7e308 WHEN id=2 THEN double('NaN') ELSE 0 END AS v FROM range(20)"
    #expect(
      try drawn(query) == """
        ≥-1.70e308 │█▍ 1
        ≥-1.13e308 │ 0
        ≥-5.67e307 │ 0
                ≥0 │████████████████████████ 17
         ≥5.67e307 │ 0
         ≥1.13e308 │█▍ 1
        1 row without a finite number
        """)
    let line = try drawn("line SELECT if(id % 2 = 0, -1.7e308, 1.7e308) AS v FROM range(20)", rows: 20).split(separator: "\n")
    #expect(line.first?.hasPrefix(" 1.70e308 ┤") == true)
    #expect(line.dropLast().last?.hasPrefix("-1.70e308 ┤") == true)
  }

  @Test func sparklinesHaveNames() throws {
    #expect(
      try drawn("sparkline SELECT id, id * 2 AS twice, -id AS m FROM range(10)") == """
        twice ▁▁▂▃▄▅▆▇██
        m     ██▇▆▅▄▃▂▁▁
        """)
  }

  /// Nothing is wider or higher than the screen: each ends as it should above the prompt.
  @Test(arguments: [(20, 5), (12, 6), (30, 4)]) func smallScreens(columns: Int, rows: Int) throws {
    for (query, end) in [
      ("bar SELECT id, id * 1000000 AS v FROM range(10)", "… and"), ("line SELECT id, id * 1000000 AS v, 3 AS w FROM range(10)", "● v   ○ w"),
      ("histogram SELECT id FROM range(10)", " 4"), ("sparkline SELECT id, id AS j FROM range(10)", "j "),
    ] {
      let shell = try ShellSession(columns: columns, rows: rows)
      try shell.type("\u{0C}.chart \(query)\r")
      try shell.wait("the end of the chart and the prompt") { screen in
        let lines = screen.text.split(separator: "\n")
        return lines.count > 1 && lines[lines.count - 2].contains(end) && screen.lineToCursor == "streamsql> "
      }
      #expect(try shell.leave() == 0)
    }
  }

  @Test func aLiveChartHeedsTheSize() throws {
    let shell = try ShellSession(columns: 60, rows: 20)
    try shell.type(".chart line SELECT value, value * 2 AS twice FROM rate(rowsPerSecond => 50)\r")
    try shell.wait("a chart") { $0.text.contains("● value") || $0.text.contains("● twice") || $0.text.contains("┤") }
    try shell.wait("labels at the right") { $0.text.split(separator: "\n").contains { $0.hasPrefix(" ") && $0.count > 50 && $0.last?.isNumber == true } }
    shell.terminal.resize(columns: 30, rows: 10)
    try shell.wait("labels at the new right") { screen in
      screen.text.split(separator: "\n").contains { $0.hasPrefix(" ") && (20...30).contains($0.count) && $0.last?.isNumber == true }
    }
    try shell.type("q")
    #expect(try shell.leave() == 0)
  }
}
