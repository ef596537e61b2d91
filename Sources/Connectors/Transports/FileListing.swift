internal import Diagnostics
internal import Glibc

/// A file to be read.
struct FileEntry: Sendable, Equatable {
  var path: String
  var bytes: Int64
  /// Nanoseconds since the UTC epoch.
  var modifiedNanos: Int64
}

/// Which files are meant: a path, a folder or a pattern, and what narrows it.
struct FileSelection: Sendable {
  var path: String
  /// Folders stand for the files in them at any depth.
  var isRecursive = false
  /// A pattern that names must match.
  var namePattern: String?
  /// µs since the UTC epoch.
  var modifiedAfterMicros: Int64?
  var modifiedBeforeMicros: Int64?
  /// The newest first.
  var isLatestFirst = false

  func takes(_ file: FileEntry) -> Bool {
    if let namePattern, fnmatch(namePattern, file.name, 0) != 0 { return false }
    if let modifiedAfterMicros, file.modifiedNanos / 1000 <= modifiedAfterMicros { return false }
    if let modifiedBeforeMicros, file.modifiedNanos / 1000 >= modifiedBeforeMicros { return false }
    return true
  }
}

extension FileEntry {
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// The files that a path, a folder or a pattern means.
enum FileListing {
  /// Folders within folders: beyond it a link leads in a circle.
  static let depthMax = 64

  /// Files of one listing at most: beyond it a query would spend its time on names.
  static let filesMax = 10_000_000

  /// The files behind `path` by modification time, then path (SEM-6).
  ///
  /// A folder stands for the files in it, one level deep, and those in its folders `name=value` (`FolderColumns`); `*`, `?`, `[…]` and `{a,b}` are patterns. Names that begin
  /// with `_` or `.` are left out, in folders and for patterns, as Hadoop does.
  /// Throws `PATH_NOT_FOUND` if nothing is there; an empty folder gives no files.
  static func files(at path: String, span: SourceSpan?) throws(SQLError) -> [FileEntry] {
    try files(FileSelection(path: path), span: span)
  }

  static func files(_ selection: FileSelection, span: SourceSpan?) throws(SQLError) -> [FileEntry] {
    let path = selection.path
    let plain = localPath(path)
    var found: [FileEntry] = []
    let depth = selection.isRecursive ? depthMax : 1
    if let info = status(of: plain) {
      try add(plain, info, depth: depth, to: &found)
    } else if isPattern(plain) {
      let matches = try expand(plain, path, span: span)
      guard !matches.isEmpty else { throw .pathNotFound(path, span: span) }
      for match in matches where !isHidden(match) {
        if let info = status(of: match) { try add(match, info, depth: depth, to: &found) }
      }
    } else {
      throw .pathNotFound(path, span: span)
    }
    found = found.filter(selection.takes)
    found.sort { ($0.modifiedNanos, $0.path) < ($1.modifiedNanos, $1.path) }
    return selection.isLatestFirst ? found.reversed() : found
  }

  /// Whether the first byte that is not blank opens an object.
  static func beginsWithObject(_ path: String) -> Bool {
    guard isRegularFile(path) else { return false }
    let start = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 16)
    defer { start.deallocate() }
    var count = 0
    do throws(SQLError) { count = try FileBytes(path: path).read(into: start) } catch {
      // Whoever reads the file says what is wrong with it.
      return false
    }
    return start.prefix(max(0, count)).first { $0 > 0x20 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF } == UInt8(ascii: "{")
  }

  static func isRegularFile(_ path: String) -> Bool {
    status(of: localPath(path)).map { $0.st_mode & S_IFMT == S_IFREG } ?? false
  }

  static func isFolder(_ path: String) -> Bool {
    status(of: localPath(path)).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
  }

