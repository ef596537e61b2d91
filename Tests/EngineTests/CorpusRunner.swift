import Columnar
import Connectors
import Diagnostics
import Engine
import Foundation
import Planning
import SQLSyntax
import Testing

/// One corpus case: statements, and the text they print.
///
/// A file holds cases `=== name`, then SQL, then `---`, then the expected output: rows tab-separated, NULL as `NULL`,
/// one header line a result that starts with `#`; steps of a started query after `step N`; errors as `! CLASS message`.
struct CorpusCase: CustomTestStringConvertible, Sendable {
  let file: String
  let name: String
  let sql: String
  let expected: String
  var testDescription: String { "\(file): \(name)" }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus")

  static let all: [CorpusCase] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".slt") }.sorted().flatMap { cases(in: $0) }
  }()

  /// Puts today's answers into the files.
  static func rewrite() throws {
    let answers = CorpusConfiguration.all[0].options
    for (file, cases) in Dictionary(grouping: all, by: \.file) {
      let text = cases.map { testCase in
        "=== \(testCase.name)\n\(testCase.sql)\n---\n\(runScript(testCase.sql, answers))\n"
      }
      try text.joined(separator: "\n").write(
        to: folder.appendingPathComponent(file), atomically: true, encoding: .utf8)
    }
  }

  private static func cases(in file: String) -> [CorpusCase] {
    let text = (try? String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)) ?? ""
    return ("\n" + text).components(separatedBy: "\n=== ").dropFirst().map { section in
      let parts = section.components(separatedBy: "\n---\n")
      let lines = parts[0].split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      let expected = parts.count > 1 ? parts[1].trimmingCharacters(in: .newlines) : ""
      return CorpusCase(
        file: file, name: String(lines[0]), sql: lines.count > 1 ? String(lines[1]) : "", expected: expected)
    }
  }
}

/// A way to run the corpus that must not change any answer.
struct CorpusConfiguration: CustomTestStringConvertible, Sendable {
  let name: String
  var workers = 1
  var batchRowsMax = Batch.rowsMax
  var restores = false
  var optimizes = true
  var testDescription: String { name }

  static let all = [
    CorpusConfiguration(name: "default"),
    CorpusConfiguration(name: "batches of one row", batchRowsMax: 1),
    CorpusConfiguration(name: "two workers", workers: 2),
    CorpusConfiguration(name: "two workers, batches of one row", workers: 2, batchRowsMax: 1),
    CorpusConfiguration(name: "restore after every step", restores: true),
    CorpusConfiguration(name: "restore after every step, two workers", workers: 2, restores: true),
    CorpusConfiguration(name: "optimizer off", optimizes: false),
  ]

  var options: SessionOptions {
    var options = SessionOptions(workers: workers, usesVirtualClock: true, isOptimizing: optimizes)
    options.checks.batchRowsMax = batchRowsMax
    options.checks.restoresAfterEveryStep = restores
    return options
  }
}

/// Runs a script and gives back what it prints.
func runScript(_ sql: String, _ options: SessionOptions) -> String {
  let transcript = Transcript()
  let session = Session(
    options: options, presenter: transcript,
    environment: ConnectorEnvironment(zoneName: "UTC", output: transcript, isStdinData: false),
    connectors: transcript.connectors)
  defer { session.shutDown() }
  let runner = ScriptRunner(session: session, command: { _, _, _ in }, notice: { _ in })
  _ = runner.run(SourceText(name: "test", text: sql)) { error, _ in
    transcript.add("! \(error.errorClass) \(error.message)")
    return true
  }
  do throws(SQLError) { try session.finish() } catch { transcript.add("! \(error.errorClass) \(error.message)") }
  return transcript.text
}

/// Prints results as lines, without the shell's formats.
// @unchecked Sendable: `lines` is behind `lock`.
final class Transcript: ResultPresenter, OutputStreamSink, @unchecked Sendable {
  private let lock = NSLock()
  private var lines: [String] = []

  func add(_ line: String) { lock.withLock { lines.append(line) } }
  var text: String { lock.withLock { lines.joined(separator: "\n") } }

  func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) { add(String(decoding: bytes, as: UTF8.self)) }
  func flush() throws(SQLError) {}
  var isTerminal: Bool { false }

  func sink(for result: ResultShape) throws(SQLError) -> any Sink {
    TranscriptSink(self, schema: result.schema, showsSteps: !result.isBounded)
  }

  /// The built-in connectors with a console that prints into the transcript.
  var connectors: ConnectorRegistry {
    var registry = ConnectorRegistry.builtin
    registry.add(
      ConnectorDefinition(
        "console", "prints into the test", options: [OptionDefinition("format", .string, "ignored")],
        sink: SinkFactory { [self] request throws(SQLError) in
          TranscriptSink(self, schema: request.schema, showsSteps: true)
        }))
    return registry
  }
}

private final class TranscriptSink: Sink {
  private let transcript: Transcript
  private let schema: Schema
  private let showsSteps: Bool
  private var hasHeader = false

  init(_ transcript: Transcript, schema: Schema, showsSteps: Bool) {
    self.transcript = transcript
    self.schema = schema
    self.showsSteps = showsSteps
  }

  private func header() {
    if !hasHeader { transcript.add("# " + schema.names.joined(separator: "\t")) }
    hasHeader = true
  }

  func begin(_ step: StepInfo) throws(SQLError) {
    header()
    if showsSteps { transcript.add("step \(step.batchNumber)") }
  }

  func write(_ rows: ResultRows) throws(SQLError) {
    for row in 0..<rows.batch.count {
      var cells = rows.batch.columns.indices.map { i in
        let value = rows.batch.columns[i].value(at: row)
        return value.isNull ? "NULL" : ColumnText.string(value, type: schema[i].type)
      }
      if let operation = rows.operations?[row] { cells.insert(operation.code, at: 0) }
      transcript.add(cells.joined(separator: "\t"))
    }
  }

  func finish() throws(SQLError) { header() }
}

@Suite struct CorpusTests {
  /// With CORPUS_UPDATE set the files get what the default configuration prints: look at the diff before you keep it.
  static let updates = ProcessInfo.processInfo.environment["CORPUS_UPDATE"] != nil

  @Test(arguments: CorpusConfiguration.all)
  func sameAnswer(_ configuration: CorpusConfiguration) throws {
    if CorpusTests.updates { return try CorpusCase.rewrite() }
    for testCase in CorpusCase.all {
      let found = runScript(testCase.sql, configuration.options)
      #expect(found == testCase.expected, "\(testCase.testDescription), \(configuration.name)")
    }
  }

  @Test func corpusIsThere() { #expect(CorpusCase.all.count > 50) }
}
