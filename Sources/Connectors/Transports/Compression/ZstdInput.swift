internal import CZstd
internal import Diagnostics

/// Zstandard (RFC 8878), of any number of frames.
final class ZstdInput: Decompressor {
  private let stream: OpaquePointer
  private var packed = PackedInput()
  private var isInFrame = false
  /// The target was filled: more may wait inside without more input.
  private var mayHoldMore = false

  init() throws(SQLError) {
    guard let stream = ZSTD_createDStream() else { throw SQLError(.source, "OUT_OF_MEMORY", "no memory to unpack zstd") }
    self.stream = stream
  }

  deinit { ZSTD_freeDStream(stream) }

  func read(_ descriptor: Int32, into target: UnsafeMutableRawBufferPointer, name: String) throws(SQLError) -> Int {
    while true {
      if !mayHoldMore, !(try packed.fill(descriptor, name: name)) {
        if isInFrame { throw .corruptFile(name, "the zstd data ends too early") }
        return 0
      }
      var used = 0
      var made = 0
      let code = sq_zstd_decompress(stream, packed.next, packed.count, &used, target.baseAddress, target.count, &made)
      if ZSTD_isError(code) != 0 {
        throw .corruptFile(name, "this is no zstd data, or it is corrupt (\(String(cString: ZSTD_getErrorName(code))))")
      }
      packed.take(used)
      isInFrame = code != 0
      mayHoldMore = isInFrame && made == target.count
      if made > 0 { return made }
    }
  }
}
