import Columnar

/// Window functions over partitions of the reference's rows, computed row by row from all rows of the partition.
struct ReferenceOver {
  var partition: [Int]
  var order: [ReferenceSortKey]
  var calls: [ReferenceWindowCall]
}

struct ReferenceWindowCall {
  enum Function: String, CaseIterable {
    case rowNumber = "row_number", rank, denseRank = "dense_rank", percentRank = "percent_rank", cumeDist = "cume_dist"
    case ntile, lag, lead
    case first = "first_value", last = "last_value", nth = "nth_value"
    case count, sum, min, max, collectList = "collect_list"

    var isRank: Bool { [.rowNumber, .rank, .denseRank, .percentRank, .cumeDist, .ntile].contains(self) }
    var takesFrame: Bool { !isRank && self != .lag && self != .lead }
    var takesNulls: Bool { [.lag, .lead, .first, .last, .nth].contains(self) }
  }

  var function: Function
  /// Of functions that look at a value.
  var column = 0
  /// Shares of `ntile`, distance of `lag` and `lead`, place of `nth_value`.
  var number = 1
  var ignoresNulls = false
  /// nil: the default.
  var frame: ReferenceFrame?
}

struct ReferenceFrame {
  enum Unit: String, CaseIterable { case rows = "ROWS", range = "RANGE", groups = "GROUPS" }
  enum Exclusion: String, CaseIterable {
    case noOthers = "NO OTHERS", currentRow = "CURRENT ROW", group = "GROUP", ties = "TIES"
  }

  var unit: Unit
  /// Distances, negative before the row; nil: unbounded.
  var start: Int?
  var end: Int?
  /// Borders at the row itself, which RANGE and GROUPS take with its peers, are `CURRENT ROW`.
  var exclusion = Exclusion.noOthers
}

/// The first rows of each partition.
struct ReferenceRankLimit {
  var partition: [Int]
  var order: [ReferenceSortKey]
  var function: ReferenceWindowCall.Function
  var limit: Int
  var showsRank: Bool
}

extension ReferenceOver {
  /// Rows with the values of the calls, in input order.
  func rows(_ input: [ReferenceRow], columns: [ReferenceColumn]) -> [ReferenceRow] {
    var partitions: [(key: String, rows: [Int])] = []
    for (index, row) in input.enumerated() {
      let key = ReferenceOrder.text(partition.map { row.values[$0] })
      if let known = partitions.firstIndex(where: { $0.key == key }) {
        partitions[known].rows.append(index)
      } else {
        partitions.append((key, [index]))
      }
    }
    var result = input
    for (_, members) in partitions {
      let sorted = members.sorted { a, b in
        let side = compare(input[a].values, input[b].values)
        return side != 0 ? side < 0 : (input[a].position, a) < (input[b].position, b)
      }
      let values = sorted.map { input[$0].values }
      for (place, index) in sorted.enumerated() {
        result[index].values += calls.map { $0.value(place, values, self) }
      }
    }
    return result
  }

  /// −1, 0 or 1 by the sort keys.
  func compare(_ a: [Value], _ b: [Value]) -> Int {
    for key in order {
      let (x, y) = (a[key.column], b[key.column])
      if x.isNull != y.isNull { return x.isNull == key.nullsFirst ? -1 : 1 }
      let side = ReferenceOrder.compare(x, y)
      if side != 0 { return key.isDescending ? -side : side }
    }
    return 0
  }
}

extension ReferenceWindowCall {
  /// The value for the row at `place` of its partition.
  func value(_ place: Int, _ rows: [[Value]], _ over: ReferenceOver) -> Value {
    let peers = rows.indices.filter { over.compare(rows[$0], rows[place]) == 0 }
    let before = peers.first ?? place
    switch function {
    case .rowNumber: return .int64(Int64(place + 1))
    case .rank: return .int64(Int64(before + 1))
    case .denseRank:
      let changes = (1..<max(rows.count, 1)).filter { $0 <= place && over.compare(rows[$0 - 1], rows[$0]) != 0 }
      return .int64(Int64(changes.count + 1))
    case .percentRank: return .float64(rows.count == 1 ? 0 : Double(before) / Double(rows.count - 1))
    case .cumeDist: return .float64(Double((peers.last ?? place) + 1) / Double(rows.count))
    case .ntile:
      var shares: [Int] = []
      for share in 0..<number {
        let size = rows.count / number + (share < rows.count % number ? 1 : 0)
        shares += [Int](repeating: share + 1, count: size)
      }
      return .int64(Int64(shares[place]))
    case .lag, .lead:
      var others = function == .lag ? Array(rows[..<place].reversed()) : Array(rows[(place + 1)...])
      if ignoresNulls { others.removeAll { $0[column].isNull } }
      return others.count >= number ? others[number - 1][column] : .null
    case .first, .last, .nth:
      var values = members(place, rows, over).map { rows[$0][column] }
      if ignoresNulls { values.removeAll(where: \.isNull) }
      switch function {
      case .first: return values.first ?? .null
      case .last: return values.last ?? .null
      default: return values.count >= number ? values[number - 1] : .null
      }
    case .count, .sum, .min, .max, .collectList:
      let call = ReferenceCall(function: aggregate, argument: .column(column))
      return call.result(members(place, rows, over).map { rows[$0] })
    }
  }

  private var aggregate: ReferenceCall.Function {
    switch function {
    case .sum: .sum
    case .min: .min
    case .max: .max
    case .collectList: .collectList
    default: .count
    }
  }

