internal import Columnar

/// MD5 (RFC 1321): 128 bits. Not for secrets.
enum Md5 {
  static func append(of text: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    var state = SIMD4<UInt32>(0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476)
    sines.withUnsafeBufferPointer { sines in
      MessageBlocks.forEach(of: text, size: 64, lengthBytes: 8, isBigEndian: false) { compress($0, sines, &state) }
    }
    for i in 0..<4 { withUnsafeBytes(of: state[i].littleEndian) { out.append($0) } }
  }

  private static func compress(
    _ block: UnsafeRawPointer, _ sines: UnsafeBufferPointer<UInt32>, _ state: inout SIMD4<UInt32>
  ) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    for i in 0..<64 {
      let mixed: UInt32
      let word: Int
      let shift: UInt32
      // The shifts of a round, one a byte, the first lowest.
      switch i &>> 4 {
      case 0: (mixed, word, shift) = ((b & c) | (~b & d), i, 0x16_11_0C_07)
      case 1: (mixed, word, shift) = ((d & b) | (~d & c), (5 &* i &+ 1) & 15, 0x14_0E_09_05)
      case 2: (mixed, word, shift) = (b ^ c ^ d, (3 &* i &+ 5) & 15, 0x17_10_0B_04)
      default: (mixed, word, shift) = (c ^ (b | ~d), (7 &* i) & 15, 0x15_0F_0A_06)
      }
      let value = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: word &* 4, as: UInt32.self))
      let sum = a &+ mixed &+ sines[i] &+ value
      let turns = shift &>> UInt32((i & 3) &* 8) & 0xFF
      (a, d, c, b) = (d, c, b, b &+ MessageBlocks.rotatedLeft(sum, turns))
    }
    state = state &+ SIMD4(a, b, c, d)
  }

  /// ⌊2³² |sin(i + 1)|⌋.
  private static let sines: [UInt32] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
  ]
}
