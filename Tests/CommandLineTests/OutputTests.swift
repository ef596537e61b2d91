import Glibc
import ProcessTesting
import Testing

/// Where rows go and how they look (DIALECT §5).
struct OutputTests {
  private static let sql = "SELECT 1 AS n, 'a' AS s, CAST(NULL AS STRING) AS z"

  @Test(arguments: [
    ("auto", "n\ts\tz\n1\ta\t\n"),
    ("box", "┌───┬───┬──────┐\n│ n │ s │ z    │\n├───┼───┼──────┤\n│ 1 │ a │ NULL │\n└───┴───┴──────┘\n"),
    ("table", "+---+---+------+\n| n | s | z    |\n+---+---+------+\n| 1 | a | NULL |\n+---+---+------+\n"),
    ("csv", "n,s,z\n1,a,\n"),
    ("tsv", "n\ts\tz\n1\ta\t\n"),
    ("json", "[{\"n\":1,\"s\":\"a\",\"z\":null}]\n"),
    ("jsonl", "{\"n\":1,\"s\":\"a\",\"z\":null}\n"),
    ("markdown", "| n | s | z    |\n|--:|---|------|\n| 1 | a | NULL |\n"),
    ("line", "n = 1\ns = a\nz = NULL\n\n"),
    ("insert", "INSERT INTO result (n, s, z) VALUES (1, 'a', NULL);\n"),
    (
      "spark",
      """
      -------------------------------------------
      Batch: 0
      -------------------------------------------
      +---+---+----+
      |  n|  s|   z|
      +---+---+----+
      |  1|  a|NULL|
      +---+---+----+


      """
    ),
    ("changelog", "+I[1, a, NULL]\n"),
    ("trash", ""),
  ])
  func modes(_ mode: String, _ expected: String) throws {
    let outcome = try streamsql("-m", mode, Self.sql)
    #expect(outcome.output == expected)
    #expect(outcome.code == 0)
    #expect(outcome.errors == "")
  }

  @Test func pprintShowsTheTimeOfTheBatch() throws {
    let lines = try streamsql("-m", "pprint", "SELECT 'green' AS w, 3 AS n").output.split(separator: "\n", omittingEmptySubsequences: false)
    let rule = String(repeating: "-", count: 43)
    #expect(lines.first.map(String.init) == rule)
    #expect(lines.dropFirst().first?.hasPrefix("Time: ") == true)
    #expect(lines.dropFirst(2).joined(separator: "\n") == "\(rule)\n('green', 3)\n\n")
  }

  @Test func everyModeOfTheHelpIsTested() throws {
    let help = try streamsql("--help").output
    for mode in ["auto", "box", "table", "csv", "tsv", "json", "jsonl", "markdown", "line", "insert", "spark", "pprint", "changelog", "trash"] {
      #expect(help.contains(mode))
    }
  }

  @Test func rowsGoToAFile() throws {
    let folder = TemporaryFolder()
    let outcome = try streamsql("-o", "rows.csv", "-m", "csv", "SELECT 1 AS x", folder: folder.path)
    #expect(outcome.output == "")
    #expect(Files.read(folder.path + "/rows.csv") == "x\n1\n")
  }

  @Test func aFileThatCannotBeMadeIsAnError() throws {
    let outcome = try streamsql("-o", "/nonexistent/rows.csv", "SELECT 1")
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("/nonexistent/rows.csv"))
  }

  @Test func noEscapeSequencesOutsideATerminal() throws {
    let outcome = try streamsql(input: "SELECT 1 AS x; SELECT nope; ")
    #expect(!outcome.output.contains("\u{1B}"))
    #expect(!outcome.errors.contains("\u{1B}"))
  }

  @Test func colorOfErrorsCanBeForcedAndForbidden() throws {
    #expect(try streamsql("--color", "always", "SELECT nope").errors.contains("\u{1B}["))
    #expect(!(try streamsql("--color", "never", "SELECT nope").errors.contains("\u{1B}[")))
    let quiet = try streamsql("--color", "auto", "SELECT nope", environment: ["NO_COLOR": "1"])
    #expect(!quiet.errors.contains("\u{1B}["))
  }

  @Test func aClosedPipeEndsQuietly() throws {
    let child = try startStreamsql("SELECT id FROM range(10000000)")
    child.closeInput()
    try child.waitUntil("rows") { $0.output.contains("\n10\n") }
    child.closeOutput()
    let outcome = try child.wait()
    #expect(outcome.code == 0)
    #expect(outcome.errors == "")
  }

  @Test func aClosedPipeEndsAnEndlessQuery() throws {
    let child = try startStreamsql("SELECT value FROM rate(rowsPerSecond => 100)")
    child.closeInput()
    try child.waitUntil("a row") { $0.output.contains("\n0\n") }
    child.closeOutput()
    let outcome = try child.wait()
    #expect(outcome.code == 0)
    #expect(outcome.errors == "")
  }

  @Test func aFullDiskIsAnError() throws {
    let outcome = try streamsql("SELECT 1", outputPath: "/dev/full")
    #expect(outcome.code == 3)
    #expect(outcome.errors.contains("No space left on device"))
  }
}
