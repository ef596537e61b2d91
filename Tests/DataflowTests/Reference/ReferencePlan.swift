import Columnar

/// A query as relational algebra. The reference evaluates it row at a time over everything seen so far; the engine gets
/// the same query as SQL text.
indirect enum ReferencePlan {
  case table(Int)
  case filter(ReferencePlan, ReferenceExpression)
  case project(ReferencePlan, [ReferenceExpression])
  /// All other columns, then one row for every element of an array column; `isOuter` keeps rows whose array is empty.
  case explode(ReferencePlan, column: Int, isOuter: Bool)
  case aggregate(ReferencePlan, keys: [ReferenceExpression], calls: [ReferenceCall])
  /// GROUP BY each set of keys (by position): the keys, NULL where the set leaves them out, `grouping_id()`, the calls.
  case groupingSets(ReferencePlan, keys: [ReferenceExpression], sets: [[Int]], calls: [ReferenceCall])
  case distinct(ReferencePlan)
  case union(ReferencePlan, ReferencePlan)
  case topN(ReferencePlan, keys: [ReferenceSortKey], count: Int?, offset: Int)
  case join(ReferencePlan, ReferencePlan, kind: ReferenceJoinKind, on: ReferenceExpression)
  case setOperation(ReferencePlan, ReferencePlan, kind: ReferenceSetKind, isAll: Bool)
  case match(ReferencePlan, ReferenceMatch)
  /// What one column of the first plan leads to by the pairs of the second; with `depth` every way of at most so many pairs.
  case recursion(ReferencePlan, pairs: ReferencePlan, isLeft: Bool, depth: Int?)
  case over(ReferencePlan, ReferenceOver)
  case rankLimit(ReferencePlan, ReferenceRankLimit)
  case distinctOn(ReferencePlan, ReferenceRankLimit)
  case sessions(ReferencePlan, ReferenceSessions)
}

enum ReferenceJoinKind: String, CaseIterable {
  case inner = "JOIN", left = "LEFT JOIN", right = "RIGHT JOIN", full = "FULL JOIN"
  case semi = "LEFT SEMI JOIN", anti = "LEFT ANTI JOIN"
}

enum ReferenceSetKind: String, CaseIterable { case except = "EXCEPT", intersect = "INTERSECT" }

struct ReferenceSortKey {
  var column: Int
  var isDescending: Bool
  var nullsFirst: Bool
}

/// One aggregate: `function([DISTINCT] argument) [FILTER (WHERE filter)]`.
struct ReferenceCall {
  enum Function: String, CaseIterable {
    case count, sum, avg, min, max, first, collectList = "collect_list"
    /// Aggregates of a user, see `OwnAggregates`: a sum with INVERSE and MERGE, a list without.
    case ownSum = "own_sum", ownList = "own_list"
    /// Whether the result depends on the order of the input.
    var isOrderSensitive: Bool { self == .first || self == .collectList || self == .ownList }
  }
  var function: Function
  /// nil: `count(*)`.
  var argument: ReferenceExpression?
  var isDistinct = false
  var filter: ReferenceExpression?
}

/// A row of the reference: its values, and where it stands in input order.
struct ReferenceRow {
  var values: [Value]
  var position: Int
}

