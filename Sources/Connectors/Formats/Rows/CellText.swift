internal import Columnar
internal import Diagnostics

/// Makes the text of a cell fit for one line of a table: control characters are escaped, long ones cut, widths measured.
struct CellText {
  /// How many columns a character takes.
  enum Measure {
    /// As terminals do.
    case terminal
    /// As Spark's `show` counts: UTF-16 units, full-width ones twice.
    case spark
  }

  /// Longest cell in characters; 0: any.
  var charactersMax = 0
  var measure = Measure.terminal
  /// Bytes that get a backslash before them.
  var escaped: Unicode.Scalar?

  /// Appends the cell and gives its width.
  func append(_ text: UnsafeRawBufferPointer, to out: inout ByteWriter) -> Int {
    if let width = appendPlain(text, to: &out) { return width }
    var scalars: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      let (scalar, length) = Utf8.scalar(text, at: index)
      index += length
      escape(scalar, to: &scalars)
    }
    cut(&scalars)
    var width = 0
    for scalar in scalars {
      width += self.width(scalar)
      if scalar == escaped {
        out.append(UInt8(ascii: "\\"))
        width += 1
      }
      UTF8.encode(scalar)?.forEach { out.append($0) }
    }
    return width
  }

  /// The usual case: printable ASCII that fits. Nil if it is anything else.
  private func appendPlain(_ text: UnsafeRawBufferPointer, to out: inout ByteWriter) -> Int? {
    if charactersMax > 0, text.count > charactersMax { return nil }
    let special = escaped.map { UInt8(truncatingIfNeeded: $0.value) } ?? 0
    for byte in text where byte &- 0x20 >= 0x5F || byte == special { return nil }
    out.append(text)
    return text.count
  }

  /// Spark's escapes for the characters that would break a table, `\u001b` for other controls; on terminals also for what turns the direction of the text behind it.
  private func escape(_ scalar: Unicode.Scalar, to scalars: inout [Unicode.Scalar]) {
    let letter: Unicode.Scalar?
    switch scalar {
    case "\n": letter = "n"
    case "\r": letter = "r"
    case "\t": letter = "t"
    case "\u{0C}": letter = "f"
    case "\u{08}": letter = "b"
    case "\u{0B}": letter = "v"
    case "\u{07}": letter = "a"
    default: letter = nil
    }
    if let letter {
      scalars += ["\\", letter]
    } else if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || measure == .terminal && isDirectionControl(scalar) {
      let hex = String(scalar.value, radix: 16)
      scalars += "\\u\(String(repeating: "0", count: 4 - hex.count))\(hex)".unicodeScalars
    } else {
      scalars.append(scalar)
    }
  }

  /// Cuts as Spark does: three dots stand for the rest, unless there is no room for them.
  private func cut(_ scalars: inout [Unicode.Scalar]) {
    guard charactersMax > 0 else { return }
    let length = scalars.reduce(0) { $0 + units($1) }
    guard length > charactersMax else { return }
    let kept = charactersMax < 4 ? charactersMax : charactersMax - 3
    var used = 0
    scalars = Array(
      scalars.prefix {
        used += units($0)
        return used <= kept
      })
    if charactersMax >= 4 { scalars += "...".unicodeScalars }
  }

  private func units(_ scalar: Unicode.Scalar) -> Int {
    measure == .spark && scalar.value > 0xFFFF ? 2 : 1
  }

  private func width(_ scalar: Unicode.Scalar) -> Int {
    switch measure {
    case .terminal: displayWidth(of: scalar)
    case .spark: units(scalar) + (Self.isFullWidthInSpark(scalar) ? 1 : 0)
    }
  }

  /// `Utils.fullWidthRegex` of Spark.
  private static func isFullWidthInSpark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6:
      true
    default: false
    }
  }
}

/// Rows of cells that wait for their columns' widths.
final class CellBlock {
  private(set) var bytes = ByteWriter(capacity: 4096)
  /// For each cell, row by row.
  private(set) var ends: [Int] = []
  private(set) var widths: [Int32] = []
  private(set) var rowCount = 0
  private let types: [DataType]
  private let cellText: CellText
  private let nullText: [UInt8]
  private var text: ColumnText
  private var scratch = ByteWriter()

  init(_ request: RowFormatRequest, cellText: CellText) {
    types = request.schema.types
    nullText = Array((request.nullText ?? "NULL").utf8)
    self.cellText = cellText
    text = ColumnText(zone: request.zone, style: .table)
  }

  var columnCount: Int { types.count }

  func append(row: Int, of batch: Batch) {
    for (column, type) in zip(batch.columns, types) {
      let width: Int
      if column.isNull(row) {
        width = nullText.withUnsafeBytes { cellText.append($0, to: &bytes) }
      } else {
        scratch.removeAll()
        text.append(row: row, of: column, type: type, to: &scratch)
        width = cellText.append(scratch.bytes, to: &bytes)
      }
      ends.append(bytes.count)
      widths.append(Int32(clamping: width))
    }
    rowCount += 1
  }

  /// The cell's bytes, good until the block changes, and its width.
  func cell(_ row: Int, _ column: Int) -> (UnsafeRawBufferPointer, width: Int) {
    let index = row * types.count + column
    let start = index == 0 ? 0 : ends[index - 1]
    return (UnsafeRawBufferPointer(rebasing: bytes.bytes[start..<ends[index]]), Int(widths[index]))
  }

  /// The widest cell of each column.
  func columnWidths() -> [Int] {
    var widest = [Int](repeating: 0, count: types.count)
    for (index, width) in widths.enumerated() {
      let column = index % types.count
      widest[column] = max(widest[column], Int(width))
    }
    return widest
  }

  func removeAll() {
    bytes.removeAll()
    ends.removeAll(keepingCapacity: true)
    widths.removeAll(keepingCapacity: true)
    rowCount = 0
  }
}
