import Columnar
import Diagnostics

/// The part of a graph that each worker has for itself: what turns one source's morsels into batches, then the linear
/// operators above it, then perhaps a partial aggregate.
// @unchecked Sendable: one worker uses a lane during a round, the query's thread between rounds; `WorkerPool.run`
// orders the accesses.
package final class Lane: @unchecked Sendable {
  /// Operators from the source up, inputs before consumers.
  package let nodes: [OperatorNode]
  /// What gets the source's batches: the first operators of each chain, or outlets.
  private let entries: [any DeltaReceiver]
  /// The ends of the chains, the same number in every lane of a pipeline.
  package let outlets: [LaneOutlet]

  package init(nodes: [OperatorNode], entries: [any DeltaReceiver], outlets: [LaneOutlet]) {
    self.nodes = nodes
    self.entries = entries
    self.outlets = outlets
  }

  /// Pushes one morsel's rows through. `sequence` numbers morsels in reading order.
  package func process(_ content: any MorselContent, sequence: Int64, step: StepContext) throws(SQLError) {
    for outlet in outlets { outlet.sequence = sequence }
    var rows: Int64 = 0
    // The first chain gets rows as they are decoded. Others get the whole morsel behind it, so that the order of rows
    // depends neither on batch borders nor on the number of workers (SEM-11).
    var kept: [Delta] = []
    try content.forEachBatch { (batch, weights) throws(SQLError) in
      let order = RowOrder.sequence(from: sequence << RowOrder.rowBits | rows)
      rows += Int64(batch.count)
      let delta = Delta(batch, weights: weights, order: order)
      try self.entries.first?.receive(delta, port: 0, step: step)
      if self.entries.count > 1 { kept.append(delta) }
    }
    for entry in entries.dropFirst() {
      for delta in kept { try entry.receive(delta, port: 0, step: step) }
    }
  }

  package func flush(step: StepContext) throws(SQLError) {
    for outlet in outlets { outlet.sequence = .max }
    for node in nodes { try node.flush(step: step) }
  }
}

/// A morsel as a lane sees it: something that yields batches.
package protocol MorselContent: Sendable {
  func forEachBatch(_ body: (Batch, [Int64]?) throws(SQLError) -> Void) throws(SQLError)
}

/// The end of a lane: an edge to the shared part of the graph.
///
/// With one worker deltas go straight on. With several they wait until the round is over; then the query's thread hands
/// them on in the order of their morsels, so that the answer does not depend on who worked on what (SEM-11).
package final class LaneOutlet: DeltaReceiver {
  private let target: any DeltaReceiver
  private let port: Int
  private let isDirect: Bool
  var sequence: Int64 = 0
  private var held: [(sequence: Int64, port: Int, delta: Delta)] = []

  package init(target: any DeltaReceiver, port: Int, isDirect: Bool) {
    self.target = target
    self.port = port
    self.isDirect = isDirect
  }

  package func receive(_ delta: Delta, port channel: Int, step: StepContext) throws(SQLError) {
    if isDirect {
      try target.receive(delta, port: port + channel, step: step)
    } else {
      held.append((sequence, port + channel, delta))
    }
  }

  /// The chain of this outlet (in all lanes) has ended.
  func endTarget(step: StepContext) throws(SQLError) { try target.endInput(port: port, step: step) }

  /// Hands on what the lanes of a pipeline hold, morsel by morsel, chain by chain: as one lane would have done.
  static func drain(_ lanes: [Lane], step: StepContext) throws(SQLError) {
    var all: [(sequence: Int64, chain: Int, port: Int, delta: Delta)] = []
    for lane in lanes {
      for (chain, outlet) in lane.outlets.enumerated() {
        all += outlet.held.map { ($0.sequence, chain, $0.port, $0.delta) }
        outlet.held.removeAll(keepingCapacity: true)
      }
    }
    let targets = lanes[0].outlets.map(\.target)
    // Stable within a morsel's chain: one worker made all of it, in order.
    let order = all.indices.sorted { (all[$0].sequence, all[$0].chain, $0) < (all[$1].sequence, all[$1].chain, $1) }
    for i in order { try targets[all[i].chain].receive(all[i].delta, port: all[i].port, step: step) }
  }
}
