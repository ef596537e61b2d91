import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Whole files, for scripts.
enum FileText {
  /// More than any script; a data file given by mistake is refused before it fills the memory.
  static let bytesMax = 64 << 20

  /// The bytes of a file, or of stdin for `-`.
  static func read(_ path: String) throws(SQLError) -> [UInt8] {
    let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      throw SQLError(.bind, "PATH_NOT_FOUND", "script \(path) cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { if descriptor != 0 { close(descriptor) } }
    let name = path == "-" ? "on stdin" : path
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw SQLError(.bind, "IO_ERROR", "the script \(name) cannot be read: \(String(cString: strerror(errno)))")
      }
      bytes.append(contentsOf: chunk[..<count])
      if bytes.count > bytesMax {
        throw SQLError(
          .bind, "SCRIPT_TOO_LARGE", "the script \(name) is longer than \(bytesMax >> 20) MiB",
          hint: path == "-" ? "with a query on the command line stdin is data: streamsql \"SELECT … FROM stdin\"" : nil)
      }
    }
  }
}
