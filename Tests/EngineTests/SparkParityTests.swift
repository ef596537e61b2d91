import Columnar
import Connectors
import Diagnostics
import Engine
import Foundation
import Testing

/// Expressions with what Spark answers, recorded by `Scripts/record-spark-parity.py` into `SparkParity/*.txt`.
///
/// A line is `expression => type | value`, `expression => ! ERROR_CLASS`, a `SET` statement that holds from there on, or a
/// comment after `--`. A whole query may stand in place of an expression: its types are joined by commas, the values of a
/// row by tabs, rows by `; `. NULL is `NULL`.
struct ParityFile: CustomTestStringConvertible, Sendable {
  let name: String
  var testDescription: String { name }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("SparkParity")

  static let all: [ParityFile] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".txt") }.sorted().map { ParityFile(name: $0) }
  }()

  var lines: [String] {
    let text = (try? String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
    return text.components(separatedBy: "\n")
  }
}

/// Runs statements in one session and says what each gave.
final class ParitySession {
  private let answers = AnswerCollector()
  private let session: Session
  private let runner: ScriptRunner

  init() {
    session = Session(
      options: SessionOptions(workers: 1, usesVirtualClock: true), presenter: answers,
      environment: ConnectorEnvironment(zoneName: "UTC", output: Transcript(), isStdinData: false),
      connectors: ConnectorRegistry.builtin)
    runner = ScriptRunner(session: session, command: { _, _, _ in }, notice: { _ in })
  }

  deinit { session.shutDown() }

  func answer(to statement: String) -> String {
    answers.reset()
    var failure: String?
    _ = runner.run(SourceText(name: "parity", text: statement + ";")) { error, _ in
      failure = failure ?? "! \(error.errorClass)"
      return false
    }
    if let failure { return failure }
    return answers.text(zone: TimeZoneRules.named(session.settings.zoneName) ?? .utc)
  }
}

/// Keeps types and rows of the last result.
// @unchecked Sendable: everything is behind `lock`.
private final class AnswerCollector: ResultPresenter, @unchecked Sendable {
  private let lock = NSLock()
  private var schema = Schema()
  private var rows: [[Value]] = []

  func reset() {
    lock.withLock {
      schema = Schema()
      rows = []
    }
  }

  func text(zone: TimeZoneRules) -> String {
    lock.withLock {
      let lines = rows.map { row in
        zip(row, schema.types).map { $0.isNull ? "NULL" : ColumnText.string($0, type: $1, zone: zone) }.joined(separator: "\t")
      }
      return schema.types.map(\.description).joined(separator: ",") + " | " + lines.joined(separator: "; ")
    }
  }

  func sink(for result: ResultShape) throws(SQLError) -> any Sink {
    lock.withLock { schema = result.schema }
    return CollectingSink { [self] batch in
      lock.withLock {
        for row in 0..<batch.count { rows.append(batch.columns.map { $0.value(at: row) }) }
      }
    }
  }
}

private final class CollectingSink: Sink {
  private let collect: (Batch) -> Void
  init(_ collect: @escaping (Batch) -> Void) { self.collect = collect }
  func begin(_ step: StepInfo) throws(SQLError) {}
  func write(_ rows: ResultRows) throws(SQLError) { collect(rows.batch) }
  func finish() throws(SQLError) {}
}

@Suite struct SparkParityTests {
  @Test(arguments: ParityFile.all)
  func sameAsSpark(_ file: ParityFile) {
    let session = ParitySession()
    var count = 0
    for (number, line) in file.lines.enumerated() {
      if line.isEmpty || line.hasPrefix("--") { continue }
      guard let arrow = line.range(of: " => ", options: .backwards) else {
        _ = session.answer(to: line)
        continue
      }
      let expression = String(line[..<arrow.lowerBound])
      let first = expression.prefix { $0.isLetter || $0 == "_" }.uppercased()
      let isQuery = ["SELECT", "VALUES", "WITH", "FROM"].contains(first)
      let found = session.answer(to: isQuery ? expression : "SELECT " + expression)
      let expected = String(line[arrow.upperBound...])
      #expect(Self.isSame(found, expected), "\(file.name):\(number + 1): \(expression)\n  Spark \(expected)\n  here  \(found)")
      count += 1
    }
    #expect(count > 20, "\(file.name) has few cases")
  }

  /// Equal texts, or doubles that differ by the last bits: Java's functions are not the C library's (SEM-10).
  static func isSame(_ found: String, _ expected: String) -> Bool {
    if found == expected { return true }
    for type in ["double | ", "float | "] where found.hasPrefix(type) && expected.hasPrefix(type) {
      guard let a = Double(found.dropFirst(type.count)), let b = Double(expected.dropFirst(type.count)) else { return false }
      return abs(a - b) <= 1e-9 * max(abs(a), abs(b))
    }
    return false
  }

  @Test func filesAreThere() { #expect(ParityFile.all.count >= 3) }
}
