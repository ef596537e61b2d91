internal import Columnar
internal import Diagnostics
internal import Glibc

/// Writes a folder of part files: one for each step that has rows, under a hidden name until it is whole.
///
/// Readers of the folder never see half a file. A snapshot (COMPLETE) replaces the one before.
final class FolderSink: Sink {
  private let folder: String
  private let suffix: String
  private let makeEncoder: () throws(SQLError) -> any RowEncoder
  /// Tells the files of this run from those of earlier ones.
  private let run: String
  private var step: StepInfo?
  private var current: EncodedSink?
  private var temporaryPath: String?

  init(
    folder: String, suffix: String, span: SourceSpan, makeEncoder: @escaping () throws(SQLError) -> any RowEncoder
  ) throws(SQLError) {
    self.folder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    self.suffix = suffix
    self.makeEncoder = makeEncoder
    run = String(UInt64(bitPattern: wallClockMicros()), radix: 36) + String(UInt64(getpid()), radix: 36)
    try Self.makeFolders(self.folder, span: span)
  }

  deinit { if let temporaryPath { unlink(temporaryPath) } }

  private static func makeFolders(_ path: String, span: SourceSpan) throws(SQLError) {
    var at = path.startIndex
    while at < path.endIndex {
      at = path[path.index(after: at)...].firstIndex(of: "/") ?? path.endIndex
      if mkdir(String(path[..<at]), 0o777) != 0, errno != EEXIST, errno != EISDIR {
        throw SQLError.io(.bind, "making the folder", "'\(path)'", errno: errno).located(at: span)
      }
    }
  }

  func begin(_ step: StepInfo) throws(SQLError) { self.step = step }

  func write(_ rows: ResultRows) throws(SQLError) {
    guard rows.batch.count > 0, let step else { return }
    if current == nil {
      let path = "\(folder)/.\(name(step)).tmp"
      let sink = EncodedSink(try makeEncoder(), output: try DescriptorOutput(path: path))
      temporaryPath = path
      current = sink
      try sink.begin(step)
    }
    try current?.write(rows)
  }

  func end(_ step: StepInfo) throws(SQLError) {
    guard let sink = current, let path = temporaryPath else { return }
    try sink.end(step)
    try sink.finish()
    let target = "\(folder)/\(name(step))"
    guard rename(path, target) == 0 else { throw .io(.sink, "renaming", "'\(path)'", errno: errno) }
    current = nil
    temporaryPath = nil
  }

  private func name(_ step: StepInfo) -> String {
    let number = step.isSnapshot ? 0 : step.epoch
    let digits = String(number)
    return "part-\(String(repeating: "0", count: max(0, 5 - digits.count)))\(digits)-\(run).\(suffix)"
  }
}
