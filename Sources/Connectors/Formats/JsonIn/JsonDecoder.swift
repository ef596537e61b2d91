internal import CKernels
internal import CSimdjson
internal import Columnar
internal import Diagnostics
internal import Synchronization

/// What one worker needs to decode, kept for the next piece of input.
// @unchecked Sendable: taken out of the pool, under its lock, by one worker at a time.
final class JsonState: @unchecked Sendable {
  let plan: JsonPlan
  let table: SlotTable
  let names: JsonNames
  let index: OpaquePointer
  /// Places of newlines, as `JsonRun` goes along.
  let lines: UnsafeMutablePointer<UInt32>
  /// Bytes looked through for newlines at once.
  static let windowBytes = 16 << 10
  /// For records that are read a second time, while the tokens of their chunk are still needed.
  private var spare: OpaquePointer?

  init(_ plan: JsonPlan) throws(SQLError) {
    guard let index = sq_json_index_create() else {
      throw SQLError(.source, "OUT_OF_MEMORY", "no memory to decode JSON")
    }
    self.plan = plan
    self.index = index
    table = SlotTable(plan.types)
    names = JsonNames(plan)
    lines = .allocate(capacity: Self.windowBytes)
  }

  deinit {
    lines.deallocate()
    sq_json_index_destroy(index)
    if let spare { sq_json_index_destroy(spare) }
  }

  /// The tokens of a text of its own; nil if it is no JSON.
  func tokens(of text: ByteBuffer) -> UnsafePointer<UInt32>? {
    if spare == nil { spare = sq_json_index_create() }
    guard let spare, sq_json_index_build(spare, text.base, text.count) == SQ_JSON_OK else { return nil }
    return sq_json_index_tokens(spare)
  }
}

/// The states of a source's workers.
final class JsonStates: Sendable {
  let plan: JsonPlan
  private let idle = Mutex<[JsonState]>([])

  init(_ plan: JsonPlan) { self.plan = plan }

  func take() throws(SQLError) -> JsonState {
    if let state = idle.withLock({ $0.popLast() }) { return state }
    return try JsonState(plan)
  }

  func give(_ state: JsonState) { idle.withLock { $0.append(state) } }
}

/// JSON records as rows: one object a line, or (`multiLine`) the values of a whole input.
///
/// simdjson's first stage finds the tokens of a chunk; a second pass puts the wanted values into columns. Strings without
/// escapes stay where they are. One bad line does not touch its neighbours.
struct JsonDecoder: Decoder {
  let states: JsonStates
  let policy: MalformedPolicy
  let place: InputPlace
  /// The chunk is one record.
  let isWholeInput: Bool

  func decode(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    if range.isEmpty { return }
    let state = try states.take()
    defer { states.give(state) }
    var run = JsonRun(state, buffer: buffer, range: range, policy: policy, place: place)
    if sq_json_index_build(state.index, run.base, range.count) == SQ_JSON_OK {
      if isWholeInput {
        try run.records(0..<range.count, isWhole: true, emit: emit)
      } else {
        try run.lines(range.count, emit: emit)
      }
    } else if isWholeInput {
      try run.record(0..<range.count, isWhole: true, emit: emit)
    } else {
      // Some line is broken: each has to stand for itself.
      var start = 0
      while start < range.count {
        let end = run.lineEnd(from: start, limit: range.count)
        try run.record(start..<end, isWhole: false, emit: emit)
        start = end + 1
      }
    }
    try run.flush(emit)
    withExtendedLifetime(buffer) {}
  }
}

/// One call of `decode`.
private struct JsonRun: ~Copyable {
  let state: JsonState
  let buffer: ByteBuffer
  let base: UnsafePointer<UInt8>
  let policy: MalformedPolicy
  let place: InputPlace
  private var reader: JsonRowReader
  private var rows = 0
  /// Where the tokens are counted from, in the chunk.
  private var origin = 0
  /// Records that were written anew, which views point into.
  private var rewritten: [ByteBuffer] = []
  /// Rows of the record that is being read have gone out already.
  private var isPartlyEmitted = false

  init(
    _ state: JsonState, buffer: ByteBuffer, range: Range<Int>, policy: MalformedPolicy, place: InputPlace
  ) {
    self.state = state
    self.buffer = buffer
    self.policy = policy
    self.place = place
    base = UnsafePointer(buffer.base + range.lowerBound)
    reader = JsonRowReader(state, scan: JsonScanner(base: base, tokens: noTokens))
    // What an error left behind.
    _ = state.table.take(owners: [])
  }

  /// The newline at or behind `start`, or `limit`.
  @inline(__always)
  func lineEnd(from start: Int, limit: Int) -> Int {
    var at = start
    while at < limit {
      let mask = sq_mask64(base + at, state.plan.newline)
      if mask != 0 { return min(limit, at &+ mask.trailingZeroBitCount) }
      at &+= 64
    }
    return limit
  }

