internal import Columnar

/// The texts of one column of a batch: one run of bytes, and where each row's ends.
///
/// Filled with one switch a column; kept from batch to batch so that nothing is allocated once it has grown.
final class CellColumn {
  private(set) var bytes = ByteWriter(capacity: 4096)
  private(set) var ends: [Int] = []
  private(set) var validity: Validity?
  private let type: DataType
  private var text: ColumnText
  private let times: TimeText?

  init(_ type: DataType, zone: TimeZoneRules, style: ColumnText.Style = .cast, times: TimeText? = nil) {
    self.type = type
    self.times = TimeText.has(type) ? times : nil
    text = ColumnText(zone: zone, style: style)
  }

  /// Where the text of `row` begins.
  @inline(__always)
  func start(_ row: Int) -> Int { row == 0 ? 0 : ends[row &- 1] }

  func isNull(_ row: Int) -> Bool { validity.map { !$0[row] } ?? false }

  /// Takes the texts of all rows; at null rows any.
  func fill(_ column: Column) {
    bytes.removeAll()
    ends.removeAll(keepingCapacity: true)
    ends.reserveCapacity(column.count)
    validity = column.validity
    switch (column, type) {
    case (.int32(let c), .int): for value in c.values { integer(Int64(value)) }
    case (.int64(let c), .bigint): for value in c.values { integer(value) }
    case (.int16(let c), .smallint): for value in c.values { integer(Int64(value)) }
    case (.int8(let c), .tinyint): for value in c.values { integer(Int64(value)) }
    case (.float64(let c), _):
      for value in c.values {
        DoubleText.format(value, into: &bytes)
        ends.append(bytes.count)
      }
    case (.bytes(let c), .string):
      for view in c.views {
        view.withBytes { bytes.append(UnsafeRawBufferPointer($0)) }
        ends.append(bytes.count)
      }
    default:
      for row in 0..<column.count {
        if let times, times.append(row: row, of: column, type: type, to: &bytes) {
          ends.append(bytes.count)
          continue
        }
        text.append(row: row, of: column, type: type, to: &bytes)
        ends.append(bytes.count)
      }
    }
  }

  @inline(__always)
  private func integer(_ value: Int64) {
    IntegerText.format(value, into: &bytes)
    ends.append(bytes.count)
  }
}
