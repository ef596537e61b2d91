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

  private func construct(_ plan: PhysicalPlan, into root: any DeltaReceiver) -> GraphConstruction {
    let construction = GraphConstruction(workers: workers, unknownRows: unknownRows)
    construction.noteScans(plan.root)
    construction.noteDrainRanks(plan.root)
    construction.connect(construction.build(plan.root), to: root, port: 0)
    return construction
  }
}
