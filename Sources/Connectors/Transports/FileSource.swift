internal import Columnar
internal import Diagnostics
internal import Glibc
internal import Synchronization

/// Reads files one after the other, in the caller's own time: a local file never keeps a poll waiting for long.
///
/// The files are those that were there when it was opened, or (`watch`) also those that come later, each once; or one file
/// that is followed as it grows, and read from its beginning when it was replaced or cut.
final class FileSource: Source {
  /// How one step is bounded by the source's own options.
  struct StepLimits: Sendable {
    var files = Int.max
    var rows = Int.max
    var bytes = Int.max
  }

  /// What options say about reading.
  struct Settings: Sendable {
    var lineBytesMax = LineFraming.lineBytesMaxDefault
    var stepLimits = StepLimits()
    /// Files that have gone since they were listed are passed over.
    var ignoresMissing = false
    /// Files that cannot be unpacked or read are read as far as that goes.
    var ignoresCorrupt = false
  }

  let schema: Schema
  let totalBytes: Int64?
  private let reading: FormatReading
  /// Gives a reader of what is there by now, if that has changed and is to be read again.
  private let renewal: (@Sendable () throws(SQLError) -> (any Source)?)?
  private let settings: Settings
  /// New files are waited for; nil: what was there is all.
  let watch: FolderWatch?
  let isTail: Bool
  let state: Mutex<State>

  struct State: ~Copyable {
    var files: [FileEntry]
    /// The one being read.
    var file = 0
    var reader: FileReader?
    /// Lines that were read and did not fit the limit.
    var rest: Chunk?
    /// Where the next morsel begins in the current file.
    var offset: Int64 = 0
    /// No record of the current file was handed over yet.
    var isAtStart = true
    /// A followed file is read up to here.
    var endOffset = Int64.max
    /// Device and inode of the followed file, for its position.
    var identity = ""
    /// Where errors look up line numbers; one for each file that a followed path has meant.
    var counter = LineCounter()
    /// What this step may still take.
    var step: StepLimits
    /// Empty files came to their end since the last boundary, and whether there was a morsel.
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

    /// The followed path means another file, or its file was emptied.
    mutating func restart() {
      reader = nil
      offset = 0
      isAtStart = true
      counter = LineCounter()
    }

    mutating func finishFile() {
      // Of a file that gave something its morsels have told.
      hasFinishedFile = hasFinishedFile || offset == 0
      reader = nil
      rest = nil
      file += 1
      offset = 0
      isAtStart = true
      if step.files < .max { step.files -= 1 }
    }
  }

  init(
    schema: Schema, files: [FileEntry], reading: FormatReading, settings: Settings = Settings(), watch: FolderWatch? = nil,
    isTail: Bool = false, startOffset: Int64 = 0, renewal: (@Sendable () throws(SQLError) -> (any Source)?)? = nil
  ) {
    self.isTail = isTail
    self.renewal = renewal
    self.schema = schema
    self.reading = reading
    self.settings = settings
    self.watch = watch
    // What is unpacked is counted as it is read, so that packed sizes say nothing of progress.
    let isPlain = watch == nil && !files.contains { Compression(ofPath: $0.path) != .none }
    totalBytes = isPlain ? files.reduce(0) { $0 + $1.bytes } : nil
    var first = State(files: files, step: settings.stepLimits)
    first.offset = startOffset
    first.isAtStart = startOffset == 0
    state = Mutex(first)
  }

  var readShare: Double? {
    if watch != nil { return nil }
    return state.withLock { state in
      let total = state.files.reduce(0) { $0 + $1.bytes }
      let passed = state.files.prefix(state.file).reduce(0) { $0 + $1.bytes }
      return total > 0 ? min(1, Double(passed + (state.reader?.diskOffset ?? 0)) / Double(total)) : nil
    }
  }

  var malformedCount: Int64 { reading.policy?.count ?? 0 }

  func renewed() throws(SQLError) -> (any Source)? { try renewal?() }

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

  func stopAtPresent() throws(SQLError) {
    guard let watch else { return }
    let fresh = try watch.newFiles()
    watch.freeze()
    state.withLock { state in
      state.files.removeFirst(min(state.file, state.files.count))
      state.file = 0
      state.files += fresh
      if isTail { state.endOffset = state.files.first?.bytes ?? 0 }
    }
  }

