import Connectors
import Diagnostics
import Engine
import Foundation
import SQLSyntax
import Testing

/// Files as Spark writes and reads them: INSERT OVERWRITE DIRECTORY, and CHAR columns of what others wrote.
@Suite struct SparkFilesTests {
  /// Runs statements in a folder of their own; `FOLDER` in them is its path.
  private func run(_ sql: String, files: [String: String] = [:]) throws -> (lines: [String], written: (String) -> [String]) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("spark-files-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files { try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8) }
    let transcript = Transcript()
    let session = Session(
      options: SessionOptions(), presenter: transcript,
      environment: ConnectorEnvironment(zoneName: "UTC", output: transcript, isStdinData: false),
      connectors: transcript.connectors)
    defer { session.shutDown() }
    _ = ScriptRunner(session: session, command: { _, _, _ in }, notice: { _ in })
      .run(SourceText(name: "files", text: sql.replacingOccurrences(of: "FOLDER", with: folder.path))) { error, source in
        Issue.record("\(error.rendered(in: source))")
        return false
      }
    var written: [String: [String]] = [:]
    for case let file as String in FileManager.default.enumerator(atPath: folder.path) ?? .init() where file.hasPrefix("out/") {
      if let text = try? String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8) {
        written["out", default: []] += text.split(separator: "\n").map(String.init)
      }
    }
    return (transcript.text.split(separator: "\n").map(String.init), { written[$0] ?? [] })
  }

  @Test func directoryIsReplaced() throws {
    let result = try run(
      """
      INSERT OVERWRITE DIRECTORY 'FOLDER/out' USING csv SELECT 1, 'a' UNION ALL SELECT 2, 'b';
      INSERT OVERWRITE LOCAL DIRECTORY 'FOLDER/out' USING csv OPTIONS (header 'true') SELECT 3 AS x, 'c' AS y;
      """)
    #expect(result.written("out") == ["x,y", "3,c"])
  }

  @Test func csvHasNoHeaderUnlessItIsAskedFor() throws {
    #expect(try run("INSERT OVERWRITE DIRECTORY 'FOLDER/out/' USING csv SELECT 1 AS x, 'a' AS y;").written("out") == ["1,a"])
    #expect(try run("INSERT OVERWRITE DIRECTORY 'FOLDER/out' USING json SELECT 1 AS x;").written("out") == [#"{"x":1}"#])
  }

  /// What pyspark 4.3 shows of the same file: a CHAR gets its blanks, what is too long stays as it is.
  @Test func charOfFilesIsPadded() throws {
    let lines = try run(
      """
      CREATE TABLE t (c CHAR(5), v VARCHAR(3)) USING csv OPTIONS (path 'FOLDER/in.csv', header 'false');
      SELECT concat(c, '|') AS c, concat(v, '|') AS v FROM t;
      SELECT v FROM t WHERE c = 'ab';
      DESCRIBE t;
      """, files: ["in.csv": "ab,xyzw\nabcdefg,x\n"]
    ).lines
    #expect(
      lines == [
        "# c\tv", "ab   |\txyzw|", "abcdefg|\tx|", "# v", "xyzw", "# col_name\tdata_type\tcomment", "c\tchar(5)\tNULL",
        "v\tvarchar(3)\tNULL",
      ])
  }
}
