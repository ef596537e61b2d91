/// The series of a table: what stands from left to right, and the values of each.
///
/// The first column that holds no numbers is what stands from left to right, else the first of several numeric ones; a time comes
/// before a text. If another column without numbers has values that come again, it is a key: each of its values is a series of the last
/// numeric column. Otherwise every other numeric column is one.
struct ChartSeries {
  struct Series {
    var name: String
    /// By place from left to right; nil where there is none.
    var values: [Double?]
  }

  private(set) var labels: [String] = []
  private(set) var all: [Series] = []
  /// Series that have no room in a picture.
  private(set) var omitted = 0

  /// More lines than this cannot be told from each other.
  static let seriesMax = 8

  init(_ table: ResultTable) {
    let numeric = table.columns.indices.filter { table.columns[$0].isNumeric }
    let others = table.columns.indices.filter { !table.columns[$0].isNumeric }
    guard let last = numeric.last else { return }
    let across = others.first { table.columns[$0].isTime } ?? others.first
    if let key = others.first(where: { $0 != across && Self.repeats(table, $0) }), let across {
      keyed(table, by: key, across: across, value: last)
    } else if let across, others.count == 1, numeric.count == 2, Self.repeats(table, across), !table.columns[across].isTime {
      keyed(table, by: across, across: numeric[0], value: last)
    } else {
      let across = across ?? (numeric.count > 1 ? numeric[0] : nil)
      labels = table.rows.indices.map { row in across.map { table.rows[row][$0] } ?? "\(row + 1)" }
      all = numeric.filter { $0 != across }.map { column in
        Series(name: table.columns[column].name, values: table.numbers.map { Self.finite($0[column]) })
      }
    }
    omitted = max(0, all.count - Self.seriesMax)
    all = Array(all.prefix(Self.seriesMax))
  }

  /// A series for each value of a column, in the order in which they come first.
  private mutating func keyed(_ table: ResultTable, by key: Int, across: Int, value: Int) {
    var places: [String: Int] = [:]
    for cells in table.rows where places[cells[across]] == nil {
      places[cells[across]] = labels.count
      labels.append(cells[across])
    }
    var indexes: [String: Int] = [:]
    for (row, cells) in table.rows.enumerated() {
      let index = indexes[cells[key], default: all.count]
      if index == all.count {
        indexes[cells[key]] = index
        all.append(Series(name: cells[key], values: [Double?](repeating: nil, count: labels.count)))
      }
      guard let place = places[cells[across]], let number = Self.finite(table.numbers[row][value]) else { continue }
      all[index].values[place] = number
    }
  }

  private static func repeats(_ table: ResultTable, _ column: Int) -> Bool {
    var seen: Set<String> = []
    return !table.rows.allSatisfy { seen.insert($0[column]).inserted }
  }

  private static func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
}
