import Columnar
import Dataflow
import Planning

/// A source and the chains of operators above it.
final class Origin {
  enum Kind {
    case relation(SourceReference)
    case constants(Batch, Schema)
  }

  let kind: Kind
  let columns: [Int]
  /// Set if the source is drained before others.
  var drainRank: Int?
  /// By worker.
  private var nodes: [[OperatorNode]]
  private var entries: [[any DeltaReceiver]]
  private var outlets: [[LaneOutlet]]

  init(_ kind: Kind, columns: [Int], workers: Int) {
    self.kind = kind
    self.columns = columns
    nodes = Array(repeating: [], count: workers)
    entries = Array(repeating: [], count: workers)
    outlets = Array(repeating: [], count: workers)
  }

  var id: SourceID? {
    if case .relation(let reference) = kind { return reference.id }
    return nil
  }

  func newChain() -> Chain { Chain(origin: self, workers: nodes.count) }

  fileprivate func add(_ chain: [OperatorNode], outlet: LaneOutlet, worker: Int) {
    nodes[worker] += chain
    entries[worker].append(chain.first ?? outlet)
    outlets[worker].append(outlet)
  }

  func makeLanes() -> [Lane] {
    nodes.indices.map { Lane(nodes: nodes[$0], entries: entries[$0], outlets: outlets[$0]) }
  }
}

/// Operators above one scan, one copy a worker, not yet connected to what comes behind.
struct Chain {
  let origin: Origin
  private var nodes: [[OperatorNode]]

  init(origin: Origin, workers: Int) {
    self.origin = origin
    nodes = Array(repeating: [], count: workers)
  }

  mutating func append(_ make: (Int) -> OperatorNode) {
    for worker in nodes.indices {
      let node = make(worker)
      nodes[worker].last?.connect(to: node, port: 0)
      nodes[worker].append(node)
    }
  }

  func end(at target: any DeltaReceiver, port: Int, isDirect: Bool) {
    for worker in nodes.indices {
      let outlet = LaneOutlet(target: target, port: port, isDirect: isDirect)
      nodes[worker].last?.connect(to: outlet, port: 0)
      origin.add(nodes[worker], outlet: outlet, worker: worker)
    }
  }
}
