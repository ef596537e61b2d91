internal import Columnar
internal import Diagnostics
internal import Glibc

/// A file being written, packed if that is wanted.
///
/// Either it appears whole under its name when it is published, and until then under a hidden one beside it; or it grows in
/// place, and what was not committed is cut off again. So no reader is left with half a step.
// @unchecked Sendable: belongs to one sink, which one thread uses at a time.
final class OutputFile: OutputStreamSink, @unchecked Sendable {
  enum Placement {
    /// Under a hidden name until it is published; takes the place of what was there.
    case whole
    /// Behind what is there.
    case growing
    /// No file but a device or a pipe: bytes go there and cannot be taken back.
    case device
  }

  let placement: Placement
  private let path: String
  private let temporaryPath: String?
  private let descriptor: Int32
  private let output: DescriptorOutput
  private let packed: (any PackedOutput)?
  /// Bytes of a growing file that are committed.
  private var committedBytes: off_t = 0
  private var isClosed = false

  var isTerminal: Bool { false }

  /// - Parameter emptied: a growing file begins with nothing.
  init(
    path: String, _ placement: Placement, compression: Compression, emptied: Bool = false, kind: SQLError.Kind = .sink,
    span: SourceSpan? = nil
  ) throws(SQLError) {
    _ = Self.ignoresFileLimit
    self.path = path
    self.placement = placement
    packed = try compression.output()
    let temporary = placement == .whole ? Self.hidden(path) : nil
    temporaryPath = temporary
    let mode = placement == .growing ? O_APPEND | (emptied ? O_TRUNC : 0) : O_TRUNC
    var opened: Int32
    repeat {
      opened = open(temporary ?? path, O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0o666)
    } while opened < 0 && errno == EINTR
    guard opened >= 0 else {
      throw SQLError.io(kind, "opening", "'\(path)' for writing", errno: errno).located(at: span ?? .none)
    }
    descriptor = opened
    output = DescriptorOutput(descriptor: opened, name: "'\(path)'")
    if placement == .growing { committedBytes = max(0, lseek(opened, 0, SEEK_END)) }
  }

  deinit {
    if !isClosed { discard() }
  }

  /// A limit on the size of files is an error of the write, not the end of the process.
  private static let ignoresFileLimit: Void = { _ = signal(SIGXFSZ, SIG_IGN) }()

  /// Names that begin with a dot are passed over by whoever reads the folder.
  private static func hidden(_ path: String) -> String {
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    return "\(path[..<slash]).\(path[slash...]).\(getpid()).tmp"
  }

  /// Whether a growing file holds nothing yet.
  var isEmpty: Bool { committedBytes == 0 }

  func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
    if let packed { try packed.write(bytes, to: output) } else { try output.write(bytes) }
  }

  /// What a growing file has is visible now; a whole one waits.
  func flush() throws(SQLError) {
    if placement == .whole { return }
    try packed?.endMember(to: output)
    try output.flush()
  }

  /// What was flushed stays.
  func commit() {
    if placement == .growing { committedBytes = max(committedBytes, lseek(descriptor, 0, SEEK_END)) }
  }

  /// Ends the file: from here on it is there under its name.
  func publish() throws(SQLError) {
    try packed?.endMember(to: output)
    try output.flush()
    isClosed = true
    let code = close(descriptor)
    if code != 0, errno != EINTR {
      let failure = errno
      if let temporaryPath { unlink(temporaryPath) }
      throw .io(.sink, "closing", "'\(path)'", errno: failure)
    }
    if let temporaryPath, rename(temporaryPath, path) != 0 {
      let failure = errno
      unlink(temporaryPath)
      throw .io(.sink, "renaming", "'\(temporaryPath)'", errno: failure)
    }
  }

  /// Takes back what was not committed.
  func discard() {
    if isClosed { return }
    isClosed = true
    if placement == .growing { _ = ftruncate(descriptor, committedBytes) }
    close(descriptor)
    if let temporaryPath { unlink(temporaryPath) }
  }
}
