internal import Columnar
internal import Expressions

/// Takes out operators that change nothing.
struct RemoveTrivial: OptimizerRule {
  let name = "remove-trivial"

  func rewrite(_ plan: LogicalPlan, settings: SessionSettings) -> LogicalPlan {
    let names = plan.schema.names
    let result = plan.rewritingUpwards(simplified)
    // Below the root names do not matter; at the root they are what the user sees.
    return result.schema.names == names ? result : result.renamed(names)
  }

  private func simplified(_ plan: LogicalPlan) -> LogicalPlan {
    switch plan {
    case .project(let project):
      return project.isPrefix && project.columns.count == project.input.schema.count ? project.input : plan
    case .filter(let filter): return filter.predicate.literalValue == .bool(true) ? filter.input : plan
    case .distinct(let distinct):
      if case .distinct = distinct.input { return distinct.input }
      return plan
    case .limit(let limit): return merged(limit)
    case .union(let union): return union.inputs.count == 1 ? union.inputs[0] : plan
    case .sort(let sort):
      // The last ORDER BY decides.
      if case .sort(let inner) = sort.input { return .sort(.init(input: inner.input, keys: sort.keys)) }
      return plan
    case .scan, .values, .generate, .aggregate, .watermark, .windowAssign, .join, .matchRecognize, .recursive,
      .recursiveReference, .over, .rankLimit:
      return plan
    }
  }

  /// Two limits, one above the other, are one.
  private func merged(_ outer: LogicalPlan.Limit) -> LogicalPlan {
    if outer.count == nil && outer.offset == 0 { return outer.input }
    guard case .limit(let inner) = outer.input else { return .limit(outer) }
    let (offset, overflow) = inner.offset.addingReportingOverflow(outer.offset)
    if overflow { return .limit(outer) }
    let left = inner.count.map { max(0, $0 - outer.offset) }
    let count = [left, outer.count].compactMap { $0 }.min()
    return .limit(.init(input: inner.input, count: count, offset: offset))
  }
}

extension LogicalPlan {
  /// The same rows with these column names.
  fileprivate func renamed(_ names: [String]) -> LogicalPlan {
    if case .project(var project) = self {
      for (index, name) in names.enumerated() { project.columns[index].name = name }
      return .project(project)
    }
    let columns = zip(schema.fields, names).enumerated().map {
      NamedExpression(.column($0.offset, $0.element.0), as: $0.element.1)
    }
    return .project(.init(input: self, columns: columns))
  }
}
