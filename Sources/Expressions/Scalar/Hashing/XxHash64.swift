/// XXH64 (Collet).
enum XxHash64: RowHash {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  static func hash(_ value: UInt32, _ seed: UInt64) -> UInt64 { finished(with(seed &+ prime5 &+ 4, value)) }
  static func hash(_ value: UInt64, _ seed: UInt64) -> UInt64 { finished(with(seed &+ prime5 &+ 8, value)) }

  static func hash(_ bytes: UnsafeRawBufferPointer, _ seed: UInt64) -> UInt64 {
    var at = 0
    var hash = seed &+ prime5
    if bytes.count >= 32 {
      var a = seed &+ prime1 &+ prime2
      var b = seed &+ prime2
      var c = seed
      var d = seed &- prime1
      repeat {
        a = round(a, word(bytes, at))
        b = round(b, word(bytes, at &+ 8))
        c = round(c, word(bytes, at &+ 16))
        d = round(d, word(bytes, at &+ 24))
        at &+= 32
      } while at <= bytes.count &- 32
      hash = rotated(a, 1) &+ rotated(b, 7) &+ rotated(c, 12) &+ rotated(d, 18)
      hash = (hash ^ round(0, a)) &* prime1 &+ prime4
      hash = (hash ^ round(0, b)) &* prime1 &+ prime4
      hash = (hash ^ round(0, c)) &* prime1 &+ prime4
      hash = (hash ^ round(0, d)) &* prime1 &+ prime4
    }
    hash &+= UInt64(truncatingIfNeeded: bytes.count)
    while at &+ 8 <= bytes.count {
      hash = with(hash, word(bytes, at))
      at &+= 8
    }
    if at &+ 4 <= bytes.count {
      hash = with(hash, UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
      at &+= 4
    }
    while at < bytes.count {
      hash = rotated(hash ^ UInt64(bytes[at]) &* prime5, 11) &* prime1
      at &+= 1
    }
    return finished(hash)
  }

  @inline(__always)
  private static func word(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 { rotated(lane &+ word &* prime2, 31) &* prime1 }

  @inline(__always)
  private static func with(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    rotated(hash ^ round(0, word), 27) &* prime1 &+ prime4
  }

  @inline(__always)
  private static func with(_ hash: UInt64, _ word: UInt32) -> UInt64 {
    rotated(hash ^ UInt64(word) &* prime1, 23) &* prime2 &+ prime3
  }

  @inline(__always)
  private static func rotated(_ x: UInt64, _ n: UInt64) -> UInt64 { x &<< n | x &>> (64 &- n) }

  @inline(__always)
  private static func finished(_ hash: UInt64) -> UInt64 {
    var h = (hash ^ hash >> 33) &* prime2
    h = (h ^ h >> 29) &* prime3
    return h ^ h >> 32
  }
}
