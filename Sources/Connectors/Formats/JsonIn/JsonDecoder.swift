internal import CKernels
internal import CSimdjson
internal import Columnar
internal import Diagnostics

/// JSON records as rows: one object a line, or (`multiLine`) the values of a whole input.
///
/// simdjson's first stage finds the tokens of a chunk; a second pass puts the wanted values into columns. Strings without
/// escapes stay where they are. One bad line does not touch its neighbours.
struct JsonDecoder: Decoder {
  let plan: JsonPlan
  let policy: MalformedPolicy
  let place: InputPlace
  /// The chunk is one record.
  let isWholeInput: Bool

  func decode(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    if range.isEmpty { return }
    let state = try plan.states.take { () throws(SQLError) in try JsonState(plan) }
    defer { plan.states.give(state) }
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
        let end = run.frame.lineEnd(from: start, limit: range.count)
        try run.record(start..<end, isWhole: false, emit: emit)
        start = end + 1
      }
    }
    try run.flush(emit)
    withExtendedLifetime(buffer) {}
  }
}

/// One call of `decode`.
struct JsonRun: ~Copyable {
  let state: JsonState
  let frame: RecordFrame
  private let buffer: ByteBuffer
  let base: UnsafePointer<UInt8>
  var reader: JsonRowReader
  var rows = 0
  /// Where the tokens are counted from, in the chunk.
  private(set) var origin = 0
  /// Records that were written anew, which views point into.
  var rewritten: [ByteBuffer] = []
  /// Rows of the record that is being read have gone out already.
  private(set) var isPartlyEmitted = false

  init(
    _ state: JsonState, buffer: ByteBuffer, range: Range<Int>, policy: MalformedPolicy, place: InputPlace
  ) {
    self.state = state
    self.buffer = buffer
    base = UnsafePointer(buffer.base + range.lowerBound)
    frame = RecordFrame(base: base, count: range.count, newline: state.plan.newline, policy: policy, place: place)
    reader = JsonRowReader(state, scan: JsonScanner(base: base, tokens: noTokens))
    // What an error left behind.
    _ = state.table.take(owners: [])
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
      let end = isWhole ? range.count : frame.lineEnd(from: origin &+ start, limit: range.upperBound) &- origin
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
