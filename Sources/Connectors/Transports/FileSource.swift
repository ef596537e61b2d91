internal import Columnar
internal import Diagnostics
internal import Glibc
internal import Synchronization

/// Reads files one after the other, in the caller's own time: a local file never keeps a poll waiting for long.
final class FileSource: Source {
  /// How one step is bounded by the source's own options.
  struct StepLimits: Sendable {
    var files = Int.max
    var rows = Int.max
    var bytes = Int.max
  }

  let schema: Schema
  let totalBytes: Int64?
  private let reading: FormatReading
  private let lineBytesMax: Int
  /// New files are waited for; nil: what was there is all.
  private let watch: FolderWatch?
  /// The one file is read on as it grows, and from its beginning when it was replaced or cut.
  private let isTail: Bool
  private let counter = LineCounter()
  private let stepLimits: StepLimits
  private let state: Mutex<State>

  private struct State: ~Copyable {
    var files: [FileEntry]
    var file = 0
    var reader: FileReader?
    /// Lines that were read and did not fit the limit.
    var rest: Chunk?
    /// Where the next morsel begins in the current file.
    var offset: Int64 = 0
    /// Nothing of the current file was handed over yet.
    var isAtStart = true
    /// What this step may still take.
    var step: StepLimits
    /// Files came to their end since the last boundary, and whether any of them gave a morsel.
    var hasFinishedFile = false
    var hasGivenMorsel = false

    mutating func boundary(_ limits: StepLimits) -> SourcePoll {
      step = limits
      hasFinishedFile = false
      hasGivenMorsel = false
      return .stepBoundary
    }

    /// Nothing more for now: the step ends here by itself.
    mutating func pause(_ limits: StepLimits) -> SourcePoll {
      _ = boundary(limits)
      return .idle
    }
  }

  init(
    schema: Schema, files: [FileEntry], reading: FormatReading,
    lineBytesMax: Int = LineFraming.lineBytesMaxDefault,
    stepLimits: StepLimits = StepLimits(), watch: FolderWatch? = nil, isTail: Bool = false
  ) {
    self.isTail = isTail
    self.schema = schema
    self.reading = reading
    self.lineBytesMax = lineBytesMax
    self.stepLimits = stepLimits
    self.watch = watch
    totalBytes = watch == nil ? files.reduce(0) { $0 + $1.bytes } : nil
    state = Mutex(State(files: files, step: stepLimits))
  }

  func start(onArrival: @escaping @Sendable () -> Void) throws(SQLError) {
    try watch?.start(onArrival: onArrival)
    onArrival()
  }

  func stop() {
    watch?.stop()
    state.withLock {
      $0.reader = nil
      $0.rest = nil
      $0.file = $0.files.count
      $0.hasFinishedFile = false
    }
  }

  func poll(_ limit: inout ReadLimit) throws(SQLError) -> SourcePoll {
    try state.withLock { (state) throws(SQLError) -> SourcePoll in
      while true {
        if state.file >= state.files.count {
          // Empty files count as input (SEM-6), and nothing else tells of them.
          if state.hasFinishedFile && !state.hasGivenMorsel { return state.boundary(stepLimits) }
          guard let watch else { return .ended }
          let fresh = try watch.newFiles()
          if fresh.isEmpty { return state.pause(stepLimits) }
          state.files = fresh
          state.file = 0
        }
        guard limit.rows > 0, limit.bytes > 0 else { return .idle }
        if state.step.files <= 0 || state.step.rows <= 0 || state.step.bytes <= 0 {
          return state.boundary(stepLimits)
        }
        if let chunk = try nextChunk(&state) {
          state.hasGivenMorsel = true
          return .morsel(take(chunk, &state, &limit))
        }
        if isTail {
          guard state.reader?.isReplaced ?? false else { return state.pause(stepLimits) }
          // What the old file held of a line is a line.
          if let last = state.reader?.finish() { state.rest = last }
          if let last = state.rest {
            state.rest = nil
            return .morsel(take(last, &state, &limit))
          }
          state.reader = nil
          state.offset = 0
          state.isAtStart = true
          continue
        }
        state.reader = nil
        state.file += 1
        state.offset = 0
        state.isAtStart = true
        state.hasFinishedFile = true
        if state.step.files < .max { state.step.files -= 1 }
      }
    }
  }

  private func nextChunk(_ state: inout State) throws(SQLError) -> Chunk? {
    if let rest = state.rest {
      state.rest = nil
      return rest
    }
    if state.reader == nil {
      do throws(SQLError) {
        state.reader = try FileReader(
          path: state.files[state.file].path, offset: state.offset, lineBytesMax: lineBytesMax,
          isWhole: reading.framing == .whole, follows: isTail)
      } catch {
        // A followed file may be away for a while, between rotation and re-creation.
        guard isTail, error.errorClass == "PATH_NOT_FOUND" else { throw error }
        return nil
      }
    }
    return try state.reader?.next()
  }

