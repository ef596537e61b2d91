internal import Columnar
internal import Diagnostics
internal import Glibc

/// Writes a folder of part files: one for each step that has rows, under a hidden name until the step is committed.
///
/// Readers of the folder never see half a file. A query that ends without a row leaves what says what its columns are, where
/// the format has such a thing. A snapshot (COMPLETE) replaces the one before.
final class FolderSink: Sink {
  private let folder: String
  private let suffix: String
  private let compression: Compression
  private let makeEncoder: () -> any RowEncoder
  /// Tells the files of this run from those of earlier ones.
  private let run: String
  /// Files that go when the first new one has come.
  private var replaced: [String]
  private var step: StepInfo?
  private var current: EncodedSink?
  private var file: OutputFile?
  private let isBounded: Bool
  private var hasFiles = false
  private var isStopped = false

  init(
    folder: String, suffix: String, compression: Compression, replaces: Bool, isBounded: Bool, span: SourceSpan,
    makeEncoder: @escaping () -> any RowEncoder
  ) throws(SQLError) {
    self.folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    self.suffix = ([suffix] + [compression.suffix].compactMap { $0 }).joined(separator: ".")
    self.compression = compression
    self.makeEncoder = makeEncoder
    self.isBounded = isBounded
    run = String(UInt64(bitPattern: wallClockMicros()), radix: 36) + String(UInt64(getpid()), radix: 36)
    try Self.makeFolders(self.folder, span: span)
    replaced = replaces ? try FileListing.files(at: self.folder, span: span).map(\.path) : []
    guard access(self.folder, W_OK) == 0 else {
      throw SQLError.io(.bind, "writing into the folder", "'\(self.folder)'", errno: errno).located(at: span)
    }
  }

  private static func makeFolders(_ path: String, span: SourceSpan) throws(SQLError) {
    var at = path.startIndex
    while at < path.endIndex {
      at = path[path.index(after: at)...].firstIndex(of: "/") ?? path.endIndex
      if mkdir(String(path[..<at]), 0o777) != 0, errno != EEXIST, errno != EISDIR {
        throw SQLError.io(.bind, "making the folder", "'\(path)'", errno: errno).located(at: span)
      }
    }
  }

  func begin(_ step: StepInfo) throws(SQLError) {
    self.step = step
    // An empty snapshot takes the place of the last one too.
    if step.isSnapshot { try open(step) }
  }

  func write(_ rows: ResultRows) throws(SQLError) {
    guard rows.batch.count > 0, let step else { return }
    if current == nil { try open(step) }
    try current?.write(rows)
  }

  private func open(_ step: StepInfo) throws(SQLError) {
    hasFiles = true
    let file = try OutputFile(path: "\(folder)/\(name(step.isSnapshot ? 0 : step.epoch))", .whole, compression: compression)
    self.file = file
    let sink = EncodedSink(makeEncoder(), output: file)
    current = sink
    try sink.begin(step)
  }

  func end(_ step: StepInfo) throws(SQLError) {
    try current?.end(step)
    try current?.finish()
    current = nil
  }

  func commit(epoch: Int64) throws(SQLError) {
    guard let file, current == nil else { return }
    try file.publish()
    self.file = nil
    try removeReplaced()
  }

  func stopRequested() { isStopped = true }

  func finish() throws(SQLError) {
    if isBounded, !hasFiles, !isStopped { try writeHeader() }
    // The step failed, or was stopped: nothing of it is kept.
    if let file { file.discard() } else { try removeReplaced() }
    file = nil
    current = nil
  }

  private func writeHeader() throws(SQLError) {
    var text = ByteWriter()
    makeEncoder().finish(into: &text)
    guard text.count > 0 else { return }
    let header = try OutputFile(path: "\(folder)/\(name(0))", .whole, compression: compression)
    try header.write(text.bytes)
    try header.publish()
  }

  private func removeReplaced() throws(SQLError) {
    let paths = replaced
    replaced = []
    for path in paths where unlink(path) != 0 && errno != ENOENT {
      throw .io(.sink, "removing", "'\(path)'", errno: errno)
    }
  }

  private func name(_ number: Int64) -> String {
    let digits = String(number)
    return "part-\(String(repeating: "0", count: max(0, 5 - digits.count)))\(digits)-\(run).\(suffix)"
  }
}
