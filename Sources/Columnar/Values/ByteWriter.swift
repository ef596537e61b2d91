/// A growable run of bytes that the value routines append text to.
///
/// The writer owns its memory and frees it; growth doubles, so appending costs amortised constant time per byte.
/// Nothing here counts references: a kernel keeps one writer for a whole batch and passes it `inout`.
///
/// ```swift
/// var out = ByteWriter()
/// IntegerText.format(-42, into: &out)
/// out.bytes  // 3 bytes: "-42", valid until the next append
/// ```
public struct ByteWriter: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<UInt8>
  @usableFromInline var length: Int
  @usableFromInline var room: Int

  /// An empty writer with room for at least `capacity` bytes.
  @inlinable
  public init(capacity: Int = 256) {
    room = max(capacity, 16)
    base = .allocate(capacity: room)
    length = 0
  }

  deinit { base.deallocate() }

  /// Bytes written so far.
  @inlinable public var count: Int { length }

  /// Bytes that fit before the next growth.
  @inlinable public var capacity: Int { room }

  /// The bytes written so far; valid until the next mutation of the writer.
  @inlinable
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: length) }

  /// The bytes written so far as an array, for tests and for the edges of the program.
  public var array: [UInt8] { Array(bytes) }

  /// The bytes written so far as text, for tests and messages; invalid UTF-8 is replaced.
  public var string: String { String(decoding: bytes, as: UTF8.self) }

  /// Makes sure that `extra` more bytes fit without growing.
  @inlinable
  public mutating func reserve(_ extra: Int) {
    if _slowPath(room &- length < extra) { grow(by: extra) }
  }

  @usableFromInline @inline(never)
  mutating func grow(by extra: Int) {
    let wanted = max(room &* 2, length + extra)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    larger.update(from: base, count: length)
    base.deallocate()
    base = larger
    room = wanted
  }

  @inlinable
  public mutating func append(_ byte: UInt8) {
    reserve(1)
    base[length] = byte
    length &+= 1
  }

  @inlinable
  public mutating func append(_ source: UnsafeRawBufferPointer) {
    guard let start = source.baseAddress, source.count > 0 else { return }
    reserve(source.count)
    UnsafeMutableRawPointer(base + length).copyMemory(from: start, byteCount: source.count)
    length &+= source.count
  }

  /// Appends the bytes of an ASCII or UTF-8 literal.
  @inlinable
  public mutating func append(_ literal: StaticString) {
    append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  /// Appends `byte` `times` times; nothing when `times` is not positive.
  @inlinable
  public mutating func append(repeating byte: UInt8, times: Int) {
    guard times > 0 else { return }
    reserve(times)
    (base + length).update(repeating: byte, count: times)
    length &+= times
  }

  /// Room for `limit` bytes behind the last one: write there, then call ``advance(by:)`` with what was written.
  @inlinable
  public mutating func tail(_ limit: Int) -> UnsafeMutablePointer<UInt8> {
    reserve(limit)
    return base + length
  }

  /// Makes `written` bytes of ``tail(_:)`` part of the text; at most the limit that was asked for.
  @inlinable
  public mutating func advance(by written: Int) {
    length &+= min(max(written, 0), room &- length)
  }

  /// Forgets everything from byte `newCount` on; keeps the memory. Beyond `count` it does nothing.
  @inlinable
  public mutating func truncate(to newCount: Int) {
    if newCount < length { length = max(newCount, 0) }
  }

  /// Forgets all bytes and keeps the memory.
  @inlinable
  public mutating func removeAll() { length = 0 }
}

// The writer is the only owner of its memory, so handing it to another thread hands over everything.
extension ByteWriter: @unchecked Sendable {}
