import Dataflow
import Expressions
import Planning

extension MatchRecognizeSpec {
  /// The operator that the planner chose.
  func makeOperator(_ node: PhysicalNode) -> any Dataflow.Operator {
    let input = node.inputs[0]
    let keys = order.map { TopN.SortSpec(expression: $0.expression, part: $0.part) }
    switch mode {
    case .asTheyCome:
      return MatchRecognize(
        pattern, ordering: .init(time: nil, domain: .processing, delayMicros: 0, keys: keys), input: input.schema)
    case .inOrder(let time):
      return MatchRecognize(
        pattern,
        ordering: .init(
          time: order.first?.expression, domain: time.domain == .event ? .event : .processing,
          delayMicros: time.offsetMicros, keys: keys),
        input: input.schema)
    case .allRows:
      return MatchAllRows(
        pattern, keys: keys, time: pattern.withinMicros == nil ? nil : order.first?.expression, input: input.schema,
        isInputRetractable: input.properties.mayRetract, comesOnce: node.properties.comesOnce)
    }
  }
}
