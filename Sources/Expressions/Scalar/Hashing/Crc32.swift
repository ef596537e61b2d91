/// The cyclic redundancy check of IEEE 802.3, reflected.
enum Crc32 {
  static func value(of text: UnsafeRawBufferPointer) -> UInt32 {
    table.withUnsafeBufferPointer { table in
      var value: UInt32 = ~0
      for byte in text { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value &>> 8) }
      return ~value
    }
  }

  private static let table: [UInt32] = (0..<256).map { (index: UInt32) in
    (0..<8).reduce(index) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
  }
}
