/// A block of bytes that strings point into: malloc'ed, padded, freed with its last owner.
///
/// `BytesView`s hold raw pointers into a buffer; whoever keeps a view keeps the buffer (`BytesColumn.owners`).
/// Bytes past `count` up to `capacity` are readable, so a 16-byte load at any valid offset stays inside the block.
// @unchecked Sendable: bytes below `count` are never changed once a view of them was published; only the one
// owner that fills the buffer appends.
public final class ByteBuffer: @unchecked Sendable {
  /// Readable bytes behind the last one, for wide loads.
  public static let paddingBytes = 64

  public let base: UnsafeMutablePointer<UInt8>
  public let capacity: Int
  /// Unchecked: only the one owner that fills the buffer writes it, once a value.
  @exclusivity(unchecked) public var count = 0

  public init(capacity: Int) {
    self.capacity = capacity
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: capacity + ByteBuffer.paddingBytes, alignment: 64)
    base = raw.assumingMemoryBound(to: UInt8.self)
    (raw + capacity).initializeMemory(as: UInt8.self, repeating: 0, count: ByteBuffer.paddingBytes)
  }

  public convenience init(copying bytes: UnsafeRawBufferPointer) {
    self.init(capacity: bytes.count)
    if let source = bytes.baseAddress { UnsafeMutableRawPointer(base).copyMemory(from: source, byteCount: bytes.count) }
    count = bytes.count
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  @inlinable public var remaining: Int { capacity - count }

  /// Appends bytes that fit (`remaining`), and returns where they went.
  @inlinable public func append(_ bytes: UnsafePointer<UInt8>, count length: Int) -> UnsafePointer<UInt8> {
    let target = base + count
    UnsafeMutableRawPointer(target).copyMemory(from: bytes, byteCount: length)
    count += length
    return UnsafePointer(target)
  }
}

/// A growing chain of byte buffers: bytes once added never move.
public struct ByteArena: Sendable {
  public private(set) var blocks: [ByteBuffer] = []
  /// Bytes allocated, for memory accounting.
  public private(set) var allocatedBytes = 0

  public static let blockBytes = 256 << 10

  public init() {}

  /// Copies bytes in and returns their lasting place. The result is padded for wide loads.
  public mutating func add(_ bytes: UnsafePointer<UInt8>, count: Int) -> UnsafePointer<UInt8> {
    if let last = blocks.last, last.remaining >= count { return last.append(bytes, count: count) }
    let size = blocks.isEmpty ? max(count, 4096) : max(count, ByteArena.blockBytes)
    let block = ByteBuffer(capacity: size)
    blocks.append(block)
    allocatedBytes += size
    return block.append(bytes, count: count)
  }

  /// A view that lives as long as the arena's blocks: inline if short, else a copy.
  @inlinable public mutating func adopt(_ view: BytesView) -> BytesView {
    if view.isInline { return view }
    let length = view.count
    return BytesView(long: add(view.longPointer, count: length), count: length)
  }
}
