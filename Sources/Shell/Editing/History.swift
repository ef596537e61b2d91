import CReadline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Statements typed before: one entry each, lines kept, in a file that its owner alone can read.
final class History {
  private var path: String?
  private(set) var entries: [String] = []
  private var last = ""

  private static let entriesMax = 10_000

  /// Takes in the file, making it if need be.
  func open(_ path: String) {
    self.path = path
    #if canImport(Glibc)
      let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    #else
      let descriptor = Musl.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    #endif
    if descriptor >= 0 {
      fchmod(descriptor, 0o600)
      close(descriptor)
    }
    sq_history_limit(Int32(History.entriesMax))
    _ = sq_history_read(path)
    _ = sq_history_truncate(path, Int32(History.entriesMax))
  }

  /// The last one that is no command.
  var lastStatement: String? { entries.last { !$0.hasPrefix(".") && !$0.hasPrefix("\\") } }

  /// Adds a statement; one just like the last is not kept twice.
  func remember(_ statement: String) {
    if statement.allSatisfy(\.isWhitespace) || statement == last { return }
    last = statement
    entries.append(statement)
    sq_history_add(statement)
    if let path { _ = sq_history_append(1, path) }
  }
}
