internal import Columnar

/// SHA-224 and SHA-256 (FIPS 180-4).
enum Sha256 {
  /// - Parameter isShort: 224 bits, not 256.
  static func append(of text: UnsafeRawBufferPointer, isShort: Bool, to out: inout ByteWriter) {
    var state =
      isShort
      ? SIMD8<UInt32>(
        0xc105_9ed8, 0x367c_d507, 0x3070_dd17, 0xf70e_5939, 0xffc0_0b31, 0x6858_1511, 0x64f9_8fa7, 0xbefa_4fa4)
      : SIMD8<UInt32>(
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
    roots.withUnsafeBufferPointer { roots in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
        MessageBlocks.forEach(of: text, size: 64, lengthBytes: 8, isBigEndian: true) {
          compress($0, words, roots, &state)
        }
      }
    }
    for i in 0..<(isShort ? 7 : 8) { withUnsafeBytes(of: state[i].bigEndian) { out.append($0) } }
  }

  private static func compress(
    _ block: UnsafeRawPointer, _ words: UnsafeMutableBufferPointer<UInt32>, _ roots: UnsafeBufferPointer<UInt32>,
    _ state: inout SIMD8<UInt32>
  ) {
    for i in 0..<16 { words[i] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: i &* 4, as: UInt32.self)) }
    for i in 16..<64 {
      let x = words[i &- 15]
      let y = words[i &- 2]
      let low = MessageBlocks.rotatedRight(x, 7) ^ MessageBlocks.rotatedRight(x, 18) ^ (x &>> 3)
      let high = MessageBlocks.rotatedRight(y, 17) ^ MessageBlocks.rotatedRight(y, 19) ^ (y &>> 10)
      words[i] = words[i &- 16] &+ low &+ words[i &- 7] &+ high
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for i in 0..<64 {
      let high = MessageBlocks.rotatedRight(e, 6) ^ MessageBlocks.rotatedRight(e, 11) ^ MessageBlocks.rotatedRight(e, 25)
      let first = h &+ high &+ ((e & f) ^ (~e & g)) &+ roots[i] &+ words[i]
      let low = MessageBlocks.rotatedRight(a, 2) ^ MessageBlocks.rotatedRight(a, 13) ^ MessageBlocks.rotatedRight(a, 22)
      let second = low &+ ((a & b) ^ (a & c) ^ (b & c))
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ second)
    }
    state = state &+ SIMD8(a, b, c, d, e, f, g, h)
  }

  /// The first 32 bits of the fractions of the cube roots of the first 64 primes.
  private static let roots: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}
