import Columnar
import Dataflow
import Diagnostics
import Engine
import Expressions
import Planning
import SQLSyntax
import Testing

/// What a graph promises beside right answers: it stops soon, counts what it did, and names its operators stably.
@Suite struct GraphTests {
  private static let sql = "SELECT c1, count(*) AS n FROM t0 WHERE c0 > 0 GROUP BY c1"

  private func build(workers: Int, _ root: any DeltaReceiver) throws -> Graph {
    let text = SourceText(name: "case.sql", text: Self.sql)
    let planner = Planner(catalog: TestCatalog(isAppendOnly: [true, true]))
    let plan = try planner.plan(try Parser.parseQuery(text), text: text, defaultMode: .changelog).physical
    let builder = DataflowBuilder(workers: workers) { (reference, columns) throws(SQLError) in
      NoSource(schema: TestCatalog.schema(reference.id.rawValue).project(columns))
    }
    return try builder.build(plan, into: root).graph
  }

  private func step(_ cancellation: Cancellation = Cancellation()) -> StepContext {
    StepContext(number: 0, evaluation: EvaluationContext(), cancellation: cancellation)
  }

  /// Cancelled while a morsel of many batches runs, a step takes in no further batch: it ends within a batch's time.
  @Test(arguments: [1, 2]) func cancellationStopsWithinABatch(_ workers: Int) throws {
    let graph = try build(workers: workers, Nowhere())
    defer { graph.pool.stop() }
    let cancellation = Cancellation()
    let long = LongMorsel(cancellation: cancellation, cancelsAt: 3)
    let feed = Once(long)
    let error = #expect(throws: SQLError.self) {
      _ = try graph.runRound(graph.pipelines[0], step: step(cancellation)) { () throws(SQLError) in feed.next() }
    }
    #expect(error?.isCancellation == true)
    let batchesIn = graph.pipelines[0].lanes.reduce(0) { $0 + ($1.nodes.first?.metrics.rowsIn ?? 0) }
    #expect(batchesIn == 3 * Int64(LongMorsel.rows))
  }

  @Test func operatorsCountRowsAndTime() throws {
    let graph = try build(workers: 1, Nowhere())
    let feed = Once(LongMorsel(cancellation: Cancellation(), cancelsAt: .max))
    let step = step()
    while try graph.runRound(graph.pipelines[0], step: step, next: { () throws(SQLError) in feed.next() }) {}
    try graph.flush(step: step)
    let rows = Int64(LongMorsel.batches * LongMorsel.rows)
    let filter = try #require(graph.pipelines[0].lanes[0].nodes.first { $0.label == "Filter" })
    #expect(filter.metrics.rowsIn == rows)
    #expect(filter.metrics.rowsOut == rows / 2)
    #expect(filter.metrics.nanos > 0)
    let aggregate = try #require(graph.shared.first)
    #expect(aggregate.metrics.rowsIn == rows / 2)
    #expect(aggregate.metrics.rowsOut == 7)
    #expect(aggregate.stateRows == 7)
    #expect(aggregate.stateBytes > 0)
  }

  /// Recovery finds state by operator id, so ids come from the plan's shape alone.
  @Test func operatorIDsAreStable() throws {
    let first = try build(workers: 1, Nowhere())
    #expect(first.stateTables.map(\.id) == (try build(workers: 1, Nowhere())).stateTables.map(\.id))
    #expect(first.shared.map(\.id) == (try build(workers: 2, Nowhere())).shared.map(\.id))
    #expect(Set(first.stateTables.map(\.id)).count == first.stateTables.count)
  }
}

private final class Nowhere: DeltaReceiver {
  func receive(_ delta: Delta, port: Int, step: StepContext) throws(SQLError) {}
}

/// Many batches; half of their rows pass `c0 > 0`, and those have seven values of `c1`.
private struct LongMorsel: MorselContent {
  static let batches = 50
  static let rows = 28
  let cancellation: Cancellation
  let cancelsAt: Int

  func forEachBatch(_ body: (Batch, [Int64]?) throws(SQLError) -> Void) throws(SQLError) {
    let schema = TestCatalog.schema(0).project([0, 1])
    let rows = (0..<Self.rows).map { [Value.int64(Int64($0 % 2)), .string("k\($0 / 2 % 7)")] }
    for batch in 0..<Self.batches {
      if batch == cancelsAt { cancellation.cancel() }
      try body(Batch(rows: rows, schema: schema), nil)
    }
  }
}

// @unchecked Sendable: the graph calls `next` from one worker at a time.
private final class Once: @unchecked Sendable {
  private var morsel: LongMorsel?
  init(_ morsel: LongMorsel) { self.morsel = morsel }
  func next() -> (any MorselContent)? {
    defer { morsel = nil }
    return morsel
  }
}
