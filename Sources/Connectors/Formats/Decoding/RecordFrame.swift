internal import CKernels
internal import Columnar
internal import Diagnostics

/// What decoders of records share while they go through a chunk: where lines end, and how a malformed record is told of.
struct RecordFrame {
  /// The chunk.
  let base: UnsafePointer<UInt8>
  /// Place behind its last byte, counted from `base`.
  let count: Int
  /// Ends a line.
  let newline: UInt8
  let policy: MalformedPolicy
  let place: InputPlace

  /// The newline at or behind `start`, or `limit`.
  @inline(__always)
  func lineEnd(from start: Int, limit: Int) -> Int {
    var at = start
    while at < limit {
      let mask = sq_mask64(base + at, newline)
      if mask != 0 { return min(limit, at &+ mask.trailingZeroBitCount) }
      at &+= 64
    }
    return limit
  }

  /// The text of a record, as far as a string can hold it.
  func text(_ record: Range<Int>) -> BytesView {
    BytesView(padded: base + record.lowerBound, count: min(record.count, BytesView.lengthMax))
  }

  /// Counts a record that could not be read as declared, and throws if the query is to fail.
  /// - Parameter column: whose value was not of its type.
  func note(_ record: Range<Int>, column: String?, _ message: @autoclosure () -> String) throws(SQLError) {
    try policy.note(
      place, byteOffset: place.byteOffset + Int64(record.lowerBound), column: column, message: message(),
      text: String(
        decoding: UnsafeBufferPointer(start: base + record.lowerBound, count: min(record.count, MalformedRecords.textBytesMax)),
        as: UTF8.self))
  }
}