  /// The rows of the frame, in order.
  private func members(_ place: Int, _ rows: [[Value]], _ over: ReferenceOver) -> [Int] {
    guard let frame else {
      return over.order.isEmpty ? Array(rows.indices) : rows.indices.filter { over.compare(rows[$0], rows[place]) <= 0 }
    }
    return rows.indices.filter { other in
      frame.isIn(other, place, rows, over) && !frame.excludes(other, place, rows, over)
    }
  }
}

extension ReferenceFrame {
  fileprivate func isIn(_ other: Int, _ place: Int, _ rows: [[Value]], _ over: ReferenceOver) -> Bool {
    let distance: Int
    switch unit {
    case .rows: distance = other - place
    case .groups:
      let between = min(other, place)..<max(other, place)
      let changes = between.filter { over.compare(rows[$0], rows[$0 + 1]) != 0 }.count
      distance = other < place ? -changes : changes
    case .range:
      let key = over.order.first
      guard let key, start ?? 0 != 0 || end ?? 0 != 0 else {
        // Borders at the row or without bound: only the order counts.
        let side = over.compare(rows[other], rows[place])
        return (start == nil || side >= 0) && (end == nil || side <= 0)
      }
      return isNear(rows[other][key.column], rows[place][key.column], key, over.compare(rows[other], rows[place]))
    }
    return (start.map { distance >= $0 } ?? true) && (end.map { distance <= $0 } ?? true)
  }

  /// Whether a sort key lies between the borders of another one. NULLs are near NULLs alone.
  private func isNear(_ other: Value, _ own: Value, _ key: ReferenceSortKey, _ side: Int) -> Bool {
    func number(_ value: Value) -> Double? {
      if case .float64(let number) = value { return number }
      return value.integer.map(Double.init)
    }
    guard let mine = number(own) else {
      return (start == nil || side >= 0) && (end == nil || side <= 0)
    }
    guard let theirs = number(other) else { return side < 0 ? start == nil : end == nil }
    let distance = key.isDescending ? mine - theirs : theirs - mine
    return (start.map { distance >= Double($0) } ?? true) && (end.map { distance <= Double($0) } ?? true)
  }

  fileprivate func excludes(_ other: Int, _ place: Int, _ rows: [[Value]], _ over: ReferenceOver) -> Bool {
    let isPeer = over.compare(rows[other], rows[place]) == 0
    switch exclusion {
    case .noOthers: return false
    case .currentRow: return other == place
    case .group: return isPeer
    case .ties: return isPeer && other != place
    }
  }
}

extension ReferenceRankLimit {
  func rows(_ input: [ReferenceRow], columns: [ReferenceColumn]) -> [ReferenceRow] {
    let over = ReferenceOver(partition: partition, order: order, calls: [ReferenceWindowCall(function: function)])
    return over.rows(input, columns: columns).compactMap { row in
      guard let rank = row.values.last?.integer, rank <= limit else { return nil }
      return showsRank ? row : ReferenceRow(values: Array(row.values.dropLast()), position: row.position)
    }
  }
}

// MARK: Columns

extension ReferenceWindowCall {
  func resultColumn(over columns: [ReferenceColumn]) -> ReferenceColumn {
    switch function {
    case .rowNumber, .rank, .denseRank, .ntile, .count: .init(type: .bigint)
    case .percentRank, .cumeDist: .init(type: .double, isExact: false)
    case .lag, .lead, .first, .last, .nth, .sum, .min, .max: columns[column]
    case .collectList: .init(type: .array(columns[column].type), isExact: columns[column].isExact)
    }
  }
}

// MARK: SQL

extension ReferenceOver {
  var windowSQL: String {
    var parts: [String] = []
    if !partition.isEmpty { parts.append("PARTITION BY \(partition.map { "c\($0)" }.joined(separator: ", "))") }
    if !order.isEmpty { parts.append("ORDER BY \(order.map(\.sql).joined(separator: ", "))") }
    return parts.joined(separator: " ")
  }
}

extension ReferenceWindowCall {
  func sql(_ over: ReferenceOver) -> String {
    let value = "c\(column)"
    let arguments: String
    switch function {
    case .ntile: arguments = "\(number)"
    case .lag, .lead, .nth: arguments = "\(value), \(number)"
    case _ where function.isRank: arguments = ""
    default: arguments = value
    }
    let nulls = ignoresNulls ? " IGNORE NULLS" : ""
    let frame = frame.map { " \($0.sql)" } ?? ""
    let call = "\(function.rawValue)(\(arguments))\(nulls) OVER (\(over.windowSQL)\(frame))"
    return function.isRank && function != .percentRank && function != .cumeDist ? "CAST(\(call) AS BIGINT)" : call
  }
}

extension ReferenceFrame {
  fileprivate var sql: String {
    let exclusion = exclusion == .noOthers ? "" : " EXCLUDE \(exclusion.rawValue)"
    return "\(unit.rawValue) BETWEEN \(border(start, "PRECEDING")) AND \(border(end, "FOLLOWING"))\(exclusion)"
  }

  private func border(_ distance: Int?, _ unbounded: String) -> String {
    guard let distance else { return "UNBOUNDED \(unbounded)" }
    if distance == 0 { return "CURRENT ROW" }
    return "\(abs(distance)) \(distance < 0 ? "PRECEDING" : "FOLLOWING")"
  }
}
