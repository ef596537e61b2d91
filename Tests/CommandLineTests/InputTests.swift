import ProcessTesting
import Testing

/// Where statements and data come from (DIALECT §5).
struct InputTests {
  @Test func commandsAndFilesRunInTheOrderGiven() throws {
    let folder = TemporaryFolder()
    folder.file("two.sql", "SELECT 2 AS x;")
    let outcome = try streamsql("-c", "SELECT 1 AS x", "-f", "two.sql", "-c", "SELECT 3 AS x", folder: folder.path)
    #expect(outcome.output == "x\n1\nx\n2\nx\n3\n")
    #expect(outcome.code == 0)
  }

  @Test func aScriptOnStdin() throws {
    #expect(try streamsql(input: "SELECT 1 AS x; SELECT 2 AS y").output == "x\n1\ny\n2\n")
  }

  @Test func dashIsTheScriptOnStdin() throws {
    #expect(try streamsql("-f", "-", input: "SELECT 1 AS x;").output == "x\n1\n")
  }

  @Test func dotCommandsInScripts() throws {
    let outcome = try streamsql(input: ".mode csv\nSELECT 1 AS x, 'a,b' AS y;\n\\mode jsonl\nSELECT 1 AS x;\n")
    #expect(outcome.output == "x,y\n1,\"a,b\"\n{\"x\":1}\n")
    #expect(outcome.code == 0)
  }

  @Test func aScriptOnStdinLeavesNoData() throws {
    let outcome = try streamsql("-f", "-", input: "SELECT * FROM stdin;")
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("STDIN_IS_SCRIPT"))
    #expect(outcome.output == "")
  }

  @Test func pipedStdinIsDataWithSQL() throws {
    #expect(try streamsql("SELECT value FROM stdin WHERE value <> 'b'", input: "a\nb\nc\n").output == "value\na\nc\n")
    #expect(try streamsql("-c", "SELECT value FROM stdin", input: "a").output == "value\na\n")
  }

  @Test func rowsComeOutWhileThePipeIsOpen() throws {
    let child = try startStreamsql("SELECT value FROM stdin WHERE value LIKE '%ERROR%'")
    try child.send("all is well\nERROR one\n")
    try child.waitUntil("the first row") { $0.output == "value\nERROR one\n" }
    try child.send("ERROR two\n")
    try child.waitUntil("the second row") { $0.output == "value\nERROR one\nERROR two\n" }
    child.closeInput()
    #expect(try child.wait().code == 0)
  }

  @Test func countsComeOutWhileThePipeIsOpen() throws {
    let child = try startStreamsql("-m", "jsonl", "SELECT value, count(*) AS n FROM stdin GROUP BY value")
    try child.send("a\n")
    try child.waitUntil("a count") { $0.output == "{\"value\":\"a\",\"n\":1}\n" }
    try child.send("a\n")
    try child.waitUntil("its update") { $0.output.hasSuffix("{\"value\":\"a\",\"n\":2}\n") }
    child.closeInput()
    #expect(try child.wait().code == 0)
  }

  @Test func variablesAreReplacedBeforeLexing() throws {
    let outcome = try streamsql("-D", "COLUMN=x", "-D", "N=7", "SELECT ${N} AS ${COLUMN}, '$${N}' AS y")
    #expect(outcome.output == "x\ty\n7\t${N}\n")
  }

  @Test func anUndefinedVariableIsAnError() throws {
    let outcome = try streamsql("SELECT ${MISSING}")
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("MISSING"))
  }
}
