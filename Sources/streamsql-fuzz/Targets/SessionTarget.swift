import Columnar
import Connectors
import Diagnostics
import Engine
import SQLSyntax

extension FuzzTarget {
  /// Random statements through a session with a few relations: a result or a clean error, never an internal one.
  static let session = FuzzTarget(
    name: "session",
    input: { random in
      let count = 1 + random.below(4)
      return Array((0..<count).map { _ in TextMutation.statement(&random) }.joined(separator: ";\n").utf8)
    },
    run: { FuzzSession.run($0, isOptimizing: true).internalError })

  /// The optimizer changes no answer: the same statements with and without it.
  static let plans = FuzzTarget(
    name: "plans",
    input: { random in
      let columns = ["a", "b", "c", "d", "a + 1", "b IS NULL", "count(*)", "sum(a)", "max(c)", "a % 2"]
      let items = (0...random.below(3)).map { "\(random.element(of: columns)) AS x\($0)" }.joined(separator: ", ")
      let sources = ["t", "v", "(SELECT * FROM t WHERE a > 0)", "(SELECT a, b, c, d FROM t UNION ALL SELECT a, b, c, d FROM t)", "t, v"]
      var text = "SELECT \(items) FROM \(random.element(of: sources))"
      if random.chance(in: 2) { text += " WHERE \(random.element(of: ["a > 0", "b = 'x' OR a IS NULL", "c < 10 AND NOT a = 3", "true", "NULL"]))" }
      if random.chance(in: 2) { text += " GROUP BY \(random.element(of: ["a", "b", "a % 2", "ALL", "a, b", "1"]))" }
      if random.chance(in: 2) { text += " ORDER BY \(random.element(of: ["1", "x0 DESC", "1 NULLS LAST"]))" }
      if random.chance(in: 4) { text += " LIMIT \(random.below(4))" }
      return Array(text.utf8)
    },
    run: { bytes in
      let plain = FuzzSession.run(bytes, isOptimizing: false)
      let optimized = FuzzSession.run(bytes, isOptimizing: true)
      if let error = plain.internalError ?? optimized.internalError { return error }
      return plain.rowCount == optimized.rowCount && plain.errors.isEmpty == optimized.errors.isEmpty
        ? nil : "\(optimized.rowCount) rows \(optimized.errors) with the optimizer, \(plain.rowCount) rows \(plain.errors) without"
    })
}

/// A session whose results are rendered and dropped.
// @unchecked Sendable: used by one thread.
final class FuzzSession: ResultPresenter, OutputStreamSink, @unchecked Sendable {
  private(set) var rowCount = 0
  private(set) var errors: [String] = []
  private(set) var internalError: String?
  /// The time of the script was up, on a busy machine perhaps before its input was.
  private(set) var hasRunOut = false

  /// A script may not run longer.
  private static let runMicros: Int64 = 2_000_000

  static func run(
    _ script: [UInt8], isOptimizing: Bool = true, connectors: ConnectorRegistry = harmless
  ) -> FuzzSession {
    let fuzz = FuzzSession()
    let deadlineNanos = Child.nanos() + runMicros * 1000
    defer { fuzz.hasRunOut = Child.nanos() >= deadlineNanos }
    let session = Session(
      options: SessionOptions(usesVirtualClock: true, runForMicros: runMicros, isOptimizing: isOptimizing), presenter: fuzz,
      environment: ConnectorEnvironment(zoneName: "UTC", output: fuzz, isStdinData: false), connectors: connectors)
    defer { session.shutDown() }
    let runner = ScriptRunner(session: session, command: { _, _, _ in }, notice: { _ in })
    let setUp = SourceText(name: "setup", text: FuzzCorpus.setUp.joined(separator: ";\n"))
    _ = runner.run(setUp) { error, source in
      fuzz.internalError = "the set-up fails: " + error.rendered(in: source)
      return false
    }
    let text = SourceText(name: "fuzz", bytes: script)
    _ = runner.run(text) { error, source in
      fuzz.note(error, source)
      return true
    }
    do throws(SQLError) { try session.finish() } catch { fuzz.note(error, text) }
    return fuzz
  }

  /// Nothing that touches files, sockets or processes, or that has no end.
  static let harmless: ConnectorRegistry = {
    var registry = ConnectorRegistry()
    for definition in ConnectorRegistry.builtin.definitions where ["memory", "range", "console"].contains(definition.name) {
      registry.add(definition)
    }
    return registry
  }()

  private func note(_ error: SQLError, _ source: SourceText) {
    let text = error.rendered(in: source)
    errors.append(error.errorClass)
    if error.kind == .internal || error.errorClass == "INTERNAL_ERROR" { internalError = text }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {}
  func flush() throws(SQLError) {}
  var isTerminal: Bool { false }

  func sink(for result: ResultShape) throws(SQLError) -> any Sink { Rows(self, result.schema) }

  private final class Rows: Sink {
    private let owner: FuzzSession
    private let schema: Schema

    init(_ owner: FuzzSession, _ schema: Schema) {
      self.owner = owner
      self.schema = schema
    }

    func begin(_ step: StepInfo) throws(SQLError) {}

    func write(_ rows: ResultRows) throws(SQLError) {
      owner.rowCount += rows.batch.count
      for row in 0..<rows.batch.count {
        for index in rows.batch.columns.indices {
          _ = ColumnText.string(rows.batch.columns[index].value(at: row), type: schema[index].type)
        }
      }
    }

    func finish() throws(SQLError) {}
  }
}
