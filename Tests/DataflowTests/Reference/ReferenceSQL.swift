import Columnar

/// The reference's plans and expressions as SQL text. Columns of every query are called c0, c1 …
extension ReferencePlan {
  var sql: String {
    switch self {
    case .table(let index): return "SELECT \(names(columns.count)) FROM t\(index)"
    case .filter(let input, let condition):
      return "SELECT * FROM (\(input.sql)) AS q WHERE \(condition.sql())"
    case .project(let input, let expressions):
      return "SELECT \(list(expressions.map { $0.sql() })) FROM (\(input.sql)) AS q"
    case .explode(let input, let column, let isOuter):
      let kept = input.columns.indices.filter { $0 != column }.map { "c\($0)" }
      return "SELECT \(list(kept + ["explode\(isOuter ? "_outer" : "")(c\(column))"])) FROM (\(input.sql)) AS q"
    case .aggregate(let input, let keys, let calls):
      let grouping = keys.isEmpty ? "" : " GROUP BY \(keys.map { $0.sql() }.joined(separator: ", "))"
      return "SELECT \(list(keys.map { $0.sql() } + calls.map(\.sql))) FROM (\(input.sql)) AS q\(grouping)"
    case .groupingSets(let input, let keys, let sets, let calls):
      let names = keys.map { $0.sql() }
      let listed = sets.map { set in "(\(set.map { names[$0] }.joined(separator: ", ")))" }
      return """
        SELECT \(list(names + ["grouping_id(\(names.joined(separator: ", ")))"] + calls.map(\.sql))) FROM (\(input.sql)) AS q \
        GROUP BY \(names.joined(separator: ", ")) GROUPING SETS (\(listed.joined(separator: ", ")))
        """
    case .distinct(let input): return "SELECT DISTINCT * FROM (\(input.sql)) AS q"
    case .union(let a, let b): return "SELECT * FROM (\(a.sql)) AS a UNION ALL SELECT * FROM (\(b.sql)) AS b"
    case .topN(let input, let keys, let count, let offset):
      let order = keys.isEmpty ? "" : " ORDER BY \(keys.map(\.sql).joined(separator: ", "))"
      return "SELECT * FROM (\(input.sql)) AS q\(order)\(count.map { " LIMIT \($0)" } ?? "")"
        + (offset > 0 ? " OFFSET \(offset)" : "")
    case .join(let a, let b, let kind, let on):
      let left = a.columns.count
      let name = { (ordinal: Int) in ordinal < left ? "a.c\(ordinal)" : "b.c\(ordinal - left)" }
      return """
        SELECT \(list(columns.indices.map(name))) FROM (\(a.sql)) AS a \(kind.rawValue) (\(b.sql)) AS b \
        ON \(on.sql(name))
        """
    case .over(let input, let over):
      return "SELECT \(list(input.columns.indices.map { "c\($0)" } + over.calls.map { $0.sql(over) })) FROM (\(input.sql)) AS q"
    case .rankLimit(let input, let limit):
      let over = ReferenceOver(partition: limit.partition, order: limit.order, calls: [])
      let rank = ReferenceWindowCall(function: limit.function).sql(over)
      let width = input.columns.count
      let inner = "SELECT *, \(rank) AS c\(width) FROM (\(input.sql)) AS q"
      return "SELECT \(names(width + (limit.showsRank ? 1 : 0))) FROM (\(inner)) AS q WHERE c\(width) <= \(limit.limit)"
    case .distinctOn(let input, let limit):
      let order = limit.order.isEmpty ? "" : " ORDER BY \(limit.order.map(\.sql).joined(separator: ", "))"
      return "SELECT DISTINCT ON (\(limit.partition.map { "c\($0)" }.joined(separator: ", "))) * FROM (\(input.sql)) AS q\(order)"
    case .sessions(let input, let sessions): return sessions.sql(input.sql)
    case .setOperation(let a, let b, let kind, let isAll):
      return "SELECT * FROM (\(a.sql)) AS a \(kind.rawValue)\(isAll ? " ALL" : "") SELECT * FROM (\(b.sql)) AS b"
    case .recursion(let base, let pairs, let isLeft, let depth):
      let join = "r \(isLeft ? "LEFT " : "")JOIN (\(pairs.sql)) AS e ON r.c0 = e.c0"
      guard let depth else {
        return "WITH RECURSIVE r AS (SELECT c0 FROM (\(base.sql)) AS q UNION SELECT e.c1 FROM \(join)) SELECT c0 FROM r"
      }
      return "WITH RECURSIVE r AS (SELECT c0, 0L AS c1 FROM (\(base.sql)) AS q UNION ALL SELECT e.c1, r.c1 + 1 FROM \(join) "
        + "WHERE r.c1 < \(depth)L) SELECT c0, c1 FROM r"
    case .match(let input, let match):
      return "SELECT \(list(match.outputNames(input.columns.count))) FROM (\(input.sql)) \(match.sql)"
    }
  }

  private func names(_ count: Int) -> String { (0..<count).map { "c\($0)" }.joined(separator: ", ") }

  private func list(_ items: [String]) -> String {
    items.enumerated().map { "\($0.element) AS c\($0.offset)" }.joined(separator: ", ")
  }
}

extension ReferenceExpression {
  func sql(_ name: (Int) -> String = { "c\($0)" }) -> String {
    switch self {
    case .column(let ordinal): name(ordinal)
    case .literal(let value): value.sql
    case .arithmetic(let operation, let a, let b): "(\(a.sql(name)) \(operation.rawValue) \(b.sql(name)))"
    case .compare(let comparison, let a, let b): "(\(a.sql(name)) \(comparison.rawValue) \(b.sql(name)))"
    case .and(let a, let b): "(\(a.sql(name)) AND \(b.sql(name)))"
    case .or(let a, let b): "(\(a.sql(name)) OR \(b.sql(name)))"
    case .not(let a): "(NOT \(a.sql(name)))"
    case .isNull(let a): "(\(a.sql(name)) IS NULL)"
    case .coalesce(let a, let b): "coalesce(\(a.sql(name)), \(b.sql(name)))"
    case .choose(let condition, let then, let otherwise):
      "CASE WHEN \(condition.sql(name)) THEN \(then.sql(name)) ELSE \(otherwise.sql(name)) END"
    }
  }
}

extension ReferenceCall {
  fileprivate var sql: String {
    let inside = argument.map { "\(isDistinct ? "DISTINCT " : "")\($0.sql())" } ?? "*"
    return "\(function.rawValue)(\(inside))" + (filter.map { " FILTER (WHERE \($0.sql()))" } ?? "")
  }
}

extension ReferenceSortKey {
  var sql: String { "c\(column) \(isDescending ? "DESC" : "ASC") NULLS \(nullsFirst ? "FIRST" : "LAST")" }
}

extension Value {
  /// As a literal.
  var sql: String {
    switch self {
    case .null: "NULL"
    case .bool(let flag): flag ? "true" : "false"
    case .int64(let number): number < 0 ? "(\(number)L)" : "\(number)L"
    case .float64(let number): number < 0 ? "(\(number)D)" : "\(number)D"
    case .bytes(let bytes): "'\(String(decoding: bytes, as: UTF8.self))'"
    case .list(let items): "array(\(items.map(\.sql).joined(separator: ", ")))"
    default: preconditionFailure("the reference has no literal for \(self)")
    }
  }
}