  /// A record that has the tokens to itself.
  mutating func record(
    _ range: Range<Int>, isWhole: Bool, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    if range.isEmpty { return }
    let code = sq_json_index_build(state.index, base + range.lowerBound, range.count)
    if code == SQ_JSON_OK { return try records(range, isWhole: isWhole, emit: emit) }
    origin = range.lowerBound
    reader.scan = JsonScanner(base: base + origin, tokens: noTokens)
    reader.scan.end = range.count
    reader.scan.problem.reason = JsonProblem.Reason(indexError: code)
    isPartlyEmitted = false
    try spoiled(range, from: rows)
    if rows >= Batch.rowsMax { try flush(emit) }
  }

  /// The records of a chunk whose tokens were found, a line each.
  mutating func lines(_ count: Int, emit: (Batch) throws(SQLError) -> Void) throws(SQLError) {
    guard let tokens = sq_json_index_tokens(state.index) else { return }
    origin = 0
    reader.scan = JsonScanner(base: base, tokens: tokens)
    let ends = state.lines
    var start = 0
    var window = 0
    // Whether the part of the line before the window has a backslash.
    var isEscaped = false
    while window < count {
      let length = min(JsonState.windowBytes, count &- window)
      var hasBackslash: Int32 = 0
      let found = sq_json_lines(base + window, length, state.plan.newline, ends, &hasBackslash)
      var mayEscape = isEscaped || hasBackslash != 0
      isEscaped = found > 0 ? hasBackslash != 0 : mayEscape
      for ordinal in 0..<found {
        let end = window &+ Int(ends[ordinal])
        try line(start, end, mayEscape, emit)
        start = end &+ 1
        mayEscape = hasBackslash != 0
      }
      window &+= length
    }
    if start < count { try line(start, count, isEscaped, emit) }
  }

  @inline(__always)
  private mutating func line(
    _ start: Int, _ end: Int, _ mayEscape: Bool, _ emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    reader.scan.end = end
    reader.scan.mayHaveEscapes = mayEscape
    // A separator that is no blank looks like the beginning of a value.
    if state.plan.newline > 0x20 { while reader.scan.position < start { reader.scan.next &+= 1 } }
    // Blank lines are no records.
    if reader.scan.position < end {
      try oneRecord(start..<end, isWhole: false, emit: emit)
      while reader.scan.position < end { reader.scan.next &+= 1 }
    }
    if rows >= Batch.rowsMax { try flush(emit) }
  }

  /// The records of a range that has the tokens to itself: its lines, or all of it.
  mutating func records(
    _ range: Range<Int>, isWhole: Bool, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    guard let tokens = sq_json_index_tokens(state.index) else { return }
    origin = range.lowerBound
    reader.scan = JsonScanner(base: base + origin, tokens: tokens)
    var start = 0
    while start < range.count {
      let end = isWhole ? range.count : lineEnd(from: origin &+ start, limit: range.upperBound) &- origin
      reader.scan.end = end
      // A separator that is no blank looks like the beginning of a value.
      if state.plan.newline > 0x20 { while reader.scan.position < start { reader.scan.next &+= 1 } }
      // Blank lines are no records.
      if reader.scan.position < end {
        try oneRecord(origin &+ start..<origin &+ end, isWhole: isWhole, emit: emit)
        while reader.scan.position < end { reader.scan.next &+= 1 }
      }
      start = end &+ 1
      if rows >= Batch.rowsMax { try flush(emit) }
    }
  }

  private mutating func oneRecord(
    _ range: Range<Int>, isWhole: Bool, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    reader.scan.depth = 0
    reader.scan.problem = JsonProblem()
    isPartlyEmitted = false
    var first = rows
    repeat {
      switch reader.scan.byte {
      case UInt8(ascii: "{"):
        guard reader.rootObject(row: rows) else { return try spoiled(range, from: first) }
        rows &+= 1
      case UInt8(ascii: "["):
        guard try rootArray(&first, emit: emit) else { return try spoiled(range, from: first) }
      default:
        _ = reader.scan.failHere(.notAnObject)
        return try spoiled(range, from: first)
      }
    } while isWhole && reader.scan.position < reader.scan.end
    if reader.scan.position < reader.scan.end {
      _ = reader.scan.failHere(.trailing)
      return try spoiled(range, from: first)
    }
    if _slowPath(reader.scan.problem.reason != .none) {
      try marked(range, from: first, reader.scan.problem.message(reader.scan, state.plan))
    }
  }

  /// The objects of an array at the top are rows, as in Spark.
  private mutating func rootArray(
    _ first: inout Int, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) -> Bool {
    guard reader.scan.enter() else { return false }
    if reader.scan.byte == UInt8(ascii: "]") { return reader.scan.leave() }
    while true {
      guard reader.scan.byte == UInt8(ascii: "{") else { return reader.scan.failHere(.notAnObject) }
      guard reader.rootObject(row: rows) else { return false }
      rows &+= 1
      // A long array does not wait for its end; what a later error spoils is the rest.
      if rows >= Batch.rowsMax {
        try flush(emit)
        isPartlyEmitted = true
        first = 0
      }
      if reader.scan.byte == UInt8(ascii: "]") { return reader.scan.leave() }
      guard reader.scan.byte == UInt8(ascii: ",") else { return reader.scan.failHere() }
      reader.scan.next &+= 1
    }
  }

