internal import Diagnostics

/// Where a reader of files stands, as text.
///
///     bounded files   OFFSET PATH, or `end COUNT` behind the last
///     a followed file tail OFFSET DEVICE:INODE
///     a folder        files OFFSET PATH, then a line for each file that was read (or passed over) before
///
/// Files that have gone since lose nothing that was read of them, and files that came meanwhile are read.
extension FileSource {
  var position: String? {
    state.withLock { state in
      if isTail { return "tail \(state.offset) \(state.identity)" }
      let current = state.file < state.files.count ? "\(state.offset) \(Self.escaped(state.files[state.file].path))" : nil
      guard let watch else { return current ?? "end \(state.files.count)" }
      let waiting = Set(state.files.dropFirst(state.file).map { watch.key($0.path) })
      let done = watch.known.filter { !waiting.contains($0) }.sorted().map(Self.escaped)
      return (["files \(current ?? "0 ")"] + done).joined(separator: "\n")
    }
  }

  func seek(to position: String) throws(SQLError) {
    let parts = position.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw .badPosition(position) }
    switch (parts[0], watch) {
    case ("tail", _) where isTail: try seekTail(position, String(parts[1]))
    case ("files", let watch?): try seekFiles(position, String(parts[1]), watch)
    case ("end", nil):
      try state.withLock { (state) throws(SQLError) in
        guard let count = Int(parts[1]), count >= 0, count <= state.files.count else { throw .badPosition(position) }
        state.reader = nil
        state.rest = nil
        state.file = count
      }
    case (let offset, nil):
      try state.withLock { (state) throws(SQLError) in
        guard let offset = Int64(offset), offset >= 0,
          let index = state.files.firstIndex(where: { Self.escaped($0.path) == parts[1] })
        else { throw .badPosition(position) }
        state.reader = nil
        state.rest = nil
        state.file = index
        state.offset = offset
        state.isAtStart = offset == 0
      }
    default: throw .badPosition(position)
    }
  }

  /// A followed file that is another by now is read from its beginning.
  private func seekTail(_ position: String, _ text: String) throws(SQLError) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, let offset = Int64(parts[0]), offset >= 0, let fresh = try watch?.newFiles() else {
      throw .badPosition(position)
    }
    state.withLock { state in
      if state.files.isEmpty { state.files = fresh }
      let isSame = state.files.first.map { FollowedFile.identity(of: $0.path) == parts[1] && $0.bytes >= offset } ?? false
      state.offset = isSame ? offset : 0
      state.isAtStart = state.offset == 0
    }
  }

  private func seekFiles(_ position: String, _ text: String, _ watch: FolderWatch) throws(SQLError) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let current = (lines.first ?? "").split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard current.count == 2, let offset = Int64(current[0]), offset >= 0 else { throw .badPosition(position) }
    var known = Set(lines.dropFirst().map { Self.unescaped($0) })
    let path = Self.unescaped(current[1])
    // A file that was begun is gone on with; where it is gone, its end is lost, and nobody is told it was read.
    let isBegun = offset > 0 && FileListing.isRegularFile(path)
    if isBegun { known.insert(watch.key(path)) }
    if offset > 0, !isBegun { throw .badPosition("\(offset) \(path)") }
    watch.restore(known: known)
    state.withLock { state in
      state.files = isBegun ? [FileEntry(path: path, bytes: 0, modifiedNanos: 0)] : []
      state.file = 0
      state.offset = isBegun ? offset : 0
      state.isAtStart = !isBegun
    }
  }

  /// A path on one line.
  private static func escaped(_ path: String) -> String {
    guard path.utf8.contains(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "%") }) else { return path }
    var text = ""
    for character in path.unicodeScalars {
      switch character {
      case "%": text += "%25"
      case "\n": text += "%0A"
      default: text.unicodeScalars.append(character)
      }
    }
    return text
  }

  private static func unescaped(_ text: some StringProtocol) -> String {
    var path = ""
    var rest = Substring(text)
    while let character = rest.first {
      if rest.hasPrefix("%0A") || rest.hasPrefix("%25") {
        path += rest.hasPrefix("%0A") ? "\n" : "%"
        rest = rest.dropFirst(3)
      } else {
        path.append(character)
        rest = rest.dropFirst()
      }
    }
    return path
  }
}

extension SQLError {
  static func badPosition(_ position: String) -> SQLError {
    SQLError(
      .source, "INVALID_OFFSET", "the recorded offset '\(position.prefix(200))' is not one of this source's input",
      hint: "files that a checkpoint names must still be there")
  }
}
