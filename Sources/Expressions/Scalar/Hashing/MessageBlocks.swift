/// Cuts a message into the blocks of a digest: whole blocks where they lie, then the rest with its padding.
enum MessageBlocks {
  /// Calls `body` with the start of each block. The last ones hold 0x80, zeros and the length of the message in bits
  /// (RFC 1321 §3.1, FIPS 180-4 §5.1).
  ///
  /// - Parameters:
  ///   - size: bytes of a block.
  ///   - lengthBytes: bytes of the length at the end of the last block.
  @inline(__always)
  static func forEach(
    of text: UnsafeRawBufferPointer, size: Int, lengthBytes: Int, isBigEndian: Bool, _ body: (UnsafeRawPointer) -> Void
  ) {
    let whole = text.count / size
    if let base = text.baseAddress { for block in 0..<whole { body(base + block &* size) } }
    let rest = UnsafeRawBufferPointer(rebasing: text[(whole &* size)...])
    let blocks = rest.count &+ 1 &+ lengthBytes <= size ? 1 : 2
    withUnsafeTemporaryAllocation(byteCount: 2 &* size, alignment: 16) { tail in
      tail.initializeMemory(as: UInt8.self, repeating: 0)
      tail.copyMemory(from: rest)
      tail[rest.count] = 0x80
      let bits = UInt64(truncatingIfNeeded: text.count) &* 8
      let end = blocks &* size
      for i in 0..<8 {
        let byte = UInt8(truncatingIfNeeded: bits >> UInt64(i &* 8))
        tail[isBigEndian ? end &- 1 &- i : end &- lengthBytes &+ i] = byte
      }
      guard let start = tail.baseAddress else { return }
      for block in 0..<blocks { body(UnsafeRawPointer(start + block &* size)) }
    }
  }

  @inline(__always)
  static func rotatedLeft(_ x: UInt32, _ n: UInt32) -> UInt32 { x &<< n | x &>> (32 &- n) }
  @inline(__always)
  static func rotatedRight(_ x: UInt32, _ n: UInt32) -> UInt32 { x &>> n | x &<< (32 &- n) }
  @inline(__always)
  static func rotatedRight(_ x: UInt64, _ n: UInt64) -> UInt64 { x &>> n | x &<< (64 &- n) }
}
