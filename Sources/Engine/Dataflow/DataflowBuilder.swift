import Columnar
import Connectors
import Dataflow
import Diagnostics
import Expressions
import Planning

/// Makes a graph of a physical plan: one operator a node, per worker up to the first exchange, shared behind it.
package struct DataflowBuilder {
  /// Workers to use; 1 builds no exchange at all.
  let workers: Int
  /// Opens the reader of a relation for the columns that the query needs.
  let open: (SourceReference, [Int]) throws(SQLError) -> any Source
  /// Who is told of rows of a relation that were taken back but not there.
  let unknownRows: (SourceReference) -> (any UnknownRowsReceiver)?

  package init(
    workers: Int, unknownRows: @escaping (SourceReference) -> (any UnknownRowsReceiver)? = { _ in nil },
    open: @escaping (SourceReference, [Int]) throws(SQLError) -> any Source
  ) {
    self.workers = workers
    self.unknownRows = unknownRows
    self.open = open
  }

  /// A built query: its graph, and the sources in the order of their pipelines.
  package struct Built {
    package let graph: Graph
    package let sources: [(source: any Source, name: String, drainRank: Int?, isPastNews: Bool)]
    let watermarks: [WatermarkTracker.Declaration]
  }

  package func build(_ plan: PhysicalPlan, into root: any DeltaReceiver) throws(SQLError) -> Built {
    let construction = construct(plan, into: root)
    var sources: [(source: any Source, name: String, drainRank: Int?, isPastNews: Bool)] = []
    // What tables hold is news to a query that reads nothing else.
    let isPastNews = construction.origins.allSatisfy { origin in
      if case .relation(let reference) = origin.kind { reference.isBounded || reference.isFollowed } else { true }
    }
    for origin in construction.origins {
      switch origin.kind {
      case .relation(let reference):
        sources.append((try open(reference, origin.columns), reference.name, origin.drainRank, isPastNews))
      case .constants(let batch, let schema):
        sources.append((ConstantSource(batch, schema: schema), "values", origin.drainRank, isPastNews))
      }
    }
    return Built(graph: construction.graph, sources: sources, watermarks: construction.watermarks)
  }

  /// Another graph of the same plan, empty, for the same sources: state is restored into it.
  package func rebuild(_ plan: PhysicalPlan, into root: any DeltaReceiver) -> Graph {
    construct(plan, into: root).graph
  }

  private func construct(_ plan: PhysicalPlan, into root: any DeltaReceiver) -> Construction {
    let construction = Construction(workers: workers, unknownRows: unknownRows)
    construction.noteScans(plan.root)
    construction.noteDrainRanks(plan.root)
    construction.connect(construction.build(plan.root), to: root, port: 0)
    return construction
  }
}

/// The work of one build.
private final class Construction {
  let workers: Int
  let pool: WorkerPool
  private(set) var origins: [Origin] = []
  private(set) var shared: [OperatorNode] = []
  private var columnsRead: [SourceID: [Int]] = [:]
  private(set) var watermarks: [WatermarkTracker.Declaration] = []
  /// The relations that each of them is declared for.
  private var watermarkScans: [Set<SourceID>] = []
  /// Sources below the static side of a join, by node: they are drained before others, in the order of their ranks.
  private var drainRanks: [OperatorID: Int] = [:]
  private var nextDrainRank = 0
  private let unknownRows: (SourceReference) -> (any UnknownRowsReceiver)?
  private var guardedSources: Set<SourceID> = []
  /// Inside the step of a recursion: where its rows come in.
  private var recursivePorts: [Int: [OperatorNode]] = [:]

  init(workers: Int, unknownRows: @escaping (SourceReference) -> (any UnknownRowsReceiver)?) {
    self.workers = workers
    self.unknownRows = unknownRows
    pool = WorkerPool(count: workers)
  }

  var graph: Graph {
    Graph(pipelines: origins.map { Graph.Pipeline(lanes: $0.makeLanes()) }, shared: shared, pool: pool)
  }

  /// What an operator's output is at build time: still separate for each worker, or one.
  enum Stream {
    case lanes(Chain)
    case shared(OperatorNode)
  }

  /// All scans of one relation within a query are one reader (SEM-7): the columns that any of them needs.
  func noteScans(_ node: PhysicalNode) {
    if case .scan(let reference, let columns) = node.kind {
      columnsRead[reference.id] = Array(Set((columnsRead[reference.id] ?? []) + columns)).sorted()
    }
    for input in node.inputs { noteScans(input) }
  }

