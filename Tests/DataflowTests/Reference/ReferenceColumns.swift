import Columnar

/// What is known of an output column of the reference.
struct ReferenceColumn {
  var type: DataType
  /// False for averages and what is made of them: rounding may differ, so nothing groups, compares or sorts by them.
  var isExact = true
}

extension ReferencePlan {
  /// Tables that plans are made over.
  static let tables: [[ReferenceColumn]] = [
    [.init(type: .bigint), .init(type: .string), .init(type: .bigint), .init(type: .array(.bigint))],
    [.init(type: .bigint), .init(type: .double), .init(type: .string)],
  ]

  var columns: [ReferenceColumn] {
    switch self {
    case .table(let index): return Self.tables[index]
    case .filter(let input, _), .distinct(let input), .topN(let input, _, _, _): return input.columns
    case .project(let input, let expressions):
      let columns = input.columns
      return expressions.map { $0.column(over: columns) }
    case .explode(let input, let column, _):
      var columns = input.columns
      let removed = columns.remove(at: column)
      if case .array(let element) = removed.type { columns.append(.init(type: element, isExact: removed.isExact)) }
      return columns
    case .aggregate(let input, let keys, let calls):
      let columns = input.columns
      return keys.map { $0.column(over: columns) } + calls.map { $0.column(over: columns) }
    case .groupingSets(let input, let keys, _, let calls):
      let columns = input.columns
      return keys.map { $0.column(over: columns) } + [.init(type: .bigint)] + calls.map { $0.column(over: columns) }
    case .union(let a, let b):
      return zip(a.columns, b.columns).map { .init(type: $0.type, isExact: $0.isExact && $1.isExact) }
    case .join(let a, let b, let kind, _):
      return kind == .semi || kind == .anti ? a.columns : a.columns + b.columns
    case .setOperation(let a, _, _, _): return a.columns
    case .recursion(_, _, _, let depth): return [ReferenceColumn](repeating: .init(type: .bigint), count: depth == nil ? 1 : 2)
    case .match(let input, let match):
      let columns = input.columns
      let (before, after) = match.shown(columns.count)
      return (match.partition + before).map { columns[$0] } + match.measures.map { $0.operand.column(over: columns) }
        + after.map { columns[$0] }
    case .over(let input, let over):
      let columns = input.columns
      return columns + over.calls.map { $0.resultColumn(over: columns) }
    case .rankLimit(let input, let limit): return input.columns + (limit.showsRank ? [.init(type: .bigint)] : [])
    case .distinctOn(let input, _): return input.columns
    case .sessions(let input, let sessions):
      let numbers = [ReferenceColumn](repeating: .init(type: .bigint), count: sessions.countsDistinct ? 4 : 3)
      return (sessions.key.map { [input.columns[$0]] } ?? []) + numbers
    }
  }

  /// The plans directly below.
  var inputs: [ReferencePlan] {
    switch self {
    case .table: []
    case .filter(let input, _), .project(let input, _), .explode(let input, _, _), .aggregate(let input, _, _),
      .groupingSets(let input, _, _, _), .distinct(let input), .topN(let input, _, _, _), .match(let input, _),
      .over(let input, _), .rankLimit(let input, _), .distinctOn(let input, _), .sessions(let input, _):
      [input]
    case .union(let a, let b), .join(let a, let b, _, _), .setOperation(let a, let b, _, _),
      .recursion(let a, let b, _, _):
      [a, b]
    }
  }

  /// Whether rows never go once `isAppendOnly` says so of each table.
  func isAppendOnly(_ tables: [Bool]) -> Bool {
    switch self {
    case .table(let index): tables[index]
    case .filter, .project, .explode, .union, .distinct: inputs.allSatisfy { $0.isAppendOnly(tables) }
    case .topN(let input, let keys, _, _): keys.isEmpty && input.isAppendOnly(tables)
    case .join(let a, let b, .inner, _): a.isAppendOnly(tables) && b.isAppendOnly(tables)
    case .aggregate, .groupingSets, .join, .setOperation, .match, .recursion, .over, .rankLimit, .distinctOn, .sessions: false
    }
  }

  /// Whether the order of rows is decided by the input alone, so that LIMIT and `first` may depend on it: rows that come
  /// back get a new place (SEM-11), which the reference does not follow.
  func hasKnownOrder(_ tables: [Bool]) -> Bool {
    switch self {
    case .table(let index): tables[index]
    case .aggregate(let input, _, _), .distinct(let input):
      input.isAppendOnly(tables) && input.hasKnownOrder(tables)
    case .groupingSets, .join, .setOperation, .match, .recursion, .over, .rankLimit, .distinctOn, .sessions: false
    case .filter, .project, .explode, .union, .topN: inputs.allSatisfy { $0.hasKnownOrder(tables) }
    }
  }
}

extension ReferenceExpression {
  func column(over columns: [ReferenceColumn]) -> ReferenceColumn {
    switch self {
    case .column(let ordinal): return columns[ordinal]
    case .literal(let value): return .init(type: value.referenceType)
    case .compare, .and, .or, .not, .isNull: return .init(type: .boolean)
    case .arithmetic(_, let a, let b), .coalesce(let a, let b), .choose(_, let a, let b):
      let (x, y) = (a.column(over: columns), b.column(over: columns))
      return .init(type: x.type == .null ? y.type : x.type, isExact: x.isExact && y.isExact)
    }
  }
}

extension ReferenceMatch.Operand {
  fileprivate func column(over columns: [ReferenceColumn]) -> ReferenceColumn {
    switch self {
    case .literal(let value): .init(type: value.referenceType)
    case .row(_, let column, _, _, _): columns[column]
    case .count, .matchNumber: .init(type: .bigint)
    case .classifier: .init(type: .string)
    }
  }
}

extension ReferenceCall {
  fileprivate func column(over columns: [ReferenceColumn]) -> ReferenceColumn {
    guard function != .count, let argument = argument?.column(over: columns) else { return .init(type: .bigint) }
    switch function {
    case .count: return .init(type: .bigint)
    case .avg: return .init(type: .double, isExact: false)
    case .ownSum: return .init(type: .bigint)
    case .sum, .min, .max, .first: return argument
    case .collectList, .ownList: return .init(type: .array(argument.type), isExact: argument.isExact)
    }
  }
}

extension Value {
  fileprivate var referenceType: DataType {
    switch self {
    case .bool: .boolean
    case .int64: .bigint
    case .float64: .double
    case .bytes: .string
    case .list(let items): .array(items.first?.referenceType ?? .bigint)
    default: .null
    }
  }
}
