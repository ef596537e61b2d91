internal import Columnar

/// SHA-1 (FIPS 180-4): 160 bits. Not for secrets.
enum Sha1 {
  static func append(of text: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    var state = SIMD8<UInt32>(0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0, 0, 0, 0)
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { words in
      MessageBlocks.forEach(of: text, size: 64, lengthBytes: 8, isBigEndian: true) { compress($0, words, &state) }
    }
    for i in 0..<5 { withUnsafeBytes(of: state[i].bigEndian) { out.append($0) } }
  }

  private static func compress(
    _ block: UnsafeRawPointer, _ words: UnsafeMutableBufferPointer<UInt32>, _ state: inout SIMD8<UInt32>
  ) {
    for i in 0..<16 { words[i] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: i &* 4, as: UInt32.self)) }
    for i in 16..<80 {
      words[i] = MessageBlocks.rotatedLeft(words[i &- 3] ^ words[i &- 8] ^ words[i &- 14] ^ words[i &- 16], 1)
    }
    var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
    for i in 0..<80 {
      let mixed: UInt32
      let constant: UInt32
      switch i {
      case 0..<20: (mixed, constant) = ((b & c) | (~b & d), 0x5A82_7999)
      case 20..<40: (mixed, constant) = (b ^ c ^ d, 0x6ED9_EBA1)
      case 40..<60: (mixed, constant) = ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
      default: (mixed, constant) = (b ^ c ^ d, 0xCA62_C1D6)
      }
      let next = MessageBlocks.rotatedLeft(a, 5) &+ mixed &+ e &+ constant &+ words[i]
      (e, d, c, b, a) = (d, c, MessageBlocks.rotatedLeft(b, 30), a, next)
    }
    state = state &+ SIMD8(a, b, c, d, e, 0, 0, 0)
  }
}
