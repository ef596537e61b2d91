internal import Diagnostics
internal import Glibc
internal import Synchronization

/// Tells of files that are new in a folder, or match a pattern: each once, by modification time, then path.
///
/// The kernel tells of changes where it can (inotify); the folder is looked at again five times a second anyway, since
/// network file systems and changes deeper in a pattern tell nothing. A file should be moved into the folder whole.
final class FolderWatch: Sendable {
  private static let lookMillis: Int32 = 200

  private let path: String
  private let isNewFilesOnly: Bool
  private let wake: WakePipe
  private let signal = ArrivalSignal()
  private let state = Mutex(State())

  private struct State {
    /// Paths told of.
    var known: Set<String> = []
    var isDirty = true
  }

  /// - Parameter isNewFilesOnly: files that are there now are passed over.
  init(path: String, isNewFilesOnly: Bool) throws(SQLError) {
    self.path = path
    self.isNewFilesOnly = isNewFilesOnly
    wake = try WakePipe()
    if isNewFilesOnly { _ = try newFiles() }
  }

  func start(onArrival: @escaping @Sendable () -> Void) throws(SQLError) {
    signal.set(onArrival)
    let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    if descriptor >= 0 {
      let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_MODIFY)
      _ = inotify_add_watch(descriptor, FileListing.localPath(path), mask)
    }
    try startThread { [self] in
      defer { if descriptor >= 0 { close(descriptor) } }
      while true {
        switch wake.wait(for: descriptor, events: POLLIN, timeoutMillis: Self.lookMillis) {
        case .woken, .failed: return
        case .ready: Self.drain(descriptor)
        case .timedOut: break
        }
        state.withLock { $0.isDirty = true }
        signal.send()
      }
    }
  }

  func stop() {
    signal.silence()
    wake.raise()
  }

  /// The files not told of before; empty if nothing changed since.
  func newFiles() throws(SQLError) -> [FileEntry] {
    try state.withLock { (state) throws(SQLError) -> [FileEntry] in
      guard state.isDirty else { return [] }
      state.isDirty = false
      // A pattern or folder may match nothing for a while.
      let found: [FileEntry]
      do throws(SQLError) { found = try FileListing.files(at: path, span: nil) } catch {
        guard error.errorClass == "PATH_NOT_FOUND" else { throw error }
        return []
      }
      return found.filter { state.known.insert($0.path).inserted }
    }
  }

  private static func drain(_ descriptor: Int32) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while read(descriptor, &buffer, buffer.count) > 0 {}
  }
}
