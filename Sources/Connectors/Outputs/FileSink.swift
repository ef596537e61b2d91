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
  private var file: OutputFile?
  private var sink: EncodedSink?
  private var isUncommitted = false
  private var hasSnapshots = false

  init(
    path: String, compression: Compression, replaces: Bool, isBounded: Bool, span: SourceSpan,
    makeEncoder: @escaping (_ isBegun: Bool) -> any RowEncoder
  ) throws(SQLError) {
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
    }
    try sink?.begin(step)
  }

  func write(_ rows: ResultRows) throws(SQLError) { try sink?.write(rows) }

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
