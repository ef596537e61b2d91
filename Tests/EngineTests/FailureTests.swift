import Connectors
import Diagnostics
import Engine
import Glibc
import SQLSyntax
import Synchronization
import Testing

/// A query in the background that fails is told of, whoever ends when.
struct FailureTests {
  private func session(_ sql: String) -> Session {
    let transcript = Transcript()
    let session = Session(
      options: SessionOptions(usesVirtualClock: true), presenter: transcript,
      environment: ConnectorEnvironment(zoneName: "UTC", output: transcript, isStdinData: false),
      connectors: transcript.connectors)
    run(sql, in: session)
    return session
  }

  private func run(_ sql: String, in session: Session) {
    let runner = ScriptRunner(session: session, command: { _, _, _ in }, notice: { _ in })
    _ = runner.run(SourceText(name: "s", text: sql)) { error, source in
      Issue.record("\(error.rendered(in: source))")
      return false
    }
  }

  private static let failing = """
    CREATE STREAM s (v INT) USING memory;
    START QUERY a INTO blackhole AS SELECT 1 / v AS x FROM s;
    START QUERY b INTO blackhole AS SELECT CAST('x' || v AS INT) AS x FROM s;
    START QUERY c INTO blackhole AS SELECT v FROM s;
    """

  /// A session may end as soon as its queries are over: by then all has been said.
  @Test func whoeverSeesTheEndHasBeenTold() throws {
    let session = session(Self.failing)
    let told = Mutex<[String]>([])
    session.onFailure = { name, _ in
      usleep(100_000)
      told.withLock { $0.append(name) }
    }
    run("INSERT INTO s VALUES (0);", in: session)
    session.shutDown()
    #expect(told.withLock { $0 } == ["a", "b"])
  }

  @Test func theEndOfAScriptTellsOfAll() {
    let session = session(Self.failing + "INSERT INTO s VALUES (0);")
    #expect(session.finishAll().map(\.errorClass) == ["DIVIDE_BY_ZERO", "CAST_INVALID_INPUT"])
    #expect(session.shutDown().isEmpty)
  }

  @Test func anEndInTheMiddleTellsOfAll() {
    let session = session(Self.failing + "INSERT INTO s VALUES (0);")
    #expect(session.shutDown().map(\.errorClass) == ["DIVIDE_BY_ZERO", "CAST_INVALID_INPUT"])
  }

  @Test func aNameThatIsUsedAgainHidesNothing() {
    let session = session(
      Self.failing + "INSERT INTO s VALUES (0); START QUERY a INTO blackhole AS SELECT v FROM s; STOP QUERY c;")
    #expect(session.finishAll().map(\.errorClass) == ["DIVIDE_BY_ZERO", "CAST_INVALID_INPUT"])
  }

  @Test func whatAStatementHasToldIsNotToldAgain() {
    let session = session(Self.failing)
    let runner = ScriptRunner(session: session, command: { _, _, _ in }, notice: { _ in })
    var told: [String] = []
    _ = runner.run(SourceText(name: "s", text: "INSERT INTO s VALUES (0); AWAIT QUERY a; STOP QUERY b;")) { error, _ in
      told.append(error.errorClass)
      return true
    }
    #expect(told == ["DIVIDE_BY_ZERO", "CAST_INVALID_INPUT"])
    #expect(session.finishAll().isEmpty)
  }
}
