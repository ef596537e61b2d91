/// MurmurHash3 x86 32 (Appleby), with Spark's own treatment of a text's last bytes: each is mixed in as a signed word.
enum Murmur3: RowHash {
  static func hash(_ value: UInt32, _ seed: UInt32) -> UInt32 { finished(mixed(seed, value), 4) }

  static func hash(_ value: UInt64, _ seed: UInt32) -> UInt32 {
    let low = UInt32(truncatingIfNeeded: value)
    let high = UInt32(truncatingIfNeeded: value >> 32)
    return finished(mixed(mixed(seed, low), high), 8)
  }

  static func hash(_ bytes: UnsafeRawBufferPointer, _ seed: UInt32) -> UInt32 {
    var hash = seed
    let aligned = bytes.count & ~3
    var at = 0
    while at < aligned {
      hash = mixed(hash, UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
      at &+= 4
    }
    while at < bytes.count {
      hash = mixed(hash, UInt32(bitPattern: Int32(Int8(bitPattern: bytes[at]))))
      at &+= 1
    }
    return finished(hash, UInt32(truncatingIfNeeded: bytes.count))
  }

  @inline(__always)
  private static func mixed(_ hash: UInt32, _ word: UInt32) -> UInt32 {
    let part = MessageBlocks.rotatedLeft(word &* 0xCC9E_2D51, 15) &* 0x1B87_3593
    return MessageBlocks.rotatedLeft(hash ^ part, 13) &* 5 &+ 0xE654_6B64
  }

  @inline(__always)
  private static func finished(_ hash: UInt32, _ length: UInt32) -> UInt32 {
    var h = hash ^ length
    h = (h ^ h >> 16) &* 0x85EB_CA6B
    h = (h ^ h >> 13) &* 0xC2B2_AE35
    return h ^ h >> 16
  }
}
