internal import Diagnostics

/// How the bytes of a file are packed. A file's name says so: `.gz`, `.zst`.
enum Compression: String, CaseIterable, Sendable {
  case none, gzip, zstd

  /// Suffixes of files that others pack and we do not unpack, with the program that does.
  private static let foreign = [
    "bz2": "bzcat", "xz": "xzcat", "lz4": "lz4cat", "snappy": "snzip -dc", "br": "brotli -dc", "zip": "unzip -p",
    "lzma": "lzcat", "z": "zcat", "deflate": "zlib-flate -uncompress <",
  ]

  /// By the suffix of a file's name.
  init(ofPath path: String) {
    self =
      switch Self.suffix(of: path) {
      case "gz", "gzip": .gzip
      case "zst", "zstd": .zstd
      default: .none
      }
  }

  /// `gz`, for the names of files written; nil if nothing is to be added.
  var suffix: String? {
    switch self {
    case .none: nil
    case .gzip: "gz"
    case .zstd: "zst"
    }
  }

  /// The last suffix of a file's name in lower case.
  static func suffix(of path: String) -> String? {
    let name = path.split(separator: "/").last ?? ""
    return name.split(separator: ".").dropFirst().last.map { $0.lowercased() }
  }

  /// The path without the suffix that tells of packing: `a.csv.gz` is read as `a.csv` is.
  static func inner(_ path: String) -> String {
    guard Compression(ofPath: path) != .none, let dot = path.lastIndex(of: ".") else { return path }
    return String(path[..<dot])
  }

  /// The error for a file that is packed in a way that is not known; nil for any other.
  static func unsupported(_ path: String, span: SourceSpan?) -> SQLError? {
    guard let suffix = suffix(of: path), let tool = foreign[suffix] else { return nil }
    return SQLError(
      .bind, "UNSUPPORTED_DATA_SOURCE", "files of suffix .\(suffix) are packed in a way that is not unpacked here", span: span,
      hint: "gzip and zstd are; or unpack it on the way: \(tool) \(path) | streamsql \"SELECT … FROM stdin\"")
  }
}

/// Unpacks what a descriptor gives.
protocol Decompressor: AnyObject {
  /// Fills some of `target`; 0 at the end. `name` is for errors.
  func read(_ descriptor: Int32, into target: UnsafeMutableRawBufferPointer, name: String) throws(SQLError) -> Int
}

extension SQLError {
  static func corruptFile(_ name: String, _ what: String) -> SQLError {
    SQLError(
      .source, "FAILED_READ_FILE", "\(name): \(what)",
      hint: "ignoreCorruptFiles 'true' reads such files as far as they go")
  }
}