  /// Ranks the sources below static sides, inner joins first: what is drained must not wait for what is not.
  func noteDrainRanks(_ node: PhysicalNode, isDrained: Bool = false) {
    switch node.kind {
    case .scan, .values:
      if isDrained { drainRanks[node.id] = nextDrainRank }
    case .join(let spec) where spec.isRightStatic:
      noteDrainRanks(node.inputs[1], isDrained: true)
      nextDrainRank += 1
      noteDrainRanks(node.inputs[0], isDrained: isDrained)
    case .aggregate(let spec) where spec.calls.contains(where: { $0.aggregate.own?.takesStates == true }):
      // The rows that bring states come first.
      var union = node.inputs[0]
      while union.inputs.count == 1 { union = union.inputs[0] }
      for (port, input) in union.inputs.enumerated() {
        noteDrainRanks(input, isDrained: isDrained || port == 0)
        if port == 0 { nextDrainRank += 1 }
      }
    default:
      for input in node.inputs { noteDrainRanks(input, isDrained: isDrained) }
    }
  }

  func build(_ node: PhysicalNode) -> Stream {
    switch node.kind {
    case .scan(let reference, let columns):
      return scan(reference, columns, node)
    case .values(let rows):
      let batch = Batch(rows: rows, schema: node.schema)
      let origin = Origin(.constants(batch, node.schema), columns: [], workers: workers)
      origin.drainRank = drainRanks[node.id]
      origins.append(origin)
      return .lanes(origin.newChain())
    case .changeGuard(let source, let key):
      // Who reads a relation twice is told once.
      let receiver = guardedSources.insert(source.id).inserted ? unknownRows(source) : nil
      return stateful(node, "ChangeGuard", ChangeGuard(schema: node.schema, key: key, receiver: receiver))
    case .filter(let predicate):
      return linear(node, "Filter") { Filter(predicate: predicate) }
    case .project(let expressions):
      return linear(node, "Project") { Project(expressions: expressions) }
    case .generate(let spec):
      return linear(node, "Generate") {
        Generate(
          kept: spec.kept, generator: spec.generator, arguments: spec.arguments, isOuter: spec.isOuter,
          span: spec.span)
      }
    case .aggregate(let spec):
      return aggregate(spec, node)
    case .limit(let count, let offset):
      return stateful(node, "Limit", Limit(count: count, offset: offset))
    case .topN(let keys, let count, let offset):
      let specs = keys.map { TopN.SortSpec(expression: $0.expression, part: $0.part) }
      let isRetractable = node.inputs.contains(where: \.properties.mayRetract)
      return stateful(
        node, "TopN",
        TopN(
          keys: specs, count: count, offset: offset, schema: node.schema, isInputRetractable: isRetractable,
          comesOnce: node.properties.comesOnce))
    case .union:
      return stateful(node, "Union", Union())
    case .watermark(let spec): return watermark(spec, node)
    case .windowAssign(let time, let shape):
      return linear(node, "WindowAssign") { WindowAssign(time: time, shape: shape) }
    case .sessionAggregate(let spec):
      let input = node.inputs[0].schema
      return stateful(
        node, "SessionAggregate",
        SessionAggregate(
          keys: spec.keys, time: spec.time, gap: spec.gap, calls: spec.calls.map(\.spec),
          emission: spec.isFinalOnly ? .whenOver : .changes,
          domain: spec.domain == .processing || spec.domain == nil ? .processing : .event,
          isClosing: spec.domain != nil, late: spec.domain == .event ? LateRows(schema: input) : nil))
    case .join(let spec):
      if let asOf = spec.asOf { return stateful(node, "AsOfJoin", AsOfJoin(AsOfJoin.Spec(spec, asOf, node))) }
      return stateful(node, "Join", HashJoin(HashJoin.Spec(spec, node)))
    case .matchRecognize(let spec):
      return stateful(node, "MatchRecognize", spec.makeOperator(node))
    case .recursive(let spec):
      return stateful(node, "Recursive", recursive(spec, node))
    case .recursivePort(let port):
      let own = OperatorNode(id: node.id.rawValue, label: "Rows", operation: Union())
      recursivePorts[port, default: []].append(own)
      shared.append(own)
      return .shared(own)
    case .over(let spec):
      if let finality = spec.finality {
        return stateful(
          node, "Over", FinalOver(FinalOver.Spec(spec, finality, node), late: LateRows(schema: node.inputs[0].schema)))
      }
      return partitioned(node, "Over", by: spec.partitionBy, isTimed: spec.closing != nil) {
        Over(Over.Spec(spec, node), late: spec.closing.lateRows(node))
      }
    case .rankLimit(let spec):
      let late = spec.expiry == nil ? spec.closing.lateRows(node) : LateRows(schema: node.inputs[0].schema)
      return partitioned(node, "RankLimit", by: spec.partitionBy, isTimed: spec.closing != nil || spec.expiry != nil) {
        if spec.isInputRetractable { return Over(Over.Spec(spec, node), late: late) }
        return RankLimit(RankLimit.Spec(spec, node), late: late)
      }
    }
  }

