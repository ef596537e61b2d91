import CKernels

/// 64-bit hashes of keys. Equal keys have equal hashes whatever their column's layout; computed once a row, then used
/// by group tables (low bits, tag) and by exchanges (high bits).
public enum Hashing {
  @usableFromInline static let seedA: UInt64 = 0x9E37_79B9_7F4A_7C15
  @usableFromInline static let seedB: UInt64 = 0xD1B5_4A32_D192_ED03
  @usableFromInline static let seedC: UInt64 = 0x8BB8_4B93_962E_ACC9

  /// Hash of NULL.
  public static let null: UInt64 = 0x5851_F42D_4C95_7F2D

  @inlinable public static func hash(word: UInt64) -> UInt64 {
    sq_mix(word ^ seedA, seedB)
  }

  @inlinable public static func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
    sq_mix(first ^ seedA, second ^ seedB)
  }

  @inlinable public static func hash(_ view: BytesView) -> UInt64 {
    if view.isInline { return hash(view.head, view.tail) }
    return hash(long: view.longPointer, count: view.count)
  }

  /// Hash of more than `BytesView.inlineMax` bytes (wyhash's scheme: 16 bytes a multiplication).
  public static func hash(long bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
    let raw = UnsafeRawPointer(bytes)
    var state = seedC ^ UInt64(count)
    var i = 0
    while i + 16 <= count {
      let a = raw.loadUnaligned(fromByteOffset: i, as: UInt64.self)
      let b = raw.loadUnaligned(fromByteOffset: i + 8, as: UInt64.self)
      state = sq_mix(a ^ seedA, b ^ state)
      i += 16
    }
    // The last 16 bytes again, overlapping (there are more than 12): or the first 12 in two overlapping halves.
    let tail = max(count - 16, 0)
    let a = raw.loadUnaligned(fromByteOffset: tail, as: UInt64.self)
    let b = raw.loadUnaligned(fromByteOffset: max(count - 8, 0), as: UInt64.self)
    return sq_mix(a ^ seedB, b ^ state)
  }

  /// The partition of `partitions` that a hash belongs to.
  @inlinable public static func partition(_ hash: UInt64, of partitions: Int) -> Int {
    // A shift binds closer than a product.
    Int(truncatingIfNeeded: ((hash &>> 32) &* UInt64(partitions)) &>> 32)
  }
}
