internal import Columnar
package import Diagnostics
internal import Glibc
internal import Synchronization

/// Output bytes for a file descriptor, gathered into large writes.
///
/// A reader that has gone gives a `CLOSED_PIPE` error, provided that SIGPIPE is ignored (`ignoreBrokenPipes`).
package final class DescriptorOutput: OutputStreamSink {
  /// Bytes gathered before they are written.
  private static let bufferBytes = 64 << 10

  package let isTerminal: Bool
  private let name: String
  private let descriptor: Int32
  private let closesDescriptor: Bool
  private let buffer = Mutex(Buffer())

  private struct Buffer: ~Copyable {
    var bytes = ByteWriter(capacity: DescriptorOutput.bufferBytes)
  }

  /// - Parameter name: what errors call it.
  package init(descriptor: Int32, name: String, closesDescriptor: Bool = false) {
    self.descriptor = descriptor
    self.name = name
    self.closesDescriptor = closesDescriptor
    isTerminal = isatty(descriptor) == 1
  }

  /// A file, created or emptied.
  package convenience init(path: String, span: SourceSpan? = nil) throws(SQLError) {
    var descriptor: Int32
    repeat {
      descriptor = open(FileListing.localPath(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else {
      throw SQLError.io(.bind, "opening", "'\(path)' for writing", errno: errno).located(at: span ?? .none)
    }
    self.init(descriptor: descriptor, name: "'\(path)'", closesDescriptor: true)
  }

  deinit { if closesDescriptor { close(descriptor) } }

  package static let standardOutput = DescriptorOutput(descriptor: 1, name: "stdout")

  package func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
    try buffer.withLock { (buffer) throws(SQLError) in
      if buffer.bytes.count + bytes.count > Self.bufferBytes { try writeOut(&buffer) }
      if bytes.count >= Self.bufferBytes { try writeAll(bytes) } else { buffer.bytes.append(bytes) }
    }
  }

  package func flush() throws(SQLError) {
    try buffer.withLock { (buffer) throws(SQLError) in try writeOut(&buffer) }
  }

  private func writeOut(_ buffer: inout Buffer) throws(SQLError) {
    // Emptied even when it fails: what could not be written once is not tried again.
    defer { buffer.bytes.removeAll() }
    if buffer.bytes.count > 0 { try writeAll(buffer.bytes.bytes) }
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        // A terminal or a pipe that somebody made non-blocking.
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while poll(&entry, 1, -1) < 0, errno == EINTR {}
      case EPIPE: throw SQLError(.sink, "CLOSED_PIPE", "\(name): the reader has closed the pipe")
      case let code: throw .io(.sink, "writing to", name, errno: code)
      }
    }
  }
}

/// Makes writing to a closed pipe or socket an error in place of the end of the process. Called once, in main.
package func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

/// Output bytes kept in memory.
package final class MemoryOutput: OutputStreamSink {
  private let bytes = Mutex<[UInt8]>([])

  package init() {}

  package var isTerminal: Bool { false }
  package func write(_ piece: UnsafeRawBufferPointer) throws(SQLError) {
    bytes.withLock { $0.append(contentsOf: piece) }
  }
  package func flush() throws(SQLError) {}

  package var array: [UInt8] { bytes.withLock { $0 } }
  package var text: String { String(decoding: array, as: UTF8.self) }
}
