import Columnar

/// MATCH_RECOGNIZE by brute force: from each row on, all ways of the pattern are tried in the order of preference.
struct ReferenceMatch {
  indirect enum Pattern {
    case variable(Int)
    case sequence([Pattern])
    case alternation([Pattern])
    case repeated(Pattern, least: Int, most: Int?, isReluctant: Bool)
  }

  /// What a condition or a measure reads of a match.
  enum Operand {
    case literal(Value)
    /// A column of the first or last row of a variable (nil: of all), some rows off, then some rows beside it.
    case row(variable: Int?, column: Int, isFromFirst: Bool, offset: Int, step: Int)
    case count(variable: Int?)
    /// In measures alone.
    case classifier, matchNumber
  }

  struct Condition {
    var comparison: ReferenceExpression.Comparison
    var left: Operand
    var right: Operand
  }

  enum Skip { case pastLastRow, toNextRow, toFirst(Int), toLast(Int) }

  static let names = ["A", "B", "C", "Z"]

  var partition: [Int]
  var order: [ReferenceSortKey]
  var pattern: Pattern
  /// By variable.
  var conditions: [Condition?]
  var skip: Skip
  var isAllRows: Bool
  var measures: [(operand: Operand, isFinal: Bool)]

  /// Input columns behind the partition columns and before the measures, and behind those (ALL ROWS PER MATCH).
  func shown(_ width: Int) -> (before: [Int], after: [Int]) {
    guard isAllRows else { return ([], []) }
    var before: [Int] = []
    for key in order where !partition.contains(key.column) && !before.contains(key.column) { before.append(key.column) }
    return (before, (0..<width).filter { !partition.contains($0) && !before.contains($0) })
  }

  // MARK: Matching

  /// The rows of one partition, in order.
  func matches(_ rows: [ReferenceRow], width: Int) -> [ReferenceRow] {
    var result: [ReferenceRow] = []
    var start = 0
    var number: Int64 = 0
    while start < rows.count {
      guard let path = search(pattern, [], rows, start, { $0 }) else {
        start += 1
        continue
      }
      number += 1
      result += output(path, rows, start, number, width)
      switch skip {
      case .toNextRow: start += 1
      case .pastLastRow: start += max(path.count, 1)
      case .toFirst(let variable): start += path.firstIndex(of: variable) ?? 1
      case .toLast(let variable): start += path.lastIndex(of: variable) ?? 1
      }
    }
    return result
  }

  private func search(
    _ pattern: Pattern, _ path: [Int], _ rows: [ReferenceRow], _ start: Int, _ next: ([Int]) -> [Int]?
  ) -> [Int]? {
    switch pattern {
    case .variable(let variable):
      guard start + path.count < rows.count else { return nil }
      let longer = path + [variable]
      if let condition = conditions[variable], !holds(condition, longer, rows, start) { return nil }
      return next(longer)
    case .sequence(let parts):
      guard let first = parts.first else { return next(path) }
      return search(first, path, rows, start) { search(.sequence(Array(parts.dropFirst())), $0, rows, start, next) }
    case .alternation(let parts):
      for part in parts {
        if let found = search(part, path, rows, start, next) { return found }
      }
      return nil
    case .repeated(let part, let least, let most, let isReluctant):
      func again() -> [Int]? {
        if most == 0 { return nil }
        return search(part, path, rows, start) { longer in
          if longer.count == path.count && least == 0 { return nil }
          return search(
            .repeated(part, least: max(least - 1, 0), most: most.map { $0 - 1 }, isReluctant: isReluctant), longer, rows,
            start, next)
        }
      }
      if least > 0 { return again() }
      return isReluctant ? next(path) ?? again() : again() ?? next(path)
    }
  }

  private func holds(_ condition: Condition, _ path: [Int], _ rows: [ReferenceRow], _ start: Int) -> Bool {
    condition.comparison.apply(
      value(condition.left, path, rows, start, 0), value(condition.right, path, rows, start, 0)) == .bool(true)
  }

  private func value(_ operand: Operand, _ path: [Int], _ rows: [ReferenceRow], _ start: Int, _ number: Int64) -> Value {
    switch operand {
    case .literal(let value): return value
    case .matchNumber: return .int64(number)
    case .classifier: return path.last.map { .string(Self.names[$0]) } ?? .null
    case .count(let variable): return .int64(Int64(path.filter { variable == nil || $0 == variable }.count))
    case .row(let variable, let column, let isFromFirst, let offset, let step):
      let hits = path.indices.filter { variable == nil || path[$0] == variable }
      guard hits.count > offset else { return .null }
      let row = start + hits[isFromFirst ? offset : hits.count - 1 - offset] + step
      return rows.indices.contains(row) ? rows[row].values[column] : .null
    }
  }