  // MARK: Malformed records

  /// Nothing of the record can be used, unless it is JSON after what is forgiven.
  private mutating func spoiled(_ range: Range<Int>, from first: Int) throws(SQLError) {
    takeBack(to: first)
    if !isPartlyEmitted, try forgiven(range, from: first) { return }
    try note(range, reader.scan.problem.message(reader.scan, state.plan, from: range.lowerBound - origin))
    guard policy.mode == .permissive else { return }
    for slot in 0..<reader.topCount { reader.slots.appendNull(slot) }
    rows &+= 1
    keepText(range, from: first)
  }

  private mutating func takeBack(to first: Int) {
    for slot in 0..<reader.topCount { reader.slots.truncate(slot, to: first) }
    rows = first
  }

  /// Reads the record once more, without what is forgiven; false if that does not help.
  private mutating func forgiven(_ range: Range<Int>, from first: Int) throws(SQLError) -> Bool {
    let written = UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    guard let text = LenientJson.rewritten(written, state.plan.leniency), let tokens = state.tokens(of: text) else {
      return false
    }
    let chunk = reader.scan
    reader.scan = JsonScanner(base: UnsafePointer(text.base), tokens: tokens)
    reader.scan.end = text.count
    let isGood = objects()
    let problem = reader.scan.problem
    let message = problem.message(reader.scan, state.plan)
    reader.scan = chunk
    guard isGood else {
      takeBack(to: first)
      return false
    }
    rewritten.append(text)
    reader.scan.problem = problem
    if problem.reason != .none { try marked(range, from: first, message) }
    return true
  }

  /// Reads the objects of a record, in an array or not; false if it is no JSON.
  private mutating func objects() -> Bool {
    let isArray = reader.scan.byte == UInt8(ascii: "[")
    if isArray {
      guard reader.scan.enter() else { return false }
      if reader.scan.byte == UInt8(ascii: "]") { return reader.scan.leave() && reader.scan.position >= reader.scan.end }
    }
    while true {
      guard reader.scan.byte == UInt8(ascii: "{"), reader.rootObject(row: rows) else { return false }
      rows &+= 1
      if !isArray || reader.scan.byte == UInt8(ascii: "]") { break }
      guard reader.scan.byte == UInt8(ascii: ",") else { return false }
      reader.scan.next &+= 1
    }
    if isArray { _ = reader.scan.leave() }
    return reader.scan.position >= reader.scan.end
  }

  /// Some values were not of their column's type.
  private mutating func marked(_ range: Range<Int>, from first: Int, _ message: String) throws(SQLError) {
    try note(range, message)
    if policy.mode == .dropMalformed {
      takeBack(to: first)
    } else {
      keepText(range, from: first)
    }
  }

  /// Puts the record's text into the column for it.
  private func keepText(_ range: Range<Int>, from first: Int) {
    guard let slot = state.plan.corruptSlot, first < rows else { return }
    reader.slots.truncate(slot, to: first)
    let text = trimmed(range)
    for _ in first..<rows {
      reader.slots[slot].append(BytesView(padded: base + text.lowerBound, count: text.count))
    }
  }

  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var end = range.upperBound
    while end > range.lowerBound, base[end - 1] == UInt8(ascii: "\r") || base[end - 1] == UInt8(ascii: "\n") {
      end -= 1
    }
    return range.lowerBound..<min(end, range.lowerBound + BytesView.lengthMax)
  }

  private func note(_ range: Range<Int>, _ message: @autoclosure () -> String) throws(SQLError) {
    let problem = reader.scan.problem
    let text = trimmed(range)
    try policy.note(
      place, byteOffset: place.byteOffset + Int64(range.lowerBound),
      column: problem.slot >= 0 ? state.plan.name(of: problem.slot) : nil,
      message: message(),
      text: String(
        decoding: UnsafeBufferPointer(
          start: base + text.lowerBound, count: min(text.count, MalformedRecords.textBytesMax)), as: UTF8.self))
  }

  // MARK: Batches

  mutating func flush(_ emit: (Batch) throws(SQLError) -> Void) throws(SQLError) {
    if rows == 0 { return }
    let batch = Batch(state.table.take(owners: [buffer] + rewritten + reader.takeBlocks()), count: rows)
    rows = 0
    rewritten = []
    var start = 0
    while start < batch.count {
      let end = min(start + Batch.rowsMax, batch.count)
      try emit(batch.slice(start..<end))
      start = end
    }
  }
}

/// Tokens of nothing: the end, at once.
// Never written to.
nonisolated(unsafe) private let noTokens: UnsafePointer<UInt32> = {
  let end = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
  end.initialize(to: .max)
  return UnsafePointer(end)
}()
