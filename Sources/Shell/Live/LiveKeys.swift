import Engine

/// What the keys of a live table have set.
struct LiveKeys {
  enum Action { case none, stop, background, why }

  /// Index into the refresh intervals; 0 is the fastest.
  var speed = 0
  var chart: ChartKind?
  var showsChanges = false
  var isDirty = false
  private var filter = ""
  private var isTypingFilter = false
  /// Column sorted by; nil: the query's own order.
  private var sortColumn: Int?
  private var isDescending = false

  static let speedMax = 4

  var isSorted: Bool { sortColumn != nil }
  /// Rows beyond the screen count too.
  var needsAll: Bool { isSorted || !filter.isEmpty || chart != nil || showsChanges }

  mutating func press(_ key: UInt8, query: StreamingQuery, columns: Int) -> Action {
    isDirty = true
    if isTypingFilter { return typeFilter(key) }
    switch key {
    case UInt8(ascii: "q"): return .stop
    case UInt8(ascii: "b"): return .background
    case UInt8(ascii: "w"): return .why
    case UInt8(ascii: " "): if query.state == .paused { query.resume() } else { query.pause() }
    case UInt8(ascii: "+"), UInt8(ascii: "="): speed = max(0, speed - 1)
    case UInt8(ascii: "-"): speed = min(Self.speedMax, speed + 1)
    case UInt8(ascii: "/"):
      isTypingFilter = true
      filter = ""
    case UInt8(ascii: "s"): nextSort(columns)
    case UInt8(ascii: "c"): nextChart()
    case UInt8(ascii: "d"): showsChanges.toggle()
    default: break
    }
    return .none
  }

  private mutating func typeFilter(_ key: UInt8) -> Action {
    switch key {
    case 0x0A, 0x0D: isTypingFilter = false
    case 0x1B:
      isTypingFilter = false
      filter = ""
    case 0x7F, 0x08: if !filter.isEmpty { filter.removeLast() }
    case 0x20..<0x7F: filter.append(Character(Unicode.Scalar(key)))
    default: break
    }
    return .none
  }

  /// Each column upwards, then downwards, then the query's own order.
  private mutating func nextSort(_ columns: Int) {
    guard let column = sortColumn else {
      (sortColumn, isDescending) = (0, false)
      return
    }
    if !isDescending {
      isDescending = true
    } else {
      isDescending = false
      sortColumn = column + 1 < columns ? column + 1 : nil
    }
  }

  private mutating func nextChart() {
    guard let kind = chart, let index = ChartKind.allCases.firstIndex(of: kind) else {
      chart = ChartKind.allCases.first
      return
    }
    chart = index + 1 < ChartKind.allCases.count ? ChartKind.allCases[index + 1] : nil
  }

  /// The rows that pass the filter, in the order wanted.
  func arranged(_ table: ResultTable) -> ResultTable {
    var order = Array(table.rows.indices)
    if !filter.isEmpty {
      let wanted = filter.lowercased()
      order = order.filter { row in table.rows[row].contains { $0.lowercased().contains(wanted) } }
    }
    if let column = sortColumn, column < table.columns.count {
      order.sort { a, b in
        let isLess =
          table.columns[column].isNumeric
          ? (table.numbers[a][column] ?? -.infinity) < (table.numbers[b][column] ?? -.infinity)
          : table.rows[a][column] < table.rows[b][column]
        let isEqual = table.rows[a][column] == table.rows[b][column]
        return isEqual ? a < b : isLess != isDescending
      }
    }
    if order.count == table.rows.count, !isSorted { return table }
    var arranged = table
    arranged.rows = order.map { table.rows[$0] }
    arranged.numbers = order.map { table.numbers[$0] }
    return arranged
  }

  /// What is unusual now, for the status line.
  func note(isPaused: Bool) -> String {
    var notes: [String] = []
    if isPaused { notes.append("PAUSED") }
    if isTypingFilter || !filter.isEmpty { notes.append("/\(filter)\(isTypingFilter ? "_" : "")") }
    if let sortColumn { notes.append("sorted by column \(sortColumn + 1) \(isDescending ? "down" : "up")") }
    return notes.joined(separator: " ")
  }

  /// The keys, in words that fit a screen of 80 columns where it is no wider.
  func help(columns: Int) -> String {
    if isTypingFilter { return "type to filter, Enter keeps it, Esc drops it" }
    let whole = "q stop  b background  space pause  +/- rate  / filter  s sort  c chart  d changes  w why"
    return whole.utf8.count <= columns ? whole : "q stop  b bg  space pause  +/- rate  / filter  s sort  c chart  d diff  w why"
  }
}