  private func output(
    _ path: [Int], _ rows: [ReferenceRow], _ start: Int, _ number: Int64, _ width: Int
  ) -> [ReferenceRow] {
    let (before, after) = shown(width)
    func row(_ index: Int, seen: [Int]) -> ReferenceRow {
      let row = rows[start + index]
      let measured = measures.map { value($0.operand, $0.isFinal ? path : seen, rows, start, number) }
      return ReferenceRow(
        values: (partition + before).map { row.values[$0] } + measured + after.map { row.values[$0] }, position: row.position)
    }
    if !isAllRows { return [row(0, seen: path)] }
    if path.isEmpty { return [row(0, seen: [])] }
    return path.indices.map { row($0, seen: Array(path[...$0])) }
  }
}

// MARK: SQL

extension ReferenceMatch {
  /// The clause behind a relation with columns c0, c1 …
  var sql: String {
    var text = "MATCH_RECOGNIZE ("
    if !partition.isEmpty { text += "PARTITION BY \(partition.map { "c\($0)" }.joined(separator: ", ")) " }
    if !order.isEmpty { text += "ORDER BY \(order.map(\.sql).joined(separator: ", ")) " }
    if !measures.isEmpty {
      let list = measures.enumerated().map { index, measure in
        "\(measure.isFinal && measure.operand.isNavigation ? "FINAL " : "")\(measure.operand.sql) AS m\(index)"
      }
      text += "MEASURES \(list.joined(separator: ", ")) "
    }
    text += isAllRows ? "ALL ROWS PER MATCH " : "ONE ROW PER MATCH "
    text += "AFTER MATCH SKIP "
    switch skip {
    case .pastLastRow: text += "PAST LAST ROW"
    case .toNextRow: text += "TO NEXT ROW"
    case .toFirst(let variable): text += "TO FIRST \(Self.names[variable])"
    case .toLast(let variable): text += "TO LAST \(Self.names[variable])"
    }
    let defined = conditions.enumerated().compactMap { variable, condition in
      condition.map { "\(Self.names[variable]) AS \($0.left.sql) \($0.comparison.rawValue) \($0.right.sql)" }
    }
    return text + " PATTERN (\(pattern.sql)) DEFINE \(defined.joined(separator: ", ")))"
  }

  /// The output columns as the clause names them.
  func outputNames(_ width: Int) -> [String] {
    let (before, after) = shown(width)
    return (partition + before).map { "c\($0)" } + measures.indices.map { "m\($0)" } + after.map { "c\($0)" }
  }
}

extension ReferenceMatch.Pattern {
  fileprivate var sql: String {
    switch self {
    case .variable(let variable): return ReferenceMatch.names[variable]
    case .sequence(let parts): return parts.map(\.sql).joined(separator: " ")
    case .alternation(let parts): return "(\(parts.map(\.sql).joined(separator: " | ")))"
    case .repeated(let part, let least, let most, let isReluctant):
      return "(\(part.sql)){\(least),\(most.map(String.init) ?? "")}\(isReluctant ? "?" : "")"
    }
  }

  /// The variables that occur.
  var variables: Set<Int> {
    switch self {
    case .variable(let variable): [variable]
    case .sequence(let parts), .alternation(let parts): parts.reduce(into: []) { $0.formUnion($1.variables) }
    case .repeated(let part, _, _, _): part.variables
    }
  }
}

extension ReferenceMatch.Operand {
  var isNavigation: Bool {
    switch self {
    case .row, .count: true
    case .literal, .classifier, .matchNumber: false
    }
  }

  var sql: String {
    switch self {
    case .literal(let value): return value.sql
    case .classifier: return "CLASSIFIER()"
    case .matchNumber: return "MATCH_NUMBER()"
    case .count(let variable): return "count(\(variable.map { "\(ReferenceMatch.names[$0])." } ?? "")*)"
    case .row(let variable, let column, let isFromFirst, let offset, let step):
      let name = (variable.map { "\(ReferenceMatch.names[$0])." } ?? "") + "c\(column)"
      let found = "\(isFromFirst ? "FIRST" : "LAST")(\(name)\(offset == 0 ? "" : ", \(offset)"))"
      return step == 0 ? found : "\(step < 0 ? "PREV" : "NEXT")(\(found), \(abs(step)))"
    }
  }
}
