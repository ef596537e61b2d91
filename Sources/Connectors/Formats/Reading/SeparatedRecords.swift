internal import Columnar
internal import Diagnostics

/// Records between separators of several bytes (`lineSep '||'`), in a piece that ends behind one.
enum SeparatedRecords {
  /// Calls `body` with the range of each record, without its separator; what stands behind the last one is a record unless
  /// there is nothing.
  static func each(
    in buffer: ByteBuffer, _ range: Range<Int>, between separator: [UInt8], _ body: (Range<Int>) throws(SQLError) -> Void
  ) throws(SQLError) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = RecordEnd.next(separator, UnsafePointer(buffer.base), from: start, to: range.upperBound) ?? range.upperBound
      try body(start..<end)
      start = end + separator.count
    }
  }

  /// The same records on lines of their own, each byte in its place: separators are newlines, empty lines are no records, and a
  /// newline in a record is a blank, which JSON does not mind.
  static func onLines(_ buffer: ByteBuffer, _ range: Range<Int>, between separator: [UInt8]) throws(SQLError) -> ByteBuffer {
    let lines = ByteBuffer(capacity: range.count)
    _ = lines.append(buffer.base + range.lowerBound, count: range.count)
    var behind = 0
    try each(in: buffer, range, between: separator) { (record) throws(SQLError) in
      let (start, end) = (record.lowerBound - range.lowerBound, record.upperBound - range.lowerBound)
      for at in behind..<start { lines.base[at] = UInt8(ascii: "\n") }
      for at in start..<end where lines.base[at] == UInt8(ascii: "\n") { lines.base[at] = UInt8(ascii: " ") }
      behind = end
    }
    for at in behind..<range.count { lines.base[at] = UInt8(ascii: "\n") }
    return lines
  }
}

/// Each record as a row of one string column.
struct SeparatedTextDecoder: Decoder {
  let separator: [UInt8]
  /// Columns wanted: the one there is, or none.
  let width: Int

  func decode(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    var views: [BytesView] = []
    func flush() throws(SQLError) {
      let column = Column.bytes(BytesColumn(views, owners: [buffer]))
      try emit(Batch([Column](repeating: column, count: width), count: views.count))
      views.removeAll(keepingCapacity: true)
    }
    try SeparatedRecords.each(in: buffer, range, between: separator) { (record) throws(SQLError) in
      views.append(BytesView(padded: UnsafePointer(buffer.base + record.lowerBound), count: record.count))
      if views.count >= Batch.rowsMax { try flush() }
    }
    if !views.isEmpty { try flush() }
  }
}

/// Each record as JSON.
struct SeparatedJsonDecoder: Decoder {
  let separator: [UInt8]
  let inner: JsonDecoder

  func decode(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    let lines = try SeparatedRecords.onLines(buffer, range, between: separator)
    try inner.decode(lines, 0..<range.count, emit: emit)
  }
}

extension InputSample {
  /// Puts the records of the sample on lines.
  mutating func putOnLines(between separator: [UInt8]) throws(SQLError) {
    pieces = try pieces.map { (piece) throws(SQLError) in
      let lines = try SeparatedRecords.onLines(piece.buffer, piece.start..<piece.end, between: separator)
      return Chunk(buffer: lines, start: 0, end: piece.count, isStart: piece.isStart)
    }
  }
}
