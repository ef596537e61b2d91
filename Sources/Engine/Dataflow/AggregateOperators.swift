import Columnar
import Dataflow
import Expressions
import Planning

/// The operators of GROUP BY: one, or a partial one a worker and one that merges.
extension GraphConstruction {
  func aggregate(_ spec: AggregateSpec, _ node: PhysicalNode) -> Stream {
    let calls = spec.calls.specs
    let closing = spec.closing.map(GroupClosing.init)
    let idle = spec.idle.map(GroupIdle.init)
    let lateSchema = node.inputs[0].schema
    func newLateRows() -> LateRows? {
      closing?.key.domain == .event || spec.idle?.time != nil ? LateRows(schema: lateSchema) : nil
    }
    var windows: PaneWindows?
    if let (key, shape) = spec.panes {
      windows = spec.isKeptByPanes ? PaneWindows(key: key, shape: shape) : nil
      if windows == nil { return slidingAggregate(spec, calls, key, shape, closing, node, late: newLateRows()) }
    }
    // Rows of a pane are late when the last of its windows is over.
    let lateness = windows.map { $0.lateness(closing) } ?? closing
    let keyTypes = spec.keys.map(\.type)
    func newTable(_ name: String, isWhole: Bool) -> any GroupTable {
      let plans = calls.map(\.plan)
      if let windows {
        return PaneTable(name: name, keyTypes: keyTypes, windows: windows, calls: plans, closing: isWhole ? closing : nil)
      }
      return AggregateTable(
        name: name, keyTypes: keyTypes, calls: plans, isRetractable: spec.isInputRetractable,
        closing: isWhole ? closing : nil, idle: isWhole ? idle : nil)
    }
    let input = build(node.inputs[0])
    guard workers > 1, spec.isMergeable, case .lanes(var chain) = input else {
      let own = OperatorNode(
        id: node.id.rawValue, label: "HashAggregate",
        operation: HashAggregate(
          keys: spec.keys, calls: calls, table: newTable("groups", isWhole: true), isGlobal: spec.isGlobal,
          isPerStep: spec.isPerStep, closing: lateness, idle: idle, idleTime: spec.idle?.time, late: newLateRows()))
      connect(input, to: own, port: 0)
      shared.append(own)
      return .shared(own)
    }
    // Groups that one input row made have one position: their order is known within one partition alone.
    let isOne = spec.keys.count == (windows == nil ? 0 : 1) || !node.inputs[0].keepsPositions
    let partitions = isOne ? 1 : workers
    chain.append { _ in
      OperatorNode(
        id: node.id.rawValue, label: "PartialAggregate",
        operation: PartialAggregate(
          keys: spec.keys, calls: calls, table: newTable("partial groups", isWhole: false), partitions: partitions,
          closing: lateness, late: newLateRows()))
    }
    let own = OperatorNode(
      id: node.id.rawValue, label: "MergeAggregate",
      operation: MergeAggregate(
        keyCount: spec.keys.count, calls: calls.map(\.plan),
        tables: (0..<partitions).map { newTable("groups \($0)", isWhole: true) }, isGlobal: spec.isGlobal,
        isPerStep: spec.isPerStep, pool: pool))
    connect(.lanes(chain), to: own, port: 0)
    shared.append(own)
    return .shared(own)
  }

  /// A sliding window whose aggregates cannot be put together from panes: a row goes to each of its windows.
  private func slidingAggregate(
    _ spec: AggregateSpec, _ calls: [AggregateCallSpec], _ key: Int, _ shape: WindowShape, _ closing: GroupClosing?,
    _ node: PhysicalNode, late: LateRows?
  ) -> Stream {
    guard case .call(let call) = spec.keys[key].node else { return build(node.inputs[0]) }
    let width = node.inputs[0].schema.count
    let time = call.arguments[0]
    let assigned: Stream
    switch build(node.inputs[0]) {
    case .lanes(var chain):
      chain.append { _ in
        OperatorNode(
          id: node.id.rawValue + ".windows", label: "WindowAssign",
          operation: WindowAssign(time: time, shape: shape))
      }
      assigned = .lanes(chain)
    case .shared(let input):
      let own = OperatorNode(
        id: node.id.rawValue + ".windows", label: "WindowAssign",
        operation: WindowAssign(time: time, shape: shape))
      input.connect(to: own, port: 0)
      shared.append(own)
      assigned = .shared(own)
    }
    var keys = spec.keys
    keys[key] = .column(width, Field("window_start", time.type, isNullable: false))
    let own = OperatorNode(
      id: node.id.rawValue, label: "HashAggregate",
      operation: HashAggregate(
        keys: keys, calls: calls,
        table: AggregateTable(
          name: "groups", keyTypes: keys.map(\.type), calls: calls.map(\.plan), isRetractable: spec.isInputRetractable,
          closing: closing),
        isGlobal: false, isPerStep: spec.isPerStep, closing: closing, late: late))
    connect(assigned, to: own, port: 0)
    shared.append(own)
    return .shared(own)
  }
}

extension [AggregateCall] {
  /// As the operators take them. DISTINCT calls over the same columns share their values, whatever their filters.
  fileprivate var specs: [AggregateCallSpec] {
    var specs = map(\.spec)
    for (i, call) in enumerated() where call.isDistinct {
      specs[i].plan.distinctTwin = indices.first {
        $0 < i && self[$0].isDistinct && call.arguments.areSameColumns(as: self[$0].arguments)
      }
    }
    return specs
  }
}

extension [BoundExpression] {
  /// Whether both are plain columns, the same ones: such can be read for rows that only one of two calls wants.
  fileprivate func areSameColumns(as others: [BoundExpression]) -> Bool {
    count == others.count
      && zip(self, others).allSatisfy { mine, theirs in
        if case .column(let a) = mine.node, case .column(let b) = theirs.node { return a == b && mine.type == theirs.type }
        return false
      }
  }
}

extension AggregateCall {
  /// As the operators take it.
  var spec: AggregateCallSpec {
    AggregateCallSpec(
      plan: AggregatePlan(aggregate: aggregate, isDistinct: isDistinct, span: span), arguments: arguments,
      filter: filter)
  }
}

extension GroupIdle {
  fileprivate init(_ spec: IdleSpec) {
    self.init(
      timeoutMicros: spec.timeoutMicros, domain: spec.time == nil ? .processing : .event,
      emission: spec.isFinalOnly ? .whenOver : .changes)
  }
}

extension GroupClosing {
  init(_ spec: ClosingSpec) {
    self.init(
      key: TimeKey(
        column: spec.key, isWindow: spec.time.isWindow, offsetMicros: spec.time.offsetMicros,
        domain: spec.time.domain == .event ? .event : .processing),
      emission: spec.isFinalOnly ? .whenOver : .changes)
  }
}
