package import Columnar
package import Diagnostics

extension LogicalPlan {
  /// WITH RECURSIVE: the rows of `base`, and what `step` makes of rows found, until nothing new is found.
  package struct Recursive: Sendable {
    package var name: String
    /// Tells the references of this one from those of another.
    package var id: Int
    package var base: LogicalPlan
    /// Holds at least one reference with this id.
    package var step: LogicalPlan
    /// UNION ALL: `step` sees the rows of the round before, and duplicates are kept. UNION: it sees all rows, each once.
    package var isAll: Bool
    package var schema: Schema
    /// Rounds, and rows found, at which the search is given up; nil: no bound.
    package var levelsMax: Int?
    package var rowsMax: Int?
    package var span: SourceSpan
  }

  /// The rows found so far, inside the step of a recursion (port 0), or one of the step's other inputs once the physical
  /// planner has taken it out.
  package struct RecursiveReference: Sendable {
    package var id: Int
    package var port: Int
    package var name: String
    package var schema: Schema
  }
}

extension LogicalPlan {
  /// How often the rows found by recursion `id` are read.
  func references(to id: Int) -> Int {
    if case .recursiveReference(let reference) = self { return reference.id == id && reference.port == 0 ? 1 : 0 }
    return inputs.reduce(0) { $0 + $1.references(to: id) }
  }

  /// The plan with each largest part that does not read the recursion in `ports`, and a reference in its place.
  func takingOutInputs(of id: Int, into ports: inout [LogicalPlan]) -> LogicalPlan {
    if case .recursiveReference(let reference) = self, reference.id == id { return self }
    if references(to: id) > 0 { return mapInputs { $0.takingOutInputs(of: id, into: &ports) } }
    ports.append(self)
    return .recursiveReference(.init(id: id, port: ports.count, name: "input \(ports.count)", schema: schema))
  }

  /// Whether more rows found never lead to fewer of what this gives: nothing but selections and pairs.
  func isMonotone(in id: Int) -> Bool {
    if references(to: id) == 0 { return true }
    switch self {
    case .recursiveReference, .filter, .project, .generate, .union, .distinct:
      return inputs.allSatisfy { $0.isMonotone(in: id) }
    case .join(let join): return join.kind == .inner && inputs.allSatisfy { $0.isMonotone(in: id) }
    case .scan, .values, .aggregate, .sort, .limit, .watermark, .windowAssign, .matchRecognize, .recursive, .over,
      .rankLimit:
      return false
    }
  }

  /// Whether what it gives for two sets of rows found is the sum of what it gives for each.
  func isLinear(in id: Int) -> Bool {
    if case .distinct = self, references(to: id) > 0 { return false }
    return inputs.allSatisfy { $0.isLinear(in: id) }
  }
}
