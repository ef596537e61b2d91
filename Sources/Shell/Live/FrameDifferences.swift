/// What changed from one frame to the next: cells to be lit, and a log of rows that came, changed and went.
struct FrameDifferences {
  /// Cells of the frame compared last, as row × columns + column.
  private(set) var lit: Set<Int> = []
  private(set) var log: [String] = []
  private var previous: [String: [String]] = [:]
  private var hasFrame = false

  private static let logMax = 500

  var hasLit: Bool { !lit.isEmpty }

  /// - Parameter key: columns that identify a row; nil: the row's place does.
  mutating func compare(_ table: ResultTable, key: [Int]?) {
    lit = []
    var current: [String: [String]] = [:]
    for (row, cells) in table.rows.enumerated() {
      let usable = key.flatMap { key in key.allSatisfy { $0 < cells.count } ? key : nil }
      let name = usable.map { $0.map { cells[$0] }.joined(separator: "\u{1F}") } ?? "\(row)"
      current[name] = cells
      guard hasFrame else { continue }
      if let old = previous[name] {
        for column in cells.indices where column >= old.count || old[column] != cells[column] {
          lit.insert(row * table.columns.count + column)
        }
        if old != cells {
          note("-U", old)
          note("+U", cells)
        }
      } else {
        for column in cells.indices { lit.insert(row * table.columns.count + column) }
        note("+I", cells)
      }
    }
    for (name, cells) in previous where current[name] == nil { note("-D", cells) }
    previous = current
    hasFrame = true
  }

  private mutating func note(_ operation: String, _ cells: [String]) {
    log.append("\(operation)[\(cells.joined(separator: ", "))]")
    if log.count > Self.logMax { log.removeFirst(log.count - Self.logMax) }
  }
}
