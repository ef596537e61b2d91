internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension QueryBinder {
  /// A view's query, bound in its own text: it sees neither common tables nor columns around the reference.
  ///
  /// Spans of its expressions point into a text that nobody will show, so they are moved to the reference; errors name
  /// the view.
  func bindView(_ view: ViewDefinition, name: [String], span: SourceSpan) throws(SQLError) -> BoundRelation {
    var bound: BoundRelation
    do {
      bound = try context.inside(view: view.name, view.query, of: view.text, span: span) { () throws(SQLError) in
        guard let schema = view.schema else { return try QueryBinder(context).bind(view.query) }
        return try context.catalog.within(schema: schema) { () throws(SQLError) in try QueryBinder(context).bind(view.query) }
      }
    } catch {
      throw error.insideView(view.name, reference: span)
    }
    try context.notePlanNodes(bound.plan.nodeCount(upTo: context.limits.planNodesMax), span: span)
    bound = try bound.renamed(
      view.columns.map { AST.Identifier($0) }, what: "view \"\(view.name)\"", span: span)
    bound.plan = bound.plan.relocated(to: span)
    bound.scope = bound.scope.requalified(name)
    return bound
  }
}

extension SQLError {
  /// The same error, seen from a query that uses the view.
  fileprivate func insideView(_ name: String, reference: SourceSpan) -> SQLError {
    var copy = self
    copy.message = "in view \"\(name)\": \(message)"
    copy.span = reference
    return copy
  }
}

extension LogicalPlan {
  /// The same plan with every place set to `span`.
  func relocated(to span: SourceSpan) -> LogicalPlan {
    let moved = mapInputs { $0.relocated(to: span) }.mapExpressions { $0.relocated(to: span) }
    switch moved {
    case .scan(var scan):
      scan.span = span
      return .scan(scan)
    case .generate(var generate):
      generate.span = span
      return .generate(generate)
    case .aggregate(var aggregate):
      for index in aggregate.calls.indices { aggregate.calls[index].span = span }
      return .aggregate(aggregate)
    case .join(var join):
      join.span = span
      return .join(join)
    case .recursive(var recursive):
      recursive.span = span
      return .recursive(recursive)
    case .recursiveReference: return moved
    case .matchRecognize(var match):
      match.spec.span = span
      return .matchRecognize(match)
    case .over(var over):
      for index in over.calls.indices { over.calls[index].span = span }
      return .over(over)
    case .values, .filter, .project, .distinct, .sort, .limit, .union, .watermark, .windowAssign, .rankLimit: return moved
    }
  }
}

extension BoundExpression {
  func relocated(to span: SourceSpan) -> BoundExpression {
    var copy = mapChildren { $0.relocated(to: span) }
    copy.span = span
    return copy
  }
}
