import Connectors
import Diagnostics
import Engine
import Foundation
import SQLSyntax
import Testing

/// The option `reread`: the static side of a join follows its files from step to step, and nothing else is forgotten.
@Suite struct RereadTests {
  @Test(arguments: CorpusConfiguration.all) func changedFilesAreSeen(_ configuration: CorpusConfiguration) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("reread-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ file: String, _ rows: [String]) throws {
      try rows.map { $0 + "\n" }.joined().write(
        to: folder.appendingPathComponent(file), atomically: true, encoding: .utf8)
    }
    try write("a.csv", ["1,ann", "2,bob"])
    let transcript = Transcript()
    let session = Session(
      options: configuration.options, presenter: transcript,
      environment: ConnectorEnvironment(zoneName: "UTC", output: transcript, isStdinData: false),
      connectors: transcript.connectors)
    defer { session.shutDown() }
    func run(_ sql: String) {
      _ = ScriptRunner(session: session, command: { _, _, _ in }, notice: { _ in })
        .run(SourceText(name: "reread", text: sql)) { error, source in
          Issue.record("\(error.rendered(in: source))")
          return false
        }
    }
    let options = "header 'false', path '\(folder.path)/'"
    run(
      """
      CREATE STREAM ev (id INT) USING memory;
      CREATE TABLE users (id INT, name STRING) USING csv OPTIONS (\(options), reread 'true');
      CREATE TABLE once (id INT, name STRING) USING csv OPTIONS (\(options));
      START QUERY q INTO console AS
        SELECT 'row', e.id, u.name, o.name AS once, c.most FROM ev e
        LEFT JOIN users u ON e.id = u.id LEFT JOIN once o ON e.id = o.id CROSS JOIN (SELECT count(*) AS most FROM users) c;
      START QUERY p INTO console AS
        SELECT 'sum', u.name, count(*) AS n FROM ev e LEFT JOIN users u ON e.id = u.id GROUP BY u.name OUTPUT MODE UPDATE;
      INSERT INTO ev VALUES (1), (3);
      PROCESS;
      INSERT INTO ev VALUES (2);
      PROCESS;
      """)
    try write("b.csv", ["3,cem"])
    run("INSERT INTO ev VALUES (3), (4); PROCESS;")
    try write("a.csv", ["2,bert the second"])
    run("INSERT INTO ev VALUES (2), (1); PROCESS; INSERT INTO ev VALUES (5); PROCESS;")
    let lines = transcript.text.split(separator: "\n").map(String.init)
    #expect(
      lines.filter { $0.hasPrefix("row") } == [
        "row\t1\tann\tann\t2", "row\t3\tNULL\tNULL\t2", "row\t2\tbob\tbob\t2", "row\t3\tcem\tNULL\t3",
        "row\t4\tNULL\tNULL\t3", "row\t2\tbert the second\tbob\t2", "row\t1\tNULL\tann\t2", "row\t5\tNULL\tNULL\t2",
      ], "\(configuration.name): \(transcript.text)")
    #expect(
      lines.filter { $0.hasPrefix("sum") } == [
        "sum\tann\t1", "sum\tNULL\t1", "sum\tbob\t1", "sum\tNULL\t2", "sum\tcem\t1", "sum\tNULL\t3",
        "sum\tbert the second\t1", "sum\tNULL\t4",
      ], "\(configuration.name): \(transcript.text)")
  }
}
