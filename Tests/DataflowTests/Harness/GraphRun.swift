import Columnar
import Connectors
import Dataflow
import Diagnostics
import Engine
import Expressions
import Planning
import SQLSyntax

/// How a case is run; no way may change an answer.
struct RunConfiguration {
  var name: String
  var workers = 1
  var batchRowsMax = Batch.rowsMax
  var isOptimizing = true
  /// State is saved after every push and every flush, and the rest runs on a graph that it was restored into.
  var restores = false

  static let all = [
    RunConfiguration(name: "default"),
    RunConfiguration(name: "batches of one row", batchRowsMax: 1),
    RunConfiguration(name: "two workers", workers: 2),
    RunConfiguration(name: "optimizer off", isOptimizing: false),
    RunConfiguration(name: "restore everywhere", restores: true),
    RunConfiguration(name: "restore everywhere, two workers, batches of one row", workers: 2, batchRowsMax: 1, restores: true),
  ]
}

/// Runs a case on a graph made by the planner and the dataflow builder, and watches every operator's output.
final class GraphRun {
  struct Failure: Error { var message: String }

  private let query: QueryCase
  private let configuration: RunConfiguration
  private let plan: PhysicalPlan
  private let builder: DataflowBuilder
  private let opened: OpenedTables
  private let root: Collector
  private var graph: Graph
  private var step: StepContext
  /// What each operator that keeps state has put out so far.
  private var watches: [String: EdgeWatch] = [:]
  private var chain = SnapshotChain()

  init(_ query: QueryCase, _ configuration: RunConfiguration) throws {
    self.query = query
    self.configuration = configuration
    let text = SourceText(name: "case.sql", text: query.plan.sql)
    var planner = Planner(catalog: TestCatalog(isAppendOnly: query.isAppendOnly))
    planner.isOptimizing = configuration.isOptimizing
    plan = try planner.plan(try Parser.parseQuery(text), text: text, defaultMode: .changelog).physical
    root = Collector(width: plan.schema.count)
    let opened = OpenedTables()
    self.opened = opened
    builder = DataflowBuilder(workers: configuration.workers) { (reference, columns) throws(SQLError) in
      opened.open(reference.id.rawValue, columns)
    }
    graph = try builder.build(plan, into: root).graph
    step = StepContext(number: 0, evaluation: EvaluationContext(), cancellation: Cancellation())
    watch()
  }

  deinit { graph.pool.stop() }

  /// The root's output in each step, a line a row and weight. Throws what goes against the rules.
  func outputs() throws -> [[String]] {
    var outputs: [[String]] = []
    for event in query.events {
      switch event {
      case .push(let table, let rows): try push(table, rows)
      case .flush:
        try graph.flush(step: step)
        outputs.append(root.lines)
        for (id, watch) in watches { try watch.endStep(id) }
        root.lines = []
        step.number += 1
      }
      if configuration.restores { try replaceGraph() }
    }
    return outputs
  }

  private func push(_ table: Int, _ rows: [(values: [Value], weight: Int64)]) throws {
    for (pipeline, columns) in zip(graph.pipelines, opened.columns(of: table)) {
      guard let columns else { continue }
      let schema = TestCatalog.schema(table).project(columns)
      let batch = Batch(rows: rows.map { row in columns.map { row.values[$0] } }, schema: schema)
      let weights = query.isAppendOnly[table] ? nil : rows.map(\.weight)
      // Several morsels, so that two workers have something to share.
      let half = batch.count / 2
      let morsels = [0..<half, half..<batch.count].filter { !$0.isEmpty }.map { range in
        BatchMorsel(
          batch.slice(range), weights: weights.map { Array($0[range]) }, rowsMax: configuration.batchRowsMax)
      }
      let queue = MorselQueue(morsels)
      while try graph.runRound(pipeline, step: step, next: { () throws(SQLError) in queue.next() }) {}
    }
  }

  // MARK: Saving and restoring

  private func replaceGraph() throws {
    try graph.settle(step: step)
    try chain.save(graph)
    let fresh = builder.rebuild(plan, into: root)
    try chain.restore(into: fresh)
    fresh.adoptProgress(of: graph)
    graph.pool.stop()
    graph = fresh
    watch()
  }

  private func watch() {
    for node in graph.shared {
      let watch = watches[node.id] ?? EdgeWatch(plan.root.find(node.id)?.properties)
      watches[node.id] = watch
      node.connect(to: watch, port: 0)
    }
  }
}

/// Which columns of which table each pipeline reads, in the order in which sources were opened.
private final class OpenedTables {
  private var opened: [(table: Int, columns: [Int])] = []

  func open(_ table: Int, _ columns: [Int]) -> any Source {
    opened.append((table, columns))
    return NoSource(schema: TestCatalog.schema(table).project(columns))
  }

  /// By pipeline: the columns it reads if it reads `table`.
  func columns(of table: Int) -> [[Int]?] { opened.map { $0.table == table ? $0.columns : nil } }
}

/// Batches are pushed by the test; nobody polls.
final class NoSource: Source {
  let schema: Schema
  init(schema: Schema) { self.schema = schema }
  func poll(_ limit: inout ReadLimit) throws(SQLError) -> SourcePoll { .ended }
  func start(onArrival: @escaping @Sendable () -> Void) throws(SQLError) {}
  func stop() {}
}

struct BatchMorsel: MorselContent {
  let batch: Batch
  let weights: [Int64]?
  let rowsMax: Int

  init(_ batch: Batch, weights: [Int64]?, rowsMax: Int) {
    self.batch = batch
    self.weights = weights
    self.rowsMax = rowsMax
  }

  func forEachBatch(_ body: (Batch, [Int64]?) throws(SQLError) -> Void) throws(SQLError) {
    var start = 0
    while start < batch.count {
      let end = min(start + rowsMax, batch.count)
      try body(batch.slice(start..<end), weights.map { Array($0[start..<end]) })
      start = end
    }
  }
}

// @unchecked Sendable: the graph calls `next` from one worker at a time.
final class MorselQueue: @unchecked Sendable {
  private var morsels: [BatchMorsel]
  init(_ morsels: [BatchMorsel]) { self.morsels = morsels }
  func next() -> (any MorselContent)? { morsels.isEmpty ? nil : morsels.removeFirst() }
}

/// Takes down what reaches the root.
final class Collector: DeltaReceiver {
  var lines: [String] = []
  /// Columns behind these are for sorting alone.
  private let width: Int

  init(width: Int) { self.width = width }

  func receive(_ delta: Delta, port: Int, step: StepContext) throws(SQLError) {
    for row in 0..<delta.count {
      let weight = delta.weights?[row] ?? 1
      let line = "\(weight > 0 ? "+" : "-")\(ReferenceOrder.text(Array(delta.batch.row(row).prefix(width))))"
      for _ in 0..<abs(weight) { lines.append(line) }
    }
  }
}