  func poll(_ limit: inout ReadLimit) throws(SQLError) -> SourcePoll {
    try state.withLock { (state) throws(SQLError) -> SourcePoll in
      while true {
        if state.file >= state.files.count {
          // Empty files count as input (SEM-6), and nothing else tells of them.
          if state.hasFinishedFile && !state.hasGivenMorsel { return state.boundary(settings.stepLimits) }
          guard let watch else { return .ended }
          let fresh = try watch.newFiles()
          if fresh.isEmpty { return state.pause(settings.stepLimits) }
          state.files = fresh
          state.file = 0
        }
        guard limit.rows > 0, limit.bytes > 0 else { return .idle }
        if state.step.files <= 0 || state.step.rows <= 0 || state.step.bytes <= 0 {
          return state.boundary(settings.stepLimits)
        }
        if let chunk = try nextChunk(&state) {
          state.hasGivenMorsel = true
          return .morsel(take(chunk, &state, &limit))
        }
        guard isTail else {
          state.finishFile()
          continue
        }
        guard state.reader?.isReplaced ?? false else { return state.pause(settings.stepLimits) }
        // What the old file held of a line is a line.
        if let last = state.reader?.finish() {
          state.hasGivenMorsel = true
          state.rest = last
          continue
        }
        state.restart()
      }
    }
  }

  private func nextChunk(_ state: inout State) throws(SQLError) -> Chunk? {
    if let rest = state.rest {
      state.rest = nil
      return rest
    }
    do throws(SQLError) {
      if state.reader == nil {
        let path = state.files[state.file].path
        state.reader = try FileReader(
          path: path, offset: state.offset, lineBytesMax: settings.lineBytesMax, ends: reading.ends,
          cut: reading.framing, follows: isTail, endOffset: state.endOffset)
        if isTail { state.identity = FollowedFile.identity(of: path) }
      }
      return try state.reader?.next()
    } catch {
      switch error.errorClass {
      // A followed file may be away for a while, between rotation and re-creation.
      case "PATH_NOT_FOUND" where isTail: return nil
      case "PATH_NOT_FOUND" where settings.ignoresMissing: break
      case "FAILED_READ_FILE" where settings.ignoresCorrupt, "IO_ERROR" where settings.ignoresCorrupt: break
      default: throw error
      }
      reading.policy?.noteFile(state.files[state.file].path, at: state.reader?.nextOffset ?? state.offset, error.message)
      state.reader = nil
      state.offset = 0
      return nil
    }
  }

  /// The front of a chunk within the limits of step and caller.
  private func take(_ chunk: Chunk, _ state: inout State, _ limit: inout ReadLimit) -> Morsel {
    var own = ReadLimit(rows: min(limit.rows, state.step.rows), bytes: min(limit.bytes, state.step.bytes))
    let before = own
    var rest = chunk
    let front = reading.isCutByLines ? rest.takeFront(&own, ends: reading.ends) : rest.takeAll()
    Self.lower(&limit.rows, by: before.rows - own.rows)
    Self.lower(&limit.bytes, by: before.bytes - own.bytes)
    Self.lower(&state.step.rows, by: before.rows - own.rows)
    Self.lower(&state.step.bytes, by: before.bytes - own.bytes)
    if rest.count > 0 { state.rest = rest }
    state.offset = (state.reader?.nextOffset ?? 0) - Int64(rest.count)
    defer {
      if state.isAtStart {
        state.isAtStart = !reading.holdsRecord(
          UnsafeBufferPointer(start: UnsafePointer(front.buffer.base) + front.start, count: front.count))
      }
    }
    let place = InputPlace(
      input: state.files[state.file].path, byteOffset: state.offset - Int64(front.count),
      isStart: state.isAtStart, counter: state.counter)
    return Morsel(
      .bytes(front.buffer, start: front.start, end: front.end, decoder: reading.decoder(place)),
      byteCount: front.count)
  }

  private static func lower(_ allowance: inout Int, by used: Int) {
    if allowance < .max { allowance -= used }
  }
}
