internal import Diagnostics
internal import Glibc

/// Packed bytes on their way from a descriptor to a decompressor.
struct PackedInput: ~Copyable {
  /// Packed bytes read at once.
  private static let bufferBytes = 128 << 10

  private let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: PackedInput.bufferBytes)
  private(set) var next: UnsafePointer<UInt8>
  private(set) var count = 0

  init() { next = UnsafePointer(buffer) }

  deinit { buffer.deallocate() }

  /// Moves on behind what was taken.
  mutating func take(_ used: Int) {
    next += used
    count -= used
  }

  /// Reads more if nothing is left; false at the end of the file.
  mutating func fill(_ descriptor: Int32, name: String) throws(SQLError) -> Bool {
    while count == 0 {
      let got = read(descriptor, buffer, Self.bufferBytes)
      if got < 0, errno == EINTR { continue }
      if got < 0 { throw .io(.source, "reading", name, errno: errno) }
      if got == 0 { return false }
      next = UnsafePointer(buffer)
      count = got
    }
    return true
  }
}
