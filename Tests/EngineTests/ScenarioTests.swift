import Connectors
import Diagnostics
import Engine
import Foundation
import Testing

/// A stream, a query and what comes out micro-batch by micro-batch, recorded from Spark into `Scenarios/*.txt`.
///
/// A scenario is `=== name`, a line that says what it is about, then
///
///     stream NAME (COLUMNS)           table NAME (COLUMNS), its rows indented below
///     set KEY = VALUE
///     query SELECT … OUTPUT MODE …
///     batch
///       NAME {a row that arrives}
///       > {a row that is emitted}
///
/// A source is replayed as a folder with one file a micro-batch, an empty one where it has no rows. The order of rows in a
/// micro-batch is free.
struct Scenario: CustomTestStringConvertible, Sendable {
  var file: String
  var name: String
  var statements: [String] = []
  var streams: [String] = []
  var tables: [String: [String]] = [:]
  var query = ""
  var batches: [(arriving: [(source: String, row: String)], emitted: [String])] = []
  var testDescription: String { "\(file): \(name)" }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Scenarios")

  static let all: [Scenario] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".txt") }.sorted().flatMap { name -> [Scenario] in
      let text = (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
      return ("\n" + text).components(separatedBy: "\n=== ").dropFirst().map { Scenario(file: name, text: $0) }
    }
  }()

  init(file: String, text: String) {
    self.file = file
    let lines = text.components(separatedBy: "\n")
    name = lines[0]
    var table = ""
    for line in lines.dropFirst(2) where !line.isEmpty {
      let (head, rest) = Self.cut(line.trimmingCharacters(in: .whitespaces))
      switch (head, line.hasPrefix(" ")) {
      case ("stream", false), ("table", false):
        table = Self.cut(rest).head
        if head == "stream" { streams.append(table) } else { tables[table] = [] }
        statements.append(
          head == "stream"
            ? "CREATE STREAM \(rest) USING json OPTIONS (path '{\(table)}', maxFilesPerTrigger 1)"
            : "CREATE TABLE \(rest) USING json OPTIONS (path '{\(table)}')")
      case ("set", false): statements.append("SET \(rest)")
      case ("query", false): query = rest
      case ("batch", false): batches.append(([], []))
      case (">", true): batches[batches.count - 1].emitted.append(rest)
      case (_, true) where batches.isEmpty: tables[table, default: []].append(line.trimmingCharacters(in: .whitespaces))
      case (_, true): batches[batches.count - 1].arriving.append((head, rest))
      default: Issue.record("\(file): cannot read \(line)")
      }
    }
  }

  private static func cut(_ line: String) -> (head: String, rest: String) {
    guard let space = line.firstIndex(of: " ") else { return (line, "") }
    return (String(line[..<space]), String(line[line.index(after: space)...]))
  }

  /// Writes the sources below `root` and gives the script that replays them.
  func script(below root: URL) throws -> String {
    var script = statements.joined(separator: ";\n")
    for (name, rows) in tables { script = try place(name, files: [rows], below: root, in: script) }
    for name in streams {
      let files = batches.map { $0.arriving.filter { $0.source == name }.map(\.row) }
      script = try place(name, files: files, below: root, in: script)
    }
    return script + """
      ;
      START QUERY q INTO console OPTIONS (format 'jsonl') AS \(query) TRIGGER AVAILABLE NOW;
      AWAIT QUERY q;
      """
  }

  private func place(_ name: String, files: [[String]], below root: URL, in script: String) throws -> String {
    let folder = root.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (number, rows) in files.enumerated() {
      let path = folder.appendingPathComponent("\(1000 + number).json").path
      try rows.map { $0 + "\n" }.joined().write(toFile: path, atomically: true, encoding: .utf8)
      // Files are taken by modification time.
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000 + Double(number))], ofItemAtPath: path)
    }
    return script.replacingOccurrences(of: "{\(name)}", with: folder.path + "/")
  }
}

@Suite("Scenarios") struct ScenarioTests {
  @Test("what Spark emits, micro-batch by micro-batch", arguments: CorpusConfiguration.all)
  func sameAsSpark(_ configuration: CorpusConfiguration) throws {
    #expect(Scenario.all.count >= 250)
    for scenario in Scenario.all {
      let root = FileManager.default.temporaryDirectory.appendingPathComponent("scenario-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: root) }
      let lines = run(try scenario.script(below: root), configuration.options)
      var emitted = [[String]](repeating: [], count: scenario.batches.count)
      for line in lines {
        guard let (batch, row) = Self.split(line), batch < emitted.count else {
          Issue.record("\(scenario.testDescription): \(line)")
          continue
        }
        emitted[batch].append(row)
      }
      for (number, batch) in scenario.batches.enumerated() {
        #expect(
          emitted[number].sorted() == batch.emitted.sorted(),
          "\(scenario.testDescription), micro-batch \(number), \(configuration.name)")
      }
    }
  }

  /// A line of the console as the number of its micro-batch and the row without it.
  private static func split(_ line: String) -> (Int, String)? {
    let start = #"{"_batch":"#
    guard line.hasPrefix(start), let comma = line.firstIndex(where: { $0 == "," || $0 == "}" }) else { return nil }
    guard let batch = Int(line[line.index(line.startIndex, offsetBy: start.count)..<comma]) else { return nil }
    return (batch, "{" + line[line.index(after: comma)...])
  }

  private func run(_ script: String, _ options: SessionOptions) -> [String] {
    let transcript = Transcript()
    let session = Session(
      options: options, presenter: transcript,
      environment: ConnectorEnvironment(zoneName: "UTC", output: transcript, isStdinData: false),
      connectors: ConnectorRegistry.builtin)
    defer { session.shutDown() }
    let runner = ScriptRunner(session: session, command: { _, _, _ in }, notice: { _ in })
    _ = runner.run(SourceText(name: "scenario", text: script)) { error, _ in
      transcript.add("! \(error.errorClass) \(error.message)")
      return true
    }
    do throws(SQLError) { try session.finish() } catch { transcript.add("! \(error.errorClass) \(error.message)") }
    return transcript.text.components(separatedBy: "\n").filter { !$0.isEmpty }
  }
}