  /// Where the last whole line of a file ends: a line that is still being written is left to who follows the file. Of a file whose last
  /// 64 KiB hold no line end, its size; 0 if there is none.
  static func lastLineEnd(_ path: String) -> Int64 {
    let descriptor = open(localPath(path), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    let size = lseek(descriptor, 0, SEEK_END)
    var tail = [UInt8](repeating: 0, count: 64 << 10)
    let start = max(0, size - off_t(tail.count))
    let count = max(0, pread(descriptor, &tail, tail.count, start))
    let end = tail[..<count].lastIndex(of: UInt8(ascii: "\n")).map { start + off_t($0) + 1 }
    return Int64(end ?? (start == 0 ? 0 : max(0, size)))
  }

  /// The path without `file:`; `~/` is the home folder, as completion and shells have it.
  static func localPath(_ path: String) -> String {
    if path.hasPrefix("~/"), let home = getenv("HOME") { return String(cString: home) + path.dropFirst() }
    guard path.hasPrefix("file:") else { return path }
    let rest = path.dropFirst("file:".count)
    return rest.hasPrefix("//") ? String(rest.dropFirst(2)) : String(rest)
  }

  private static func add(
    _ path: String, _ info: stat, depth: Int, keyedDepth: Int = depthMax, to found: inout [FileEntry]
  ) throws(SQLError) {
    if info.st_mode & S_IFMT == S_IFDIR {
      for name in try names(inFolder: path) where !isHidden(name) {
        let inner = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
        // A file may go away while its folder is listed.
        guard let info = status(of: inner) else { continue }
        if info.st_mode & S_IFMT != S_IFDIR {
          append(inner, info, to: &found)
        } else if depth > 1 {
          try add(inner, info, depth: depth - 1, keyedDepth: keyedDepth, to: &found)
        } else if keyedDepth > 0, FolderColumns.isKeyed(name) {
          try add(inner, info, depth: 1, keyedDepth: keyedDepth - 1, to: &found)
        }
      }
    } else {
      append(path, info, to: &found)
    }
    guard found.count <= filesMax else {
      throw SQLError(.source, "TOO_MANY_FILES", "path '\(path)' holds more than \(filesMax) files")
    }
  }

  private static func append(_ path: String, _ info: stat, to found: inout [FileEntry]) {
    found.append(
      FileEntry(
        path: path, bytes: Int64(info.st_size),
        modifiedNanos: Int64(info.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(info.st_mtim.tv_nsec)))
  }

  private static func status(of path: String) -> stat? {
    var info = stat()
    return stat(path, &info) == 0 ? info : nil
  }

  private static func names(inFolder path: String) throws(SQLError) -> [String] {
    guard let folder = opendir(path) else { throw .io(.source, "listing", "'\(path)'", errno: errno) }
    defer { closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      names.append(name)
    }
    if errno != 0 { throw .io(.source, "listing", "'\(path)'", errno: errno) }
    return names
  }

  /// A path beside this one whose name is much like it; nil if there is none.
  static func likePath(_ path: String) -> String? {
    let plain = localPath(path)
    if isPattern(plain) { return nil }
    let slash = plain.dropLast(plain.hasSuffix("/") ? 1 : 0).lastIndex(of: "/")
    let folder = slash.map { String(plain[...$0]) } ?? ""
    let name = slash.map { String(plain[plain.index(after: $0)...]) } ?? plain
    // What cannot be listed gives no hint.
    guard let names = try? names(inFolder: folder.isEmpty ? "." : folder) else { return nil }
    return closestMatch(to: name, in: names.filter { !isHidden($0) }.sorted()).map { folder + $0 }
  }

  private static func isPattern(_ path: String) -> Bool { path.contains { "*?[{".contains($0) } }

  private static func isHidden(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return name.hasPrefix("_") || name.hasPrefix(".")
  }

  private static func expand(_ pattern: String, _ path: String, span: SourceSpan?) throws(SQLError)
    -> [String]
  {
    var matches = glob_t()
    defer { globfree(&matches) }
    let code = glob(pattern, GLOB_BRACE | GLOB_NOSORT, nil, &matches)
    switch code {
    case 0: return (0..<Int(matches.gl_pathc)).compactMap { matches.gl_pathv[$0].map { String(cString: $0) } }
    case GLOB_NOMATCH: return []
    default:
      throw SQLError(.bind, "IO_ERROR", "the pattern '\(path)' cannot be expanded", span: span)
    }
  }
}
