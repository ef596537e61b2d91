internal import Columnar
internal import Expressions

extension LogicalPlan {
  /// The plan without the ORDER BY on top of it, and what that orders by.
  ///
  /// Between operators rows have no order, so an ORDER BY means something in two places only: under a LIMIT, and at the
  /// root, where it is a matter of presentation (SEM-11). Both may stand above projections and filters: the ORDER BY of a
  /// view or a subquery is looked for through them. Keys that a projection drops are kept as hidden columns behind its own.
  func liftingOrder() -> (plan: LogicalPlan, order: [SortKey]) {
    switch self {
    case .sort(let sort): return (sort.input, sort.keys)
    case .project(let project): return project.liftingOrder()
    case .filter(var filter):
      let (input, order) = filter.input.liftingOrder()
      if order.isEmpty { return (self, []) }
      filter.input = input
      return (.filter(filter), order)
    case .limit(var limit):
      let (input, order) = limit.input.liftingOrder()
      if order.isEmpty { return (self, []) }
      limit.input = .sort(.init(input: input, keys: order))
      return (.limit(limit), order)
    case .scan, .values, .generate, .aggregate, .distinct, .union, .watermark, .windowAssign, .join, .matchRecognize,
      .recursive, .recursiveReference, .over, .rankLimit:
      return (self, [])
    }
  }
}

extension LogicalPlan.Project {
  fileprivate func liftingOrder() -> (plan: LogicalPlan, order: [SortKey]) {
    let (below, order) = input.liftingOrder()
    if order.isEmpty { return (.project(self), []) }
    var copy = self
    copy.input = below
    let lifted = order.map { key in
      var key = key
      let index = copy.columns.firstIndex { $0.expression.isSame(as: key.expression) } ?? copy.columns.count
      if index == copy.columns.count {
        copy.columns.append(NamedExpression(key.expression, as: "_sort\(index - columns.count)"))
      }
      key.expression = .column(index, copy.columns[index].field, span: key.expression.span)
      return key
    }
    return (.project(copy), lifted)
  }

  /// Whether it passes the first columns on as they are, in order.
  var isPrefix: Bool {
    columns.indices.allSatisfy { columns[$0].expression.columnOrdinal == $0 }
  }
}

extension BoundExpression {
  /// The ordinal of a bare column.
  var columnOrdinal: Int? {
    if case .column(let ordinal) = node { return ordinal }
    return nil
  }
}
