import Columnar
import Connectors
import Dataflow
import Diagnostics
import Planning
import SQLSyntax

/// EXPLAIN ANALYZE: runs a query, keeps nothing of its result, and shows its plan with what each operator did.
extension StatementExecutor {
  func explainAnalyze(_ planned: PlannedQuery, _ clauses: AST.StreamClauses) throws(SQLError) -> [String] {
    let isBounded = planned.physical.root.properties.isBounded
    let chosen = trigger(clauses)
    // What is there is taken in; an endless source is not waited for.
    let trigger: Trigger = isBounded || chosen != .immediate ? chosen : .availableNow
    let query = try session.prepare(name: "explain", plan: planned.physical, sink: DiscardingSink(), trigger: trigger)
    let start = monotonicNanos()
    try session.runInForeground(query)
    let nanos = monotonicNanos() - start
    guard let report = query.report() else { throw SQLError.internal("a query that ran has no report") }
    let progress = query.progress
    var lines = Explain.physical(planned) { node in Self.actual(node, report) }
    lines.append(
      "\(progress.outputRows) rows out, \(progress.steps) step\(progress.steps == 1 ? "" : "s"), \(Self.milliseconds(nanos))"
        + (progress.lateRows > 0 ? ", \(progress.lateRows) rows late" : "")
        + "; the rows are counted here, and written nowhere")
    return lines
  }

  /// What the operators of a node did, a line each: it may run in two halves.
  private static func actual(_ node: PhysicalNode, _ report: QueryReport) -> [String] {
    if case .scan(let source, _) = node.kind {
      return report.sources.filter { $0.name == source.name }.prefix(1).map {
        "actual: \($0.rows) rows out, \($0.bytes) bytes read"
      }
    }
    let id = node.id.rawValue
    let own = report.operators.filter { $0.id == id || $0.id == id + ".panes" || $0.id == id + ".windows" }
    return own.map { operation in
      let metrics = operation.metrics
      var text = "actual: \(metrics.rowsIn) rows in, \(metrics.rowsOut) out, \(milliseconds(metrics.nanos))"
      if operation.stateRows > 0 { text += ", state \(operation.stateRows) rows, \(operation.stateBytes) bytes" }
      if let late = operation.lateRows, late > 0 { text += ", \(late) late" }
      return own.count > 1 ? "\(operation.label) \(text)" : text
    }
  }

  private static func milliseconds(_ nanos: Int64) -> String {
    let micros = (nanos + 500) / 1000
    let fraction = String(1000 + micros % 1000).dropFirst()
    return "\(micros / 1000).\(fraction) ms"
  }
}
