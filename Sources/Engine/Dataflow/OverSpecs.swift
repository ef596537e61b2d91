import Dataflow
import Expressions
import Planning

extension Over.Spec {
  /// What the planner decided, as the operator takes it.
  init(_ spec: OverSpec, _ node: PhysicalNode) {
    self.init(
      partitionBy: spec.partitionBy, orderBy: spec.orderBy.map(TopN.SortSpec.init), calls: spec.calls,
      schema: node.inputs[0].schema, isInputRetractable: spec.isInputRetractable, isPerStep: spec.isPerStep,
      closing: spec.closing.map(GroupClosing.init))
  }
}

extension TopN.SortSpec {
  init(_ key: SortKey) { self.init(expression: key.expression, part: key.part) }
}

extension Optional<ClosingSpec> {
  /// Where late rows of an operator with such a closing go; nil where none are late.
  func lateRows(_ node: PhysicalNode) -> LateRows? {
    self?.time.domain == .event ? LateRows(schema: node.inputs[0].schema) : nil
  }
}

extension RankLimit.Spec {
  init(_ spec: RankLimitSpec, _ node: PhysicalNode) {
    self.init(
      partitionBy: spec.partitionBy, orderBy: spec.orderBy.map(TopN.SortSpec.init), kind: RankCutoff.Kind(spec.kind),
      limit: spec.limit, showsRank: spec.rank != nil, schema: node.inputs[0].schema, isPerStep: spec.isPerStep,
      isInArrivalOrder: spec.isInArrivalOrder, closing: spec.closing.map(GroupClosing.init), expiry: spec.expiry)
  }
}

extension Over.Spec {
  /// The first rows of partitions whose rows may be taken back.
  init(_ spec: RankLimitSpec, _ node: PhysicalNode) {
    let kind: WindowFunctionKind =
      switch spec.kind {
      case .rowNumber: .rowNumber
      case .rank: .rank
      case .denseRank: .denseRank
      }
    let calls = spec.rank.map { rank in
      WindowCall(
        function: BoundWindowFunction(spec.kind.rawValue, [], returns: rank.type, isNullable: false, kind: kind),
        arguments: [], filter: nil, frame: .upToRow, name: rank.name, span: .none)
    }
    self.init(
      partitionBy: spec.partitionBy, orderBy: spec.orderBy.map(TopN.SortSpec.init), calls: calls.map { [$0] } ?? [],
      schema: node.inputs[0].schema, isInputRetractable: true, isPerStep: spec.isPerStep,
      closing: spec.closing.map(GroupClosing.init), cutoff: RankCutoff(kind: RankCutoff.Kind(spec.kind), limit: spec.limit))
  }
}

extension RankCutoff.Kind {
  init(_ kind: RankKind) {
    switch kind {
    case .rowNumber: self = .rowNumber
    case .rank: self = .rank
    case .denseRank: self = .denseRank
    }
  }
}

extension FinalOver.Spec {
  init(_ spec: OverSpec, _ finality: OverFinality, _ node: PhysicalNode) {
    self.init(
      partitionBy: spec.partitionBy, orderBy: spec.orderBy.map(TopN.SortSpec.init), calls: spec.calls,
      schema: node.inputs[0].schema, offsetMicros: finality.offsetMicros,
      ahead: .init(micros: finality.aheadMicros, rows: finality.aheadRows, groups: finality.aheadGroups),
      behind: .init(micros: finality.behindMicros, rows: finality.behindRows, groups: finality.behindGroups))
  }
}
