import Diagnostics

extension Parser {
  /// What follows `|>`.
  mutating func pipeOperator() throws(SQLError) -> AST.PipeOperator {
    let start = token.span
    let kind = try pipeKind()
    try grow()
    return .init(kind: kind, span: span(from: start))
  }

  private mutating func pipeKind() throws(SQLError) -> AST.PipeKind {
    if accept(.select) {
      // A hint says how a cluster would run the step.
      _ = try hints()
      let quantifier = try selectQuantifier()
      return .select(quantifier: quantifier, try pipeItems())
    }
    if accept(.extend) { return .extend(try pipeItems()) }
    if accept(.set) { return .set(try assignments()) }
    if accept(.drop) {
      return .drop(try commaSeparated { (parser) throws(SQLError) in try parser.objectName() })
    }
    if accept(.as) { return .alias(try anyName()) }
    if accept(.where) { return .where(try expression()) }
    if accept(.limit) {
      let count = try expression()
      return .limit(count, offset: accept(.offset) ? try expression() : nil)
    }
    if accept(.offset) { return .offset(try expression()) }
    if accept(.aggregate) { return try pipeAggregate() }
    if at(.order) || at(.cluster, .by) || at(.distribute, .by) || at(.sort, .by) { return .ordering(try ordering()) }
    if at(.lateral, .view) { return .lateralView(try lateralView()) }
    if at(.pivot) { return .pivot(try pivot()) }
    if at(.unpivot) { return .unpivot(try unpivot()) }
    if accept(.tablesample) { return .sample(try sample()) }
    if let operation = accept(anyOf: [.union, .except, .minus, .intersect]) {
      return try pipeSetOperation(operation)
    }
    if let (kind, isNatural) = try joinKind() {
      let right = try relationPrimary()
      return .join(kind, isNatural: isNatural, right, try joinCondition())
    }
    throw unexpected("a pipe operator")
  }

  private mutating func pipeItems() throws(SQLError) -> [AST.SelectItem] {
    try commaSeparated { (parser) throws(SQLError) in try parser.selectItem() }
  }

  /// `a = e, …`
  mutating func assignments() throws(SQLError) -> [AST.Assignment] {
    try commaSeparated { (parser) throws(SQLError) in
      let target = try parser.objectName()
      try parser.expect(.equal)
      return AST.Assignment(target: target, value: try parser.expression())
    }
  }

  /// `AGGREGATE [items] [GROUP BY items]`, one of the two at least.
  private mutating func pipeAggregate() throws(SQLError) -> AST.PipeKind {
    let items = at(.group) ? [] : try pipeItems()
    var keys: [AST.SelectItem] = []
    if accept(.group) {
      try expect(.by)
      keys = try pipeItems()
    }
    return .aggregate(items, groupBy: keys)
  }

  private mutating func pipeSetOperation(_ keyword: Keyword) throws(SQLError) -> AST.PipeKind {
    let operation: AST.SetOperation.Operator =
      keyword == .union ? .union : keyword == .intersect ? .intersect : .except
    let isAll = setQuantifier()
    let operands = try commaSeparated { (parser) throws(SQLError) in try parser.queryTerm() }
    return .setOperation(operation, isAll: isAll, operands)
  }
}
