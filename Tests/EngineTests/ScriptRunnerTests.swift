import Connectors
import Diagnostics
import Engine
import SQLSyntax
import Testing

struct ScriptRunnerTests {
  /// Runs a script that stops at its first error; the errors that it reports as `line: class`.
  private func errors(of sql: String) -> [String] {
    let transcript = Transcript()
    let session = Session(
      options: SessionOptions(usesVirtualClock: true), presenter: transcript,
      environment: ConnectorEnvironment(zoneName: "UTC", output: transcript, isStdinData: false),
      connectors: transcript.connectors)
    defer { session.shutDown() }
    var errors: [String] = []
    let runner = ScriptRunner(session: session, command: { _, _, _ in }, notice: { _ in })
    _ = runner.run(SourceText(name: "s", text: sql)) { error, source in
      errors.append("\(error.rendered(in: source).split(separator: ":")[1]): \(error.errorClass)")
      return false
    }
    return errors
  }

  @Test func allParseErrorsOfAScriptAreReported() {
    #expect(
      errors(of: "SELECT 1;\nSELEC 2;\nSELECT 3;\n.mode csv\nSELECT (4;\nSELECT unknown_column;\nSELECT 'x;") == [
        "2: PARSE_SYNTAX_ERROR", "5: PARSE_SYNTAX_ERROR", "7: PARSE_SYNTAX_ERROR",
      ])
  }

  @Test func otherErrorsStopAtOnce() {
    #expect(errors(of: "SELECT no_such_column;\nSELEC 2;") == ["1: UNRESOLVED_COLUMN"])
  }

  @Test func theDialectCountsInWhatIsNotRun() {
    // In the ANSI dialect "x" is a name, which cannot stand behind LIKE … ESCAPE.
    let rest = "SELECT a LIKE b ESCAPE \"x\";"
    #expect(errors(of: "SELEC 1;\n" + rest) == ["1: PARSE_SYNTAX_ERROR"])
    #expect(errors(of: "SELEC 1;\nSET dialect = ansi;\n" + rest) == ["1: PARSE_SYNTAX_ERROR", "3: PARSE_SYNTAX_ERROR"])
  }

  @Test func nothingBeginsAfterAnInterruptUntilItIsForgotten() throws {
    let transcript = Transcript()
    let session = Session(
      options: SessionOptions(), presenter: transcript,
      environment: ConnectorEnvironment(zoneName: "UTC", output: transcript, isStdinData: false),
      connectors: transcript.connectors)
    defer { session.shutDown() }
    var commands = 0
    let runner = ScriptRunner(session: session, command: { _, _, _ in commands += 1 }, notice: { _ in })
    let text = SourceText(name: "s", text: ".one\nCREATE VIEW v AS SELECT 1;\n")
    session.interrupt()
    #expect(!runner.run(text) { _, _ in false })
    #expect(commands == 0 && !session.relationNames.contains("v"))
    session.forgetInterrupt()
    #expect(runner.run(text) { _, _ in false })
    #expect(commands == 1 && session.relationNames.contains("v"))
  }

  @Test func thereIsAnEnd() {
    #expect(errors(of: String(repeating: "SELEC 1;\n", count: 1_000)).count == 21)
  }
}
