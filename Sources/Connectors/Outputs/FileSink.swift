internal import Columnar
internal import Diagnostics
internal import Glibc

/// Writes one file.
///
/// A query that ends writes a new file, which appears when it is whole. One that goes on, and one that finds a file there,
/// adds to it: a step's rows are seen when the step ends, and are gone again if it fails. A snapshot (COMPLETE) takes the place
/// of the one before.
final class FileSink: Sink {
  private let path: String
  private let compression: Compression
  /// - Parameter isBegun: the file holds rows already, and so a header.
  private let makeEncoder: (_ isBegun: Bool) -> any RowEncoder
  /// Throws if rows do not belong behind those that the file holds; asked once, before they are added.
  private var checkRows: (() throws(SQLError) -> Void)?
  /// What ends the last line of a file that somebody else left open; empty where it is ended.
  private var missingEnd: [UInt8] = []
  private var file: OutputFile?
  private var sink: EncodedSink?
  private var isUncommitted = false
  private var hasSnapshots = false

  init(
    path: String, compression: Compression, replaces: Bool, isBounded: Bool, lineEnd: String = "\n", span: SourceSpan,
    checkRows: (() throws(SQLError) -> Void)? = nil, makeEncoder: @escaping (_ isBegun: Bool) -> any RowEncoder
  ) throws(SQLError) {
    self.checkRows = checkRows
    let real = Self.target(of: path)
    self.path = real
    self.compression = compression
    self.makeEncoder = makeEncoder
    var info = stat()
    let isThere = stat(real, &info) == 0
    let placement: OutputFile.Placement =
      isThere && info.st_mode & S_IFMT != S_IFREG
      ? .device : isBounded && (replaces || !isThere) ? .whole : .growing
    let file = try OutputFile(
      path: real, placement, compression: compression, emptied: replaces, kind: .bind, span: span)
    open(file)
    if file.placement == .growing, !file.isEmpty, compression == .none, !Self.isEnded(real, by: lineEnd) { missingEnd = Array(lineEnd.utf8) }
  }

  /// Whether the last line has an end; what cannot be read counts as ended.
  private static func isEnded(_ path: String, by lineEnd: String) -> Bool {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    let wanted = Array(lineEnd.utf8)
    var found = [UInt8](repeating: 0, count: wanted.count)
    let start = lseek(descriptor, 0, SEEK_END) - off_t(wanted.count)
    let count = pread(descriptor, &found, found.count, max(0, start))
    return count <= 0 || found == wanted || found[count - 1] == UInt8(ascii: "\n")
  }

  /// Where a chain of symbolic links leads, so that renaming does not replace the link.
  private static func target(of path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private func open(_ file: OutputFile) {
    self.file = file
    sink = EncodedSink(makeEncoder(file.placement == .growing && !file.isEmpty), output: file)
  }

  func begin(_ step: StepInfo) throws(SQLError) {
    isUncommitted = true
    if step.isSnapshot, file?.placement != .device {
      hasSnapshots = true
      file?.discard()
      open(try OutputFile(path: path, .whole, compression: compression))
      missingEnd = []
    } else if let check = checkRows, let file, file.placement == .growing, !file.isEmpty {
      checkRows = nil
      try check()
    }
    try sink?.begin(step)
  }

  func write(_ rows: ResultRows) throws(SQLError) {
    if !missingEnd.isEmpty, rows.batch.count > 0 {
      var failure: SQLError?
      missingEnd.withUnsafeBytes { end in
        do throws(SQLError) { try file?.write(end) } catch { failure = error }
      }
      if let failure { throw failure }
      missingEnd = []
    }
    try sink?.write(rows)
  }

  func end(_ step: StepInfo) throws(SQLError) { try sink?.end(step) }

  func commit(epoch: Int64) throws(SQLError) {
    guard isUncommitted else { return }
    if hasSnapshots {
      try sink?.finish()
      try file?.publish()
      sink = nil
      file = nil
    } else {
      file?.commit()
    }
    isUncommitted = false
  }

  func finish() throws(SQLError) {
    guard let file, let sink else { return }
    self.file = nil
    self.sink = nil
    // The step failed, or was stopped: nothing of it is kept.
    if isUncommitted { return file.discard() }
    try sink.finish()
    try file.publish()
  }
}
