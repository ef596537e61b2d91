internal import Diagnostics
internal import Glibc
internal import Synchronization

/// Tells of files that are new in a folder, or match a pattern: each once, by modification time, then path.
///
/// The kernel tells of changes in a folder where it can (inotify). It is looked at again several times a second anyway, less
/// often the longer a look takes, since network file systems and folders further down tell nothing. A file that is seen being
/// written is told of when its writer closes it; where the kernel does not tell, files should be moved in whole.
final class FolderWatch: Sendable {
  /// How often a folder is looked at unless an option says otherwise.
  static let lookMicrosDefault: Int64 = 200_000
  /// Looking takes at most one part in so many of the time.
  private static let lookShare: Int64 = 20
  /// A file that its writer keeps open, and has not touched for so long, counts as written.
  private static let quietNanos: Int64 = 10_000_000_000

  private let selection: FileSelection
  private let lookMicros: Int64
  /// Files of one name are one file, wherever they lie.
  private let comparesNames: Bool
  private let wake: WakePipe
  private let signal = ArrivalSignal()
  private let state: Mutex<State>

  private struct State {
    /// Paths (or names) told of.
    var known: Set<String> = []
    var isDirty = true
    var isFrozen = false
    /// Names of files that somebody is writing.
    var open: Set<String> = []
    /// What the last look took.
    var costMicros: Int64 = 0
    /// The kernel's events, read by whoever looks.
    var events: Int32 = -1
  }

  /// - Parameter isNewFilesOnly: files that are there now are passed over.
  init(
    _ selection: FileSelection, isNewFilesOnly: Bool, comparesNames: Bool = false,
    lookMicros: Int64 = FolderWatch.lookMicrosDefault
  ) throws(SQLError) {
    self.selection = selection
    self.lookMicros = lookMicros
    self.comparesNames = comparesNames
    wake = try WakePipe()
    state = Mutex(State())
    if isNewFilesOnly { _ = try newFiles() }
  }

  deinit { state.withLock { if $0.events >= 0 { close($0.events) } } }

  func start(onArrival: @escaping @Sendable () -> Void) throws(SQLError) {
    signal.set(onArrival)
    let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    if descriptor >= 0 {
      let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_MODIFY | IN_DELETE)
      _ = inotify_add_watch(descriptor, FileListing.localPath(selection.path), mask)
      state.withLock { $0.events = descriptor }
    }
    try startThread { [self] in
      while true {
        let pause = state.withLock { max(lookMicros, $0.costMicros * Self.lookShare) / 1000 }
        switch wake.wait(for: descriptor, events: POLLIN, timeoutMillis: Int32(clamping: max(1, pause))) {
        case .woken, .failed: return
        case .ready: state.withLock { Self.drain(&$0) }
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

  /// What is there now is the last that is told of.
  func freeze() { state.withLock { $0.isFrozen = true } }

  /// The files not told of before; empty if nothing changed since.
  func newFiles() throws(SQLError) -> [FileEntry] {
    try state.withLock { (state) throws(SQLError) -> [FileEntry] in
      Self.drain(&state)
      guard state.isDirty, !state.isFrozen else { return [] }
      state.isDirty = false
      let start = monotonicMicros()
      defer { state.costMicros = monotonicMicros() - start }
      // A pattern or folder may match nothing for a while.
      let found: [FileEntry]
      do throws(SQLError) { found = try FileListing.files(selection, span: nil) } catch {
        guard error.errorClass == "PATH_NOT_FOUND" else { throw error }
        return []
      }
      return found.filter { file in
        if state.open.contains(file.name), wallClockMicros() * 1000 - file.modifiedNanos < Self.quietNanos { return false }
        return state.known.insert(key(file.path)).inserted
      }
    }
  }

  // MARK: Position

  /// Paths or names told of, in no order.
  var known: Set<String> { state.withLock { $0.known } }

  func key(_ path: String) -> String {
    comparesNames ? path.split(separator: "/").last.map(String.init) ?? path : path
  }

  /// Goes on from a recorded place: just these were told of.
  func restore(known: Set<String>) {
    state.withLock { state in
      state.known = known
      state.isDirty = true
    }
  }

  // MARK: Events

  private static func drain(_ state: inout State) {
    guard state.events >= 0 else { return }
    let headerBytes = MemoryLayout<inotify_event>.size
    withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 8) { buffer in
      while true {
        let count = read(state.events, buffer.baseAddress, buffer.count)
        if count < headerBytes { return }
        state.isDirty = true
        var at = 0
        while at + headerBytes <= count {
          let event = buffer.loadUnaligned(fromByteOffset: at, as: inotify_event.self)
          let nameBytes = buffer[(at + headerBytes)..<min(count, at + headerBytes + Int(event.len))]
          note(event.mask, String(decoding: nameBytes.prefix { $0 != 0 }, as: UTF8.self), &state)
          at += headerBytes + Int(event.len)
        }
      }
    }
  }

  private static func note(_ mask: UInt32, _ name: String, _ state: inout State) {
    if mask & UInt32(IN_Q_OVERFLOW) != 0 { state.open = [] }
    if mask & UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE) != 0 {
      state.open.remove(name)
    } else if mask & UInt32(IN_CREATE | IN_MODIFY) != 0 {
      state.open.insert(name)
    }
  }
}