extension ReferencePlan {
  /// The rows of the answer, in input order. `tables` holds everything that is there, in input order.
  func rows(_ tables: [[ReferenceRow]]) -> [ReferenceRow] {
    switch self {
    case .table(let index): return tables[index]
    case .filter(let input, let condition): return input.rows(tables).filter { condition.holds($0.values) }
    case .project(let input, let columns):
      return input.rows(tables).map { row in
        ReferenceRow(values: columns.map { $0.value(row.values) }, position: row.position)
      }
    case .explode(let input, let column, let isOuter):
      return input.rows(tables).flatMap { Self.exploded($0, column, isOuter) }
    case .aggregate(let input, let keys, let calls): return Self.aggregated(input.rows(tables), keys, calls)
    case .groupingSets(let input, let keys, let sets, let calls):
      return Self.inOrder(
        sets.flatMap { set in
          // A set without keys has its group only if there is a row, as in Spark.
          let rows = input.rows(tables)
          return rows.isEmpty ? [] : Self.grouped(rows, keys, by: set, calls)
        })
    case .distinct(let input):
      var seen: Set<String> = []
      return Self.inOrder(input.rows(tables)).filter { seen.insert(ReferenceOrder.text($0.values)).inserted }
    case .union(let a, let b): return Self.inOrder(a.rows(tables) + b.rows(tables))
    case .topN(let input, let keys, let count, let offset):
      let sorted = Self.sorted(input.rows(tables), keys).dropFirst(offset)
      return Array(count.map { sorted.prefix($0) } ?? sorted)
    case .join(let a, let b, let kind, let on):
      return Self.joined(a.rows(tables), b.rows(tables), kind, on, widths: (a.columns.count, b.columns.count))
    case .setOperation(let a, let b, let kind, let isAll):
      return Self.combined(a.rows(tables), b.rows(tables), kind, isAll)
    case .recursion(let base, let pairs, let isLeft, let depth):
      return Self.reached(base.rows(tables), pairs.rows(tables), isLeft: isLeft, depth: depth)
    case .match(let input, let match):
      var partitions: [[ReferenceRow]] = []
      var known: [String: Int] = [:]
      for row in Self.sorted(input.rows(tables), match.order) {
        let key = ReferenceOrder.text(match.partition.map { row.values[$0] })
        if let index = known[key] {
          partitions[index].append(row)
        } else {
          known[key] = partitions.count
          partitions.append([row])
        }
      }
      return partitions.flatMap { match.matches($0, width: input.columns.count) }
    case .over(let input, let over): return over.rows(input.rows(tables), columns: input.columns)
    case .rankLimit(let input, let limit), .distinctOn(let input, let limit):
      return limit.rows(input.rows(tables), columns: input.columns)
    case .sessions(let input, let sessions): return Self.inOrder(sessions.rows(Self.inOrder(input.rows(tables))))
    }
  }

