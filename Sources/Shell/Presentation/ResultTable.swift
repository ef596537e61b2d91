import Columnar

/// Rows ready to be drawn: the texts of their cells, and numbers where columns have them.
struct ResultTable {
  struct Column {
    var name: String
    var isNumeric: Bool
    /// Times, and windows of time.
    var isTime = false
  }

  var columns: [Column]
  var rows: [[String]] = []
  /// Row by row; nil for NULL and what is no number.
  var numbers: [[Double?]] = []

  init(schema: Schema, batch: Batch?, zone: TimeZoneRules, nullText: String? = nil) {
    columns = schema.fields.map { Column(name: TextFitting.printable($0.name), isNumeric: $0.type.isNumeric, isTime: Self.isTime($0.type)) }
    guard let batch else { return }
    var text = ColumnText(zone: zone, style: .table)
    for row in 0..<batch.count {
      var cells: [String] = []
      var values: [Double?] = []
      for (index, column) in batch.columns.enumerated() {
        var out = ByteWriter()
        if let nullText, column.isNull(row) {
          cells.append(nullText)
        } else {
          text.append(row: row, of: column, type: schema[index].type, to: &out)
          cells.append(TextFitting.printable(out.string))
        }
        values.append(columns[index].isNumeric ? Self.number(column.value(at: row), schema[index].type) : nil)
      }
      rows.append(cells)
      numbers.append(values)
    }
  }

  private static func isTime(_ type: DataType) -> Bool {
    switch type {
    case .date, .timestamp, .timestampNTZ: true
    case .structure(let fields): fields.first.map { isTime($0.type) } ?? false
    default: false
    }
  }

  private static func number(_ value: Value, _ type: DataType) -> Double? {
    switch value {
    case .float32(let v): return Double(v)
    case .float64(let v): return v
    case .int128(let v):
      guard case .decimal(_, let scale) = type else { return Double(v) }
      return (0..<scale).reduce(Double(v)) { number, _ in number / 10 }
    default: return value.integer.map(Double.init)
    }
  }
}
