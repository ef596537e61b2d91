internal import Columnar
internal import Diagnostics

/// The beginning of an input, for inference.
struct InputSample: Sendable {
  /// Files looked into, bytes of each and of all, and records: inference stays cheap however much there is. Files of one
  /// folder often differ in their fields, so that many small ones are looked at rather than a few.
  static let filesMax = 1000
  static let bytesMax = 8 * LineFraming.chunkBytes
  static let recordsMax = 20_000

  /// Pieces of whole records, of one file after the other.
  var pieces: [Chunk]
  /// Path of the first file, for errors.
  var path: String

  /// The beginning of the first file that is not empty, in one piece: what ends without a newline is a piece of its own.
  var first: Chunk? {
    guard let start = pieces.firstIndex(where: { $0.count > 0 }) else { return nil }
    let own = [pieces[start]] + pieces[(start + 1)...].prefix { !$0.isStart }
    guard own.count > 1 else { return own[0] }
    let buffer = ByteBuffer(capacity: own.reduce(0) { $0 + $1.count })
    for piece in own { _ = buffer.append(piece.buffer.base + piece.start, count: piece.count) }
    return Chunk(buffer: buffer, start: 0, end: buffer.count, isStart: true)
  }

  /// Reads the beginnings of the first files that are not empty.
  /// - Parameter ignoresCorrupt: files that cannot be unpacked are looked at as far as they go.
  init(
    _ files: [FileEntry], path: String, lineBytesMax: Int, ends: RecordEnd = .newline, isWhole: Bool,
    ignoresCorrupt: Bool = false
  ) throws(SQLError) {
    self.path = files.first?.path ?? path
    pieces = []
    var total = 0
    for file in files.lazy.filter({ $0.bytes > 0 }).prefix(Self.filesMax) {
      if total >= Self.bytesMax { break }
      do throws(SQLError) {
        var reader = try FileReader(path: file.path, lineBytesMax: lineBytesMax, ends: ends, cut: isWhole ? .whole : .lines)
        var bytes = 0
        // The end of a short file, which need not end with a newline, is a chunk of its own.
        while bytes < LineFraming.chunkBytes / 2, let chunk = try reader.next() {
          pieces.append(chunk)
          bytes += chunk.count
          total += chunk.count
        }
      } catch {
        guard ignoresCorrupt, error.errorClass == "FAILED_READ_FILE" || error.errorClass == "IO_ERROR" else { throw error }
      }
    }
    if let separator = ends.longBytes, !isWhole { try putOnLines(between: separator) }
  }
}
