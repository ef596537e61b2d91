internal import CKernels
internal import Columnar

/// Cuts texts at a byte and gives views into them: no byte is copied, and nothing is allocated a row.
///
/// Separators are found 64 bytes at a time. The first pass counts them, so that the second writes views into an array
/// of the right size: both run over bytes that are in the cache, and the masks cost a hundredth of the views.
enum ByteSplitter {
  /// Pieces of all rows, and where those of each row begin. A row that `isValid` denies has none.
  static func split(_ texts: [BytesView], at separator: UInt8, where isValid: Validity?) -> (pieces: [BytesView], offsets: [Int32])? {
    let rows = texts.count
    var total = 0
    let offsets = [Int32](unsafeUninitializedCapacity: rows + 1) { target, count in
      target.initializeElement(at: 0, to: 0)
      texts.withUnsafeBufferPointer { texts in
        for row in 0..<rows {
          if isValid.map({ $0[row] }) ?? true { total &+= 1 &+ occurrences(of: separator, in: texts[row]) }
          target.initializeElement(at: row &+ 1, to: Int32(truncatingIfNeeded: total))
        }
      }
      count = rows + 1
    }
    guard total <= Int(Int32.max) else { return nil }
    let pieces = [BytesView](unsafeUninitializedCapacity: total) { target, count in
      var next = 0
      texts.withUnsafeBufferPointer { texts in
        for row in 0..<rows where isValid.map({ $0[row] }) ?? true {
          if texts[row].isInline {
            cutInline(texts[row], at: separator, into: target, &next)
          } else {
            cutLong(texts[row], at: separator, into: target, &next)
          }
        }
      }
      count = next
    }
    return (pieces, offsets)
  }

  @inline(__always)
  private static func occurrences(of separator: UInt8, in text: BytesView) -> Int {
    if text.isInline {
      return text.withBytes { bytes in
        var found = 0
        for byte in bytes { found &+= byte == separator ? 1 : 0 }
        return found
      }
    }
    let base = text.longPointer
    let length = text.count
    var found = 0
    var at = 0
    while at < length {
      found &+= mask(base + at, length &- at, separator).nonzeroBitCount
      at &+= 64
    }
    return found
  }

  /// Where the separator stands in the next 64 of `left` bytes. Buffers are padded: the load may run past the text.
  @inline(__always)
  private static func mask(_ base: UnsafePointer<UInt8>, _ left: Int, _ separator: UInt8) -> UInt64 {
    let mask = sq_mask64(base, separator)
    return left >= 64 ? mask : mask & ((1 &<< UInt64(left)) &- 1)
  }

  @inline(__always)
  private static func cutLong(
    _ text: BytesView, at separator: UInt8, into target: UnsafeMutableBufferPointer<BytesView>, _ next: inout Int
  ) {
    let base = text.longPointer
    let length = text.count
    var start = 0
    var at = 0
    var index = next
    while at < length {
      var hits = mask(base + at, length &- at, separator)
      while hits != 0 {
        let place = at &+ hits.trailingZeroBitCount
        target.initializeElement(at: index, to: BytesView(padded: base + start, count: place &- start))
        index &+= 1
        start = place &+ 1
        hits &= hits &- 1
      }
      at &+= 64
    }
    target.initializeElement(at: index, to: BytesView(padded: base + start, count: length &- start))
    next = index &+ 1
  }

  @inline(__always)
  private static func cutInline(
    _ text: BytesView, at separator: UInt8, into target: UnsafeMutableBufferPointer<BytesView>, _ next: inout Int
  ) {
    text.withBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      var start = 0
      for place in 0..<bytes.count where bytes[place] == separator {
        target.initializeElement(at: next, to: BytesView(base + start, count: place &- start))
        next &+= 1
        start = place &+ 1
      }
      target.initializeElement(at: next, to: BytesView(base + start, count: bytes.count &- start))
      next &+= 1
    }
  }
}
