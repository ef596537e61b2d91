internal import Diagnostics
internal import Glibc

/// What the C library says about an error number.
func describe(errno code: Int32) -> String { String(cString: strerror(code)) }

extension SQLError {
  static func pathNotFound(_ path: String, span: SourceSpan?) -> SQLError {
    SQLError(
      .bind, "PATH_NOT_FOUND", "path '\(path)' does not exist", span: span,
      hint: FileListing.likePath(path).map { "did you mean '\($0)'?" })
  }

  /// A system call on `object` (a path, a host:port, `stdin`) failed.
  static func io(_ kind: Kind, _ action: String, _ object: String, errno code: Int32) -> SQLError {
    SQLError(
      kind, [ENOSPC, EDQUOT, EFBIG].contains(code) ? "NO_SPACE_LEFT" : "IO_ERROR",
      "\(action) \(object) failed: \(describe(errno: code))")
  }

  /// A record that does not end within the limit.
  static func lineTooLong(_ object: String, byteOffset: Int64, bytesMax: Int) -> SQLError {
    SQLError(
      .source, "LINE_TOO_LONG",
      "\(object): the line that starts at byte \(byteOffset) is longer than \(bytesMax) bytes",
      hint: "raise the option maxLineBytes if such lines are meant")
  }

  static func noMemory(_ object: String, byteOffset: Int64, byteCount: Int) -> SQLError {
    SQLError(
      .source, "OUT_OF_MEMORY", "\(object): there is no memory for the line that starts at byte \(byteOffset), of more than \(byteCount) bytes",
      hint: "lower the option maxLineBytes, if no such line is meant")
  }
}
