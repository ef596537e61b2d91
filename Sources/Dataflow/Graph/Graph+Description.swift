extension Graph {
  /// The operators as they run: lanes of each source, then the shared tree, with what each has done so far.
  package var description: [String] {
    var lines: [String] = []
    for (i, pipeline) in pipelines.enumerated() {
      let count = pipeline.lanes.count
      lines.append("source \(i): \(count) lane\(count == 1 ? "" : "s")")
      for (n, node) in pipeline.lanes[0].nodes.enumerated() {
        let sum = pipeline.lanes.reduce(OperatorMetrics()) { $0 + $1.nodes[n].metrics }
        lines.append("  \(describe(node, sum))")
      }
    }
    if !shared.isEmpty { lines.append("shared") }
    for node in shared { lines.append("  \(describe(node, node.metrics))") }
    return lines
  }

  private func describe(_ node: OperatorNode, _ metrics: OperatorMetrics) -> String {
    var text = "\(node.label) [\(node.id)]"
    if metrics.rowsIn > 0 || metrics.rowsOut > 0 {
      text += " rows in \(metrics.rowsIn), out \(metrics.rowsOut), \(metrics.nanos / 1000) µs"
    }
    if node.stateRows > 0 { text += ", state \(node.stateRows) rows, \(node.stateBytes) bytes" }
    return text
  }
}
