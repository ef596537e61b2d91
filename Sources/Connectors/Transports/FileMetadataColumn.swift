internal import Columnar
internal import Glibc

/// What the file of a row is: Spark's hidden column `_metadata` (spark.apache.org/docs/latest/sql-data-sources.html).
///
/// A file is read as one block, whatever its size.
enum FileMetadataColumn {
  static let field = Columnar.Field(
    "_metadata",
    .structure([
      Columnar.Field("file_path", .string, isNullable: false), Columnar.Field("file_name", .string, isNullable: false),
      Columnar.Field("file_size", .bigint), Columnar.Field("file_block_start", .bigint), Columnar.Field("file_block_length", .bigint),
      Columnar.Field("file_modification_time", .timestamp),
    ]), isNullable: false)

  /// As the file is now, its time in whole milliseconds; NULLs for the size and the time of one that has gone since.
  static func value(of path: String) -> Value {
    var status = stat()
    let isThere = stat(path, &status) == 0
    let size: Value = isThere ? .int64(Int64(status.st_size)) : .null
    let modified = Int64(status.st_mtim.tv_sec) &* Micros.perSecond &+ Int64(status.st_mtim.tv_nsec) / 1_000_000 &* Micros.perMillisecond
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return .structure([
      .string(uri(of: path)), .string(escaped(name)), size, .int64(0), size, isThere ? .int64(modified) : .null,
    ])
  }

  /// `file:/tmp/a%20b.csv`, of the absolute path.
  private static func uri(of path: String) -> String {
    var absolute = path
    if !path.hasPrefix("/"), let folder = getcwd(nil, 0) {
      absolute = String(cString: folder) + "/" + (path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
      free(folder)
    }
    return "file:" + escaped(absolute)
  }

  /// With what a URI cannot hold as it is by hexadecimal digits; letters beyond ASCII stay, as Java leaves them.
  private static func escaped(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in path.utf8 {
      if byte <= 0x20 || byte == 0x7F || Self.excluded.contains(byte) {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let excluded = Set("\"#%<>?[\\]^`{|}".utf8)
}
