internal import CKernels
internal import Columnar
internal import Diagnostics

/// Lines as rows of one string column, without copying them.
///
/// A line ends with LF or CRLF, which are not part of it; the last one need not end. The bytes may be any; invalid
/// UTF-8 stays as it is. Cost: one load per 64 bytes and a 16-byte view a line.
struct TextDecoder: Decoder {
  enum Output: Sendable {
    case value
    /// The same for all rows, in µs.
    case timestamp(Int64)
  }

  /// Bytes of one batch, about: its views and what is made of them should stay in the second-level cache.
  static let batchBytes = 64 << 10

  var outputs: [Output]
  /// Ends a line; before the usual one a carriage return is not part of it.
  private let newline: UInt8
  private let dropsCarriageReturn: Bool

  init(
    _ outputs: [Output] = [.value], newline: UInt8 = LineFraming.newlineDefault, dropsCarriageReturn: Bool = true
  ) {
    self.outputs = outputs
    self.newline = newline
    self.dropsCarriageReturn = dropsCarriageReturn
  }

  func decode(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    guard outputs.contains(where: { if case .value = $0 { true } else { false } }) else {
      return try countLines(buffer, range, emit: emit)
    }
    var position = range.lowerBound
    while position < range.upperBound {
      let views = lines(buffer, &position, range.upperBound)
      let columns = outputs.map { output -> Column in
        switch output {
        case .value: .bytes(BytesColumn(views, owners: [buffer]))
        case .timestamp(let micros): .int64(PrimitiveColumn([Int64](repeating: micros, count: views.count)))
        }
      }
      try emit(Batch(columns, count: views.count))
    }
  }

  /// As `decode`, where nobody looks at the lines: `SELECT count(*)`.
  private func countLines(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    guard !range.isEmpty else { return }
    var left = 0
    var block = range.lowerBound
    while block < range.upperBound {
      var mask = sq_mask64(buffer.base + block, newline)
      if range.upperBound &- block < 64 { mask &= (1 &<< UInt64(range.upperBound &- block)) &- 1 }
      left &+= mask.nonzeroBitCount
      block &+= 64
    }
    if buffer.base[range.upperBound - 1] != newline { left += 1 }
    while left > 0 {
      let count = min(left, Batch.rowsMax)
      let columns = outputs.map { output -> Column in
        guard case .timestamp(let micros) = output else { return .null(count: count) }
        return .int64(PrimitiveColumn([Int64](repeating: micros, count: count)))
      }
      try emit(Batch(columns, count: count))
      left -= count
    }
  }

  /// Views of the lines of one batch; `position` moves behind them.
  private func lines(_ buffer: ByteBuffer, _ position: inout Int, _ end: Int) -> [BytesView] {
    let start = position
    let byteEnd = end - start > Self.batchBytes ? start + Self.batchBytes : end
    let capacity = min(Batch.rowsMax, byteEnd - start)
    var next = start
    let (newline, dropsReturn) = (newline, dropsCarriageReturn)
    let views = [BytesView](unsafeUninitializedCapacity: capacity) { target, filled in
      let base = UnsafePointer(buffer.base)
      var count = 0
      var lineStart = start
      var block = start
      scan: while block < byteEnd {
        var mask = sq_mask64(base + block, newline)
        if end &- block < 64 { mask &= (1 &<< UInt64(end &- block)) &- 1 }
        while mask != 0 {
          let lineEnd = block &+ mask.trailingZeroBitCount
          mask &= mask &- 1
          var length = lineEnd &- lineStart
          if length > 0, base[lineEnd &- 1] == UInt8(ascii: "\r"), dropsReturn { length &-= 1 }
          (target.baseAddress.unsafelyUnwrapped + count).initialize(
            to: BytesView(padded: base + lineStart, count: length))
          count &+= 1
          lineStart = lineEnd &+ 1
          if count == capacity { break scan }
        }
        block &+= 64
      }
      if count == 0 {
        // One line longer than a batch: found byte by byte behind what was looked at.
        (lineStart, count) = (
          longLine(base, from: start, lookedAt: block, end, target.baseAddress.unsafelyUnwrapped), 1
        )
      } else if lineStart < end, block >= end, count < capacity {
        (target.baseAddress.unsafelyUnwrapped + count).initialize(
          to: BytesView(padded: base + lineStart, count: end &- lineStart))
        count &+= 1
        lineStart = end
      }
      filled = count
      next = lineStart
    }
    withExtendedLifetime(buffer) {}
    position = next
    return views
  }

  /// Writes the view of a line that ends behind `lookedAt` and gives the place behind it.
  @inline(never)
  private func longLine(
    _ base: UnsafePointer<UInt8>, from start: Int, lookedAt: Int, _ end: Int,
    _ target: UnsafeMutablePointer<BytesView>
  ) -> Int {
    var block = lookedAt
    while block < end {
      var mask = sq_mask64(base + block, newline)
      if end - block < 64 { mask &= (1 << UInt64(end - block)) - 1 }
      if mask != 0 {
        let lineEnd = block + mask.trailingZeroBitCount
        let hasReturn = dropsCarriageReturn && lineEnd > start && base[lineEnd - 1] == UInt8(ascii: "\r")
        target.initialize(to: BytesView(padded: base + start, count: lineEnd - start - (hasReturn ? 1 : 0)))
        return lineEnd + 1
      }
      block += 64
    }
    target.initialize(to: BytesView(padded: base + start, count: end - start))
    return end
  }
}