  /// The front of a chunk within the limits of step and caller.
  private func take(_ chunk: Chunk, _ state: inout State, _ limit: inout ReadLimit) -> Morsel {
    var own = ReadLimit(rows: min(limit.rows, state.step.rows), bytes: min(limit.bytes, state.step.bytes))
    let before = own
    var rest = chunk
    let front = reading.framing == .whole ? rest.takeAll() : rest.takeFront(&own)
    Self.lower(&limit.rows, by: before.rows - own.rows)
    Self.lower(&limit.bytes, by: before.bytes - own.bytes)
    Self.lower(&state.step.rows, by: before.rows - own.rows)
    Self.lower(&state.step.bytes, by: before.bytes - own.bytes)
    if rest.count > 0 { state.rest = rest }
    state.offset = (state.reader?.nextOffset ?? 0) - Int64(rest.count)
    defer { state.isAtStart = false }
    let place = InputPlace(
      input: state.files[state.file].path, byteOffset: state.offset - Int64(front.count),
      isStart: state.isAtStart, counter: counter)
    return Morsel(
      .bytes(front.buffer, start: front.start, end: front.end, decoder: reading.decoder(place)),
      byteCount: front.count)
  }

  private static func lower(_ allowance: inout Int, by used: Int) {
    if allowance < .max { allowance -= used }
  }

  // MARK: Position

  /// `offset path` of the next byte to be read; the number of files if all are done.
  var position: String? {
    state.withLock { state in
      state.file < state.files.count
        ? "\(state.offset) \(state.files[state.file].path)" : "end \(state.files.count)"
    }
  }

  func seek(to position: String) throws(SQLError) {
    let parts = position.split(separator: " ", maxSplits: 1)
    guard parts.count == 2 else { throw .badPosition(position) }
    try state.withLock { (state) throws(SQLError) in
      state.reader = nil
      state.rest = nil
      if parts[0] == "end" {
        guard let count = Int(parts[1]), count <= state.files.count else { throw .badPosition(position) }
        return state.file = count
      }
      guard let offset = Int64(parts[0]), offset >= 0,
        let index = state.files.firstIndex(where: { $0.path == parts[1] })
      else {
        throw .badPosition(position)
      }
      state.file = index
      state.offset = offset
      state.isAtStart = offset == 0
    }
  }
}

extension SQLError {
  static func badPosition(_ position: String) -> SQLError {
    SQLError(
      .source, "INVALID_OFFSET", "the recorded offset '\(position)' is not one of this source's input",
      hint: "files that a checkpoint names must still be there")
  }
}

/// Reads one file in chunks of whole lines.
struct FileReader: ~Copyable {
  private let path: String
  private let descriptor: Int32
  private var framing: LineFraming
  private var isAtEnd = false

  private let isWhole: Bool
  private let follows: Bool

  /// - Parameters:
  ///   - isWhole: the file is one record, of at most `lineBytesMax` bytes.
  ///   - follows: the end of the file is not the end of its last line.
  init(
    path: String, offset: Int64 = 0, lineBytesMax: Int, isWhole: Bool = false, follows: Bool = false
  ) throws(SQLError) {
    self.follows = follows
    let descriptor = try Self.open(path, at: offset)
    self.path = path
    self.isWhole = isWhole
    self.descriptor = descriptor
    framing = LineFraming(object: "'\(path)'", lineBytesMax: lineBytesMax, offset: offset)
  }

  private static func open(_ path: String, at offset: Int64) throws(SQLError) -> Int32 {
    var descriptor: Int32
    repeat { descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC) } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else {
      if errno == ENOENT {
        throw SQLError(.source, "PATH_NOT_FOUND", "path '\(path)' does not exist any more")
      }
      throw .io(.source, "opening", "'\(path)'", errno: errno)
    }
    if offset > 0, lseek(descriptor, off_t(offset), SEEK_SET) < 0 {
      let code = errno
      close(descriptor)
      throw .io(.source, "seeking in", "'\(path)'", errno: code)
    }
    posix_fadvise(descriptor, 0, 0, Int32(POSIX_FADV_SEQUENTIAL))
    return descriptor
  }

  deinit { close(descriptor) }

  /// Place in the file behind the last chunk.
  var nextOffset: Int64 { framing.offset }

  /// Whether the path means another file by now, or the file has become shorter than what was read of it.
  var isReplaced: Bool {
    var own = stat()
    var current = stat()
    guard fstat(descriptor, &own) == 0, stat(path, &current) == 0 else { return false }
    return own.st_ino != current.st_ino || own.st_dev != current.st_dev
      || Int64(current.st_size) < framing.offset + Int64(framing.pendingBytes)
  }

  /// What is left of a line that will not be ended.
  mutating func finish() -> Chunk? { framing.finish() }

  /// The next whole lines; nil at the end.
  mutating func next() throws(SQLError) -> Chunk? {
    while !isAtEnd {
      let space = framing.space()
      let count = read(descriptor, space.baseAddress, space.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw .io(.source, "reading", "'\(path)'", errno: errno)
      }
      if count == 0 {
        if follows { return nil }
        isAtEnd = true
        return framing.finish()
      }
      if isWhole {
        try framing.hold(count)
      } else if let chunk = try framing.take(count) {
        return chunk
      }
    }
    return nil
  }
}