  private func scan(_ reference: SourceReference, _ columns: [Int], _ node: PhysicalNode) -> Stream {
    let read = columnsRead[reference.id] ?? columns
    let origin: Origin
    if let existing = origins.first(where: { $0.id == reference.id }) {
      origin = existing
    } else {
      origin = Origin(.relation(reference), columns: read, workers: workers)
      origins.append(origin)
    }
    if let rank = drainRanks[node.id] { origin.drainRank = min(origin.drainRank ?? rank, rank) }
    var chain = origin.newChain()
    if read != columns {
      let picks = columns.map { read.firstIndex(of: $0) ?? 0 }
      chain.append { _ in
        OperatorNode(
          id: node.id.rawValue, label: "Columns",
          operation: Project(
            expressions: picks.enumerated().map { i, pick in .column(pick, node.schema[i]) }))
      }
    }
    return .lanes(chain)
  }

  private func linear(
    _ node: PhysicalNode, _ label: String, _ make: () -> any Dataflow.Operator
  ) -> Stream {
    switch build(node.inputs[0]) {
    case .lanes(var chain):
      chain.append { _ in OperatorNode(id: node.id.rawValue, label: label, operation: make()) }
      return .lanes(chain)
    case .shared(let input):
      let own = OperatorNode(id: node.id.rawValue, label: label, operation: make())
      connect(.shared(input), to: own, port: 0)
      shared.append(own)
      return .shared(own)
    }
  }

  private func stateful(_ node: PhysicalNode, _ label: String, _ operation: any Dataflow.Operator) -> Stream {
    let own = OperatorNode(id: node.id.rawValue, label: label, operation: operation)
    let inputs = node.inputs.map { build($0) }
    for (port, input) in inputs.enumerated() { connect(input, to: own, port: port) }
    shared.append(own)
    return .shared(own)
  }

  /// An operator a worker, where partitions are over with the input alone and each row has a position of its own.
  private func partitioned(
    _ node: PhysicalNode, _ label: String, by keys: [BoundExpression], isTimed: Bool, _ make: () -> any Dataflow.Operator
  ) -> Stream {
    guard workers > 1, !keys.isEmpty, !isTimed, node.inputs[0].keepsPositions else { return stateful(node, label, make()) }
    return stateful(
      node, label, Partitioned(keys: keys, operations: (0..<workers).map { _ in make() }, pool: pool))
  }

  /// The step is a graph of its own, run by the operator until it gives nothing new.
  private func recursive(_ spec: RecursiveSpec, _ node: PhysicalNode) -> Recursive {
    let inner = Construction(workers: 1, unknownRows: unknownRows)
    let output = Recursive.StepOutput()
    inner.connect(inner.build(spec.step), to: output, port: 0)
    return Recursive(
      Recursive.Spec(
        name: spec.name, schema: node.schema, isAll: spec.isAll, isLinear: spec.isLinear, levelsMax: spec.levelsMax,
        rowsMax: spec.rowsMax, rowsWanted: spec.rowsWanted, span: spec.span),
      step: Recursive.Step(ports: inner.recursivePorts, nodes: inner.shared, output: output))
  }

  private func aggregate(_ spec: AggregateSpec, _ node: PhysicalNode) -> Stream {
    let calls = spec.calls.map(\.spec)
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

  private func watermark(_ spec: WatermarkSpec, _ node: PhysicalNode) -> Stream {
    let own = WatermarkTracker.Declaration(
      relation: spec.relation, column: spec.columnName, delayMicros: spec.delayMicros, sources: [])
    let scans = Set(node.scans.map(\.id))
    // A relation that is read several times has one watermark, made of what any of its readers lets through.
    let known = watermarks.indices.first { watermarkScans[$0] == scans && watermarks[$0].isSame(as: own) }
    let declaration = known ?? watermarks.count
    if known == nil {
      watermarks.append(own)
      watermarkScans.append(scans)
    }
    let stream = linear(node, "Watermark") { WatermarkGauge(declaration: declaration, column: spec.column) }
    watermarks[declaration].sources = origins.indices.filter { index in
      guard let id = origins[index].id else { return false }
      return scans.contains(id)
    }
    return stream
  }

  func connect(_ stream: Stream, to target: any DeltaReceiver, port: Int) {
    target.expectInput()
    switch stream {
    case .shared(let node): node.connect(to: target, port: port)
    case .lanes(let chain): chain.end(at: target, port: port, isDirect: workers == 1)
    }
  }
}

extension PhysicalNode {
  /// Whether each row is one of a source, at the position that it has there.
  fileprivate var keepsPositions: Bool {
    switch kind {
    case .scan, .values: true
    case .filter, .project, .watermark: inputs.allSatisfy(\.keepsPositions)
    default: false
    }
  }
}

extension AggregateCall {
  /// As the operators take it.
  fileprivate var spec: AggregateCallSpec {
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
