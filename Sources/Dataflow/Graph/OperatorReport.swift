/// What one operator of a running graph has done and holds; the lanes of an operator together.
package struct OperatorReport: Sendable {
  /// The id of its node in the plan.
  package var id: String
  package var label: String
  package var metrics: OperatorMetrics
  package var stateRows: Int
  package var stateBytes: Int
  /// nil where nothing can be late.
  package var lateRows: Int64?
  package var openGroups: OpenGroups?
  /// No further input can change its output.
  package var isSatisfied: Bool
}

extension Graph {
  /// Every operator, sources first. To be asked for by the query's thread, between rounds.
  package var report: [OperatorReport] {
    var reports: [OperatorReport] = []
    for pipeline in pipelines {
      guard let first = pipeline.lanes.first else { continue }
      for index in first.nodes.indices {
        reports.append(Graph.report(of: pipeline.lanes.map { $0.nodes[index] }, first.nodes[index]))
      }
    }
    return reports + shared.map { Graph.report(of: [$0], $0) }
  }

  private static func report(of nodes: [OperatorNode], _ first: OperatorNode) -> OperatorReport {
    var report = OperatorReport(
      id: first.id, label: first.label, metrics: OperatorMetrics(), stateRows: 0, stateBytes: 0,
      isSatisfied: first.operation.isSatisfied)
    for node in nodes {
      report.metrics = report.metrics + node.metrics
      report.stateRows += node.stateRows
      report.stateBytes += node.stateBytes
      if let late = node.operation.lateRows { report.lateRows = (report.lateRows ?? 0) + late.count }
      if let open = node.operation.openGroups { report.openGroups = report.openGroups.map { $0 + open } ?? open }
    }
    return report
  }
}
