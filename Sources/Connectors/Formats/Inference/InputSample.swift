internal import Columnar
internal import Diagnostics

/// The beginning of an input, for inference.
struct InputSample: Sendable {
  /// Files looked into, each with its first chunk (256 KiB), and records of it: inference stays cheap however much there is.
  static let filesMax = 8
  static let recordsMax = 20_000

  /// Pieces of whole records, one a file.
  var pieces: [Chunk]
  /// Path of the first file, for errors.
  var path: String

  /// Reads the beginnings of the first files that are not empty.
  init(_ files: [FileEntry], path: String, lineBytesMax: Int, isWhole: Bool) throws(SQLError) {
    self.path = files.first?.path ?? path
    pieces = []
    for file in files where file.bytes > 0 && pieces.count < Self.filesMax {
      var reader = try FileReader(path: file.path, lineBytesMax: lineBytesMax, isWhole: isWhole)
      if let chunk = try reader.next() { pieces.append(chunk) }
    }
  }
}
