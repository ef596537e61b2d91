import Columnar
import Connectors
import Dataflow
import Diagnostics
import Expressions
import Planning

/// The work of one build.
final class GraphConstruction {
  let workers: Int
  let pool: WorkerPool
  private(set) var origins: [Origin] = []
  /// Operators that stand behind the lanes, in order of their building.
  var shared: [OperatorNode] = []
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
    let inner = GraphConstruction(workers: 1, unknownRows: unknownRows)
    let output = Recursive.StepOutput()
    inner.connect(inner.build(spec.step), to: output, port: 0)
    return Recursive(
      Recursive.Spec(
        name: spec.name, schema: node.schema, isAll: spec.isAll, isLinear: spec.isLinear, levelsMax: spec.levelsMax,
        rowsMax: spec.rowsMax, rowsWanted: spec.rowsWanted, span: spec.span),
      step: Recursive.Step(ports: inner.recursivePorts, nodes: inner.shared, output: output))
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
  var keepsPositions: Bool {
    switch kind {
    case .scan, .values: true
    case .filter, .project, .watermark: inputs.allSatisfy(\.keepsPositions)
    default: false
    }
  }
}
