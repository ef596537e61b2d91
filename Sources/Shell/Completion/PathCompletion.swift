#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Names of files and folders.
enum PathCompletion {
  /// - Parameter closing: put behind a file that is the only candidate.
  static func complete(_ typed: String, range: Range<Int>, closing: String, isFolderAsked: Bool = false) -> Completion? {
    let slash = typed.lastIndex(of: "/")
    let folder = slash.map { String(typed[...$0]) } ?? ""
    let prefix = slash.map { String(typed[typed.index(after: $0)...]) } ?? typed
    let candidates = names(in: folder.isEmpty ? "." : expanded(folder))
      .filter { $0.hasPrefix(prefix) && (prefix.hasPrefix(".") || !$0.hasPrefix(".")) }
      .filter { !isFolderAsked || isFolder(expanded(folder) + $0) }
      .sorted()
      .map { name -> Completion.Candidate in
        let isFolder = isFolder(expanded(folder) + name)
        return .init(text: folder + name + (isFolder ? "/" : ""), suffix: isFolder ? "" : closing)
      }
    return candidates.isEmpty ? nil : Completion(range: range, candidates: candidates)
  }

  /// `~` is the home folder.
  static func expanded(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") else { return path }
    return String(cString: home) + path.dropFirst()
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let size = MemoryLayout.size(ofValue: entry.pointee.d_name)
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: size) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
