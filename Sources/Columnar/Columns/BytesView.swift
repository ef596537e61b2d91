import CKernels

/// A string or binary value: 16 bytes that either hold up to 12 bytes inline or a 4-byte prefix and a pointer.
///
///     inline   length:4  bytes:12 (zero padded)
///     long     length:4  prefix:4  pointer:8
///
/// Equal short values have equal words, so comparing and hashing them touches no other memory (the German string of
/// Umbra, Neumann and Freitag, CIDR 2020; Arrow's Utf8View with a pointer in place of buffer and offset, so that
/// gathering rows of several batches rewrites nothing). The bytes need not be valid UTF-8. A long view borrows: its
/// `ByteBuffer` must be kept.
@frozen public struct BytesView: Sendable {
  /// Length in the low half, the first four bytes in the high half.
  public var head: UInt64
  /// The last eight inline bytes, or the address of all bytes.
  public var tail: UInt64

  public static let inlineMax = 12
  /// Longest value: 2 GiB − 1, so that lengths also fit Arrow's and Java's signed 32 bits.
  public static let lengthMax = Int(Int32.max)

  @inlinable public init(head: UInt64, tail: UInt64) {
    self.head = head
    self.tail = tail
  }

  /// The empty value.
  @inlinable public init() { self.init(head: 0, tail: 0) }

  /// A view of `count` ≤ `lengthMax` bytes; short ones are copied inline, long ones borrow `pointer`.
  @inlinable public init(_ pointer: UnsafePointer<UInt8>, count: Int) {
    if count > BytesView.inlineMax {
      self.init(long: pointer, count: count)
      return
    }
    var words: (UInt64, UInt64) = (0, 0)
    withUnsafeMutableBytes(of: &words) { target in
      for i in 0..<count { target[i + 4] = pointer[i] }
    }
    self.init(head: words.0 | UInt64(count), tail: words.1)
  }

  /// As `init(_:count:)`, for bytes with at least 16 readable bytes from `pointer` on (a padded buffer): no loop.
  @inlinable @inline(__always) public init(padded pointer: UnsafePointer<UInt8>, count: Int) {
    if count > BytesView.inlineMax {
      self.init(long: pointer, count: count)
      return
    }
    let words = sq_short_view(pointer, UInt32(truncatingIfNeeded: count))
    self.init(head: words.head, tail: words.tail)
  }

  /// A view of more than `inlineMax` bytes.
  @inlinable public init(long pointer: UnsafePointer<UInt8>, count: Int) {
    let prefix = UInt64(UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self))
    self.init(head: prefix << 32 | UInt64(UInt32(truncatingIfNeeded: count)), tail: UInt64(UInt(bitPattern: pointer)))
  }

  @inlinable public var count: Int { Int(head & 0xFFFF_FFFF) }
  @inlinable public var isEmpty: Bool { head & 0xFFFF_FFFF == 0 }
  @inlinable public var isInline: Bool { head & 0xFFFF_FFFF <= 12 }

  /// The address of a long view's bytes.
  @inlinable public var longPointer: UnsafePointer<UInt8> {
    UnsafePointer(bitPattern: UInt(tail)).unsafelyUnwrapped
  }

  /// Calls `body` with the bytes; the pointer is good during the call only.
  @inlinable public func withBytes<R, E: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    if isInline {
      let length = count
      var words = (head, tail)
      return try withUnsafePointer(to: &words) { (pointer: UnsafePointer<(UInt64, UInt64)>) throws(E) -> R in
        let bytes = UnsafeRawPointer(pointer).advanced(by: 4).assumingMemoryBound(to: UInt8.self)
        return try body(UnsafeBufferPointer(start: bytes, count: length))
      }
    }
    return try body(UnsafeBufferPointer(start: longPointer, count: count))
  }

  /// The value as a Swift string, invalid UTF-8 replaced. For messages and cold paths.
  public var string: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

extension BytesView: Hashable {
  @inlinable public static func == (a: BytesView, b: BytesView) -> Bool {
    if a.head != b.head { return false }
    if a.tail == b.tail { return true }
    return !a.isInline && memoryEqual(a.longPointer, b.longPointer, a.count)
  }

  public func hash(into hasher: inout Hasher) {
    withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension BytesView: Comparable {
  /// Bytewise order, which is UTF-8's code point order.
  @inlinable public static func < (a: BytesView, b: BytesView) -> Bool { a.compare(b) < 0 }

  /// −1, 0 or 1.
  @inlinable public func compare(_ other: BytesView) -> Int {
    let mine = UInt32(truncatingIfNeeded: head >> 32).byteSwapped
    let theirs = UInt32(truncatingIfNeeded: other.head >> 32).byteSwapped
    if mine != theirs { return mine < theirs ? -1 : 1 }
    if isInline && other.isInline {
      // Padding is zero, so the words decide, and where they do not, the lengths.
      let mine = tail.byteSwapped
      let theirs = other.tail.byteSwapped
      if mine != theirs { return mine < theirs ? -1 : 1 }
      return count == other.count ? 0 : (count < other.count ? -1 : 1)
    }
    if self == other { return 0 }
    return compareSlow(other)
  }

  public func compareSlow(_ other: BytesView) -> Int {
    withBytes { mine in
      other.withBytes { theirs in
        let shared = min(mine.count, theirs.count)
        if let a = mine.baseAddress, let b = theirs.baseAddress {
          let order = memoryCompare(a, b, shared)
          if order != 0 { return order < 0 ? -1 : 1 }
        }
        return mine.count == theirs.count ? 0 : (mine.count < theirs.count ? -1 : 1)
      }
    }
  }
}
