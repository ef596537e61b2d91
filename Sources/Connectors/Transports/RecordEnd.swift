internal import CKernels
internal import Glibc

/// What ends a record in a stream of bytes.
enum RecordEnd: Sendable, Equatable {
  case byte(UInt8)
  /// Several bytes in this order, found from left to right: `aaa` holds `aa` once.
  case bytes([UInt8])

  static let newline = RecordEnd.byte(LineFraming.newlineDefault)

  /// Its length.
  var count: Int {
    switch self {
    case .byte: 1
    case .bytes(let bytes): bytes.count
    }
  }

  /// The one byte that decoders look for; records between several bytes are put on lines for them.
  var lineByte: UInt8 {
    switch self {
    case .byte(let byte): byte
    case .bytes: LineFraming.newlineDefault
    }
  }

  /// The bytes where they are several.
  var longBytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }

  /// The place behind the last record that ends in `lower ..< upper`; nil if none does.
  func lastEnd(_ base: UnsafePointer<UInt8>, from lower: Int, to upper: Int) -> Int? {
    switch self {
    case .byte(let byte): return Self.last(byte, base, from: lower, to: upper).map { $0 + 1 }
    case .bytes(let bytes):
      var end: Int?
      while let found = Self.next(bytes, base, from: end ?? lower, to: upper) { end = found + bytes.count }
      return end
    }
  }

  private static func last(_ byte: UInt8, _ base: UnsafePointer<UInt8>, from lower: Int, to upper: Int) -> Int? {
    var end = upper
    while end - lower >= 64 {
      let mask = sq_mask64(base + (end - 64), byte)
      if mask != 0 { return end - 1 - mask.leadingZeroBitCount }
      end -= 64
    }
    while end > lower {
      end -= 1
      if base[end] == byte { return end }
    }
    return nil
  }

  /// The place of the first of these bytes; nil if they are not there.
  static func next(_ bytes: [UInt8], _ base: UnsafePointer<UInt8>, from lower: Int, to upper: Int) -> Int? {
    guard let first = bytes.first else { return nil }
    var at = lower
    while at + bytes.count <= upper {
      guard let found = memchr(base + at, Int32(first), upper - at) else { return nil }
      at = UnsafeRawPointer(found) - UnsafeRawPointer(base)
      if at + bytes.count > upper { return nil }
      if memcmp(base + at, bytes, bytes.count) == 0 { return at }
      at += 1
    }
    return nil
  }

  /// The place behind the last record of `range` that fits, and how many those are. One is taken however long it is; behind the
  /// last end stands the unterminated end of the input, or nothing.
  func fitting(
    _ base: UnsafePointer<UInt8>, _ range: Range<Int>, rowsMax: Int, bytesMax: Int
  ) -> (end: Int, rows: Int) {
    let limit = bytesMax < range.count ? range.lowerBound + max(0, bytesMax) : range.upperBound
    var cut = Cut(end: range.lowerBound, rows: 0, rowsMax: rowsMax, limit: limit)
    switch self {
    case .byte(let byte):
      var position = range.lowerBound
      while position < range.upperBound {
        var mask = sq_mask64(base + position, byte)
        if range.upperBound - position < 64 { mask &= (1 << UInt64(range.upperBound - position)) - 1 }
        while mask != 0 {
          if !cut.take(position + mask.trailingZeroBitCount + 1) { return (cut.end, cut.rows) }
          mask &= mask - 1
        }
        position += 64
      }
    case .bytes(let bytes):
      while let found = Self.next(bytes, base, from: cut.end, to: range.upperBound) {
        if !cut.take(found + bytes.count) { return (cut.end, cut.rows) }
      }
    }
    if cut.end < range.upperBound, cut.rows == 0 || range.upperBound <= limit { return (range.upperBound, cut.rows + 1) }
    return (cut.end, cut.rows)
  }

  private struct Cut {
    var end: Int
    var rows: Int
    let rowsMax: Int
    let limit: Int

    /// Takes the record that ends before `next`; false if it does not fit, or no other one can.
    @inline(__always)
    mutating func take(_ next: Int) -> Bool {
      if rows > 0, next > limit { return false }
      end = next
      rows += 1
      return rows < rowsMax && next < limit
    }
  }
}
