import Columnar
import Connectors
import Dataflow
import Diagnostics
import Engine
import Expressions
import Planning
import SQLSyntax

/// Tables with an event time for tests of what watermarks do.
struct TimedTable {
  var name: String
  var fields: [Field]
  /// Column of the event time, if there is one.
  var time: Int?
  var isAppendOnly = true
  var key: [Int]?
}

/// Runs a query over streams whose steps and watermarks the test decides.
final class TimedRun {
  struct Step {
    /// Rows with weights by table, in order.
    var pushes: [(table: Int, rows: [[Value]], weights: [Int64]?)] = []
    /// Behind those, rows as they lie.
    var batches: [(table: Int, batch: Batch)] = []
    /// In force before the step, and after it, µs.
    var before: Int64?
    var after: Int64?
    var nowMicros: Int64 = 0
  }

  private let tables: [TimedTable]
  private let configuration: RunConfiguration
  let plan: PhysicalPlan
  private let builder: DataflowBuilder
  private let readers: Readers
  private let root: Collector
  private(set) var graph: Graph
  private var chain = SnapshotChain()
  private var number: Int64 = 0

  init(_ sql: String, _ tables: [TimedTable], _ mode: OutputMode, _ configuration: RunConfiguration) throws {
    self.tables = tables
    self.configuration = configuration
    let text = SourceText(name: "case.sql", text: sql)
    var planner = Planner(catalog: TimedCatalog(tables: tables))
    planner.isOptimizing = configuration.isOptimizing
    plan = try planner.plan(try Parser.parseQuery(text), text: text, defaultMode: mode).physical
    root = Collector(width: plan.schema.count)
    let readers = Readers()
    self.readers = readers
    builder = DataflowBuilder(workers: configuration.workers) { (reference, columns) throws(SQLError) in
      readers.opened.append((reference.id.rawValue, columns))
      return NoSource(schema: reference.schema.project(columns))
    }
    graph = try builder.build(plan, into: root).graph
  }

  deinit { graph.pool.stop() }

  /// What the step puts out, a line a row and weight.
  func run(_ step: Step) throws -> [String] {
    var context = StepContext(
      number: number, evaluation: EvaluationContext(timestampMicros: step.nowMicros, watermarkMicros: step.before),
      cancellation: Cancellation(),
      closing: .init(watermarkMicros: step.after, processingMicros: step.nowMicros))
    context.number = number
    for push in step.pushes {
      let batch = Batch(rows: push.rows, schema: Schema(tables[push.table].fields))
      try self.push(push.table, batch, push.weights, context)
      if configuration.restores { try replaceGraph(context) }
    }
    for push in step.batches { try self.push(push.table, push.batch, nil, context) }
    try graph.flush(step: context)
    number += 1
    if configuration.restores { try replaceGraph(context) }
    defer { root.lines = [] }
    return root.lines
  }

  /// By operator.
  var stateRowsByID: [String: Int] {
    graph.report.reduce(into: [:]) { rows, report in rows[report.id, default: 0] += report.stateRows }
  }
  var stateRows: Int { graph.shared.reduce(0) { $0 + $1.stateRows } }
  var lateCount: Int64 { graph.lateRows.reduce(0) { $0 + $1.count } }

  private func push(_ table: Int, _ rows: Batch, _ weights: [Int64]?, _ step: StepContext) throws {
    for (pipeline, opened) in zip(graph.pipelines, readers.opened) where opened.table == table {
      let batch = Batch(opened.columns.map { rows.columns[$0] }, count: rows.count)
      let half = batch.count / 2
      let morsels = [0..<half, half..<batch.count].filter { !$0.isEmpty }.map { range in
        BatchMorsel(
          batch.slice(range), weights: weights.map { Array($0[range]) }, rowsMax: configuration.batchRowsMax)
      }
      let queue = MorselQueue(morsels)
      while try graph.runRound(pipeline, step: step, next: { () throws(SQLError) in queue.next() }) {}
    }
  }

  private func replaceGraph(_ step: StepContext) throws {
    try graph.settle(step: step)
    try chain.save(graph)
    let fresh = builder.rebuild(plan, into: root)
    try chain.restore(into: fresh)
    fresh.adoptProgress(of: graph)
    graph.pool.stop()
    graph = fresh
  }
}

private final class Readers {
  var opened: [(table: Int, columns: [Int])] = []
}

private struct TimedCatalog: Catalog {
  let tables: [TimedTable]

  func relation(named name: [String]) throws(SQLError) -> CatalogRelation? {
    guard let index = tables.firstIndex(where: { [$0.name] == name }) else { return nil }
    let table = tables[index]
    return .source(
      SourceReference(
        id: SourceID(index), name: table.name, connector: "test", schema: Schema(table.fields), isBounded: false,
        canEnd: true, isAppendOnly: table.isAppendOnly, primaryKey: table.key,
        watermark: table.time.map { (column: $0, delayMicros: 0) }))
  }

  func source(
    atPath path: String, format: String?, isStream: Bool, span: SourceSpan
  ) throws(SQLError) -> SourceReference {
    throw SQLError(.bind, "TEST", "no path is read here")
  }

  func source(
    function name: String, positional: [Value], named options: [(name: String, value: Value)], isStream: Bool,
    span: SourceSpan
  ) throws(SQLError) -> SourceReference? { nil }

  var relationNames: [String] { tables.map(\.name) }
  var functions: FunctionRegistry { .builtin }
  var settings: SessionSettings { SessionSettings() }
}
