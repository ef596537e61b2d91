internal import Diagnostics
internal import Glibc

/// The bytes of one file, unpacked if its name says that they are packed.
struct FileBytes: ~Copyable {
  /// `'a.csv'`, for errors.
  let name: String
  let descriptor: Int32
  private let decompressor: (any Decompressor)?

  /// - Parameter offset: the place to begin at; in a packed file a place in what is unpacked, which is passed over.
  init(path: String, offset: Int64 = 0) throws(SQLError) {
    let decompressor: (any Decompressor)? =
      switch Compression(ofPath: path) {
      case .none: nil
      case .gzip: try GzipInput()
      case .zstd: try ZstdInput()
      }
    let descriptor = try Self.open(path, at: decompressor == nil ? offset : 0)
    if let decompressor {
      do throws(SQLError) { try Self.skip(offset, descriptor, decompressor, "'\(path)'") } catch {
        close(descriptor)
        throw error
      }
    }
    name = "'\(path)'"
    self.descriptor = descriptor
    self.decompressor = decompressor
  }

  private static func open(_ path: String, at offset: Int64) throws(SQLError) -> Int32 {
    var descriptor: Int32
    repeat { descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC) } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else {
      if errno == ENOENT {
        throw SQLError(
          .source, "PATH_NOT_FOUND", "path '\(path)' does not exist any more",
          hint: "ignoreMissingFiles 'true' passes over files that go away")
      }
      throw .io(.source, "opening", "'\(path)'", errno: errno)
    }
    if offset > 0, lseek(descriptor, off_t(offset), SEEK_SET) < 0 {
      let code = errno
      close(descriptor)
      throw .io(.source, "seeking in", "'\(path)'", errno: code)
    }
    posix_fadvise(descriptor, 0, 0, Int32(POSIX_FADV_SEQUENTIAL))
    return descriptor
  }

  deinit { close(descriptor) }

  private static func skip(
    _ byteCount: Int64, _ descriptor: Int32, _ decompressor: any Decompressor, _ name: String
  ) throws(SQLError) {
    let size = 64 << 10
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    var left = byteCount
    while left > 0 {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(Int64(size), left))])
      let count = try decompressor.read(descriptor, into: part, name: name)
      if count == 0 { return }
      left -= Int64(count)
    }
  }

  /// Reads some bytes; 0 at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(SQLError) -> Int {
    if let decompressor { return try decompressor.read(descriptor, into: target, name: name) }
    while true {
      let count = Glibc.read(descriptor, target.baseAddress, target.count)
      if count >= 0 { return count }
      if errno != EINTR { throw .io(.source, "reading", name, errno: errno) }
    }
  }
}