  private static func inOrder(_ rows: [ReferenceRow]) -> [ReferenceRow] {
    rows.enumerated().sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }.map(\.element)
  }

  private static func exploded(_ row: ReferenceRow, _ column: Int, _ isOuter: Bool) -> [ReferenceRow] {
    var items: [Value] = []
    if case .list(let list) = row.values[column] { items = list }
    if items.isEmpty && isOuter { items = [.null] }
    var kept = row.values
    kept.remove(at: column)
    return items.map { ReferenceRow(values: kept + [$0], position: row.position) }
  }

  private static func aggregated(
    _ rows: [ReferenceRow], _ keys: [ReferenceExpression], _ calls: [ReferenceCall]
  ) -> [ReferenceRow] {
    var groups: [(key: [Value], rows: [ReferenceRow])] = []
    var known: [String: Int] = [:]
    if keys.isEmpty { groups.append(([], [])) }
    for row in inOrder(rows) {
      let key = keys.map { $0.value(row.values) }
      if keys.isEmpty {
        groups[0].rows.append(row)
      } else if let group = known[ReferenceOrder.text(key)] {
        groups[group].rows.append(row)
      } else {
        known[ReferenceOrder.text(key)] = groups.count
        groups.append((key, [row]))
      }
    }
    return groups.map { group in
      ReferenceRow(
        values: group.key + calls.map { $0.result(group.rows.map(\.values)) }, position: group.rows.first?.position ?? 0)
    }
  }

  private static func grouped(
    _ rows: [ReferenceRow], _ keys: [ReferenceExpression], by set: [Int], _ calls: [ReferenceCall]
  ) -> [ReferenceRow] {
    let id = keys.indices.reduce(Int64(0)) { $0 * 2 + (set.contains($1) ? 0 : 1) }
    return aggregated(rows, set.map { keys[$0] }, calls).map { group in
      let values = keys.indices.map { key in set.firstIndex(of: key).map { group.values[$0] } ?? .null }
      return ReferenceRow(
        values: values + [.int64(id)] + group.values.dropFirst(set.count), position: group.position)
    }
  }

  private static func sorted(_ rows: [ReferenceRow], _ keys: [ReferenceSortKey]) -> [ReferenceRow] {
    inOrder(rows).enumerated().sorted { a, b in
      for key in keys {
        let (x, y) = (a.element.values[key.column], b.element.values[key.column])
        if x.isNull != y.isNull { return x.isNull == key.nullsFirst }
        let order = ReferenceOrder.compare(x, y)
        if order != 0 { return key.isDescending ? order > 0 : order < 0 }
      }
      return a.offset < b.offset
    }.map(\.element)
  }

  private static func joined(
    _ left: [ReferenceRow], _ right: [ReferenceRow], _ kind: ReferenceJoinKind, _ on: ReferenceExpression,
    widths: (Int, Int)
  ) -> [ReferenceRow] {
    var result: [ReferenceRow] = []
    var matchedRight = [Bool](repeating: false, count: right.count)
    for row in left {
      let matches = right.indices.filter { on.holds(row.values + right[$0].values) }
      for match in matches { matchedRight[match] = true }
      switch kind {
      case .semi: if !matches.isEmpty { result.append(row) }
      case .anti: if matches.isEmpty { result.append(row) }
      case .inner, .left, .right, .full:
        for match in matches {
          result.append(
            ReferenceRow(
              values: row.values + right[match].values, position: Swift.max(row.position, right[match].position)))
        }
        if matches.isEmpty && (kind == .left || kind == .full) {
          result.append(
            ReferenceRow(values: row.values + [Value](repeating: .null, count: widths.1), position: row.position))
        }
      }
    }
    if kind == .right || kind == .full {
      for (row, isMatched) in zip(right, matchedRight) where !isMatched {
        result.append(
          ReferenceRow(values: [Value](repeating: .null, count: widths.0) + row.values, position: row.position))
      }
    }
    return result
  }

  private static func reached(
    _ base: [ReferenceRow], _ pairs: [ReferenceRow], isLeft: Bool, depth: Int?
  ) -> [ReferenceRow] {
    func next(_ value: Value) -> [Value] {
      let found = pairs.filter { !value.isNull && $0.values[0] == value }.map { $0.values[1] }
      return found.isEmpty && isLeft ? [.null] : found
    }
    guard let depth else {
      var seen: Set<Value> = []
      var open = base.map { $0.values[0] }
      var result: [ReferenceRow] = []
      while let value = open.popLast() {
        if !seen.insert(value).inserted { continue }
        result.append(ReferenceRow(values: [value], position: 0))
        open += next(value)
      }
      return result
    }
    var level = base.map { $0.values[0] }
    var result: [ReferenceRow] = []
    for round in 0...depth {
      result += level.map { ReferenceRow(values: [$0, .int64(Int64(round))], position: 0) }
      level = level.flatMap(next)
    }
    return result
  }

  private static func combined(
    _ left: [ReferenceRow], _ right: [ReferenceRow], _ kind: ReferenceSetKind, _ isAll: Bool
  ) -> [ReferenceRow] {
    var other: [String: Int] = [:]
    for row in right { other[ReferenceOrder.text(row.values), default: 0] += 1 }
    var seen: Set<String> = []
    return inOrder(left).filter { row in
      let text = ReferenceOrder.text(row.values)
      let isThere = other[text, default: 0] > 0
      if !isAll { return seen.insert(text).inserted && isThere == (kind == .intersect) }
      if isThere { other[text, default: 0] -= 1 }
      return isThere == (kind == .intersect)
    }
  }
}

extension ReferenceCall {
  /// The aggregate of a group's rows, which are in input order.
  func result(_ rows: [[Value]]) -> Value {
    let kept = rows.filter { row in filter.map { $0.holds(row) } ?? true }
    guard let argument else { return .int64(Int64(kept.count)) }
    let all = kept.map { argument.value($0) }
    var values = all.filter { !$0.isNull }
    if isDistinct {
      var seen: Set<String> = []
      values = values.filter { seen.insert(ReferenceOrder.text($0)).inserted }
    }
    switch function {
    case .count: return .int64(Int64(values.count))
    case .min: return values.min { ReferenceOrder.compare($0, $1) < 0 } ?? .null
    case .max: return values.max { ReferenceOrder.compare($0, $1) < 0 } ?? .null
    case .first: return all.first ?? .null
    case .collectList: return .list(values)
    case .ownList: return .list(all)
    case .ownSum: return values.isEmpty ? .int64(0) : Self.sum(values)
    case .sum: return Self.sum(values)
    case .avg:
      switch Self.sum(values) {
      case .int64(let sum): return .float64(Double(sum) / Double(values.count))
      case .float64(let sum): return .float64(sum / Double(values.count))
      default: return .null
      }
    }
  }

  private static func sum(_ values: [Value]) -> Value {
    if values.isEmpty { return .null }
    if case .int64 = values[0] { return .int64(values.reduce(0) { $0 + ($1.integer ?? 0) }) }
    return .float64(
      values.reduce(0) { sum, value in
        if case .float64(let number) = value { return sum + number }
        return sum
      })
  }
}
