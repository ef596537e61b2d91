internal import Diagnostics
internal import Synchronization

/// Records that could not be read as declared: counted, and the first of them kept for `errors(source)`.
///
/// They belong to a relation. A record that several queries meet, or one query twice, is kept once.
package final class MalformedRecords: Sendable {
  /// Records kept: enough to see what is wrong, whatever the input's size.
  package static let keptMax = 1000
  /// Bytes kept of one record.
  package static let textBytesMax = 4096

  package struct Entry: Sendable {
    /// Path or address of the input.
    package var input: String
    /// Counted from 1; nil where lines cannot be counted.
    package var line: Int64?
    /// Place of the record's first byte in the input.
    package var byteOffset: Int64
    package var column: String?
    package var message: String
    package var text: String
    /// When it was met, in µs since the UTC epoch.
    package var timeMicros: Int64

    /// `'a.json' line 3`.
    package var place: String { line.map { "'\(input)' line \($0)" } ?? "'\(input)' at byte \(byteOffset)" }
  }

  private struct Place: Hashable {
    var input: String
    var byteOffset: Int64
  }

  private struct State {
    var count: Int64 = 0
    var lost: Int64 = 0
    var kept: [Entry] = []
    var places: Set<Place> = []
  }
  private let state = Mutex(State())

  package init() {}

  /// Malformed records so far, over all queries of the source.
  package var count: Int64 { state.withLock { $0.count } }
  /// Those that no query could be given.
  var lostCount: Int64 { state.withLock { $0.lost } }
  /// The first of them, in the order of their inputs.
  package var kept: [Entry] {
    var inputs: [String: Int] = [:]
    let entries = state.withLock { $0.kept }
    for entry in entries where inputs[entry.input] == nil { inputs[entry.input] = inputs.count }
    return entries.sorted { ((inputs[$0.input] ?? 0), $0.byteOffset) < ((inputs[$1.input] ?? 0), $1.byteOffset) }
  }

  /// Counts a record that did not come as far as to a query's decoder.
  func noteLost(_ entry: () -> Entry) {
    state.withLock { $0.lost += 1 }
    note(entry)
  }

  /// Counts one record; `entry` is asked for what is kept of it while there is room.
  func note(_ entry: () -> Entry) {
    let hasRoom = state.withLock { state in
      state.count += 1
      return state.kept.count < Self.keptMax
    }
    guard hasRoom else { return }
    let made = entry()
    state.withLock { state in
      guard state.kept.count < Self.keptMax else { return }
      if state.places.insert(Place(input: made.input, byteOffset: made.byteOffset)).inserted { state.kept.append(made) }
    }
  }
}

/// What happens with a record that cannot be read as declared: Spark's `mode`.
enum MalformedMode: String, CaseIterable, Sendable {
  /// The row stays; what could not be read is NULL.
  case permissive = "PERMISSIVE"
  /// The row is left out.
  case dropMalformed = "DROPMALFORMED"
  /// The query fails.
  case failFast = "FAILFAST"
}

/// The policy of one reader, and how many malformed records it has met.
final class MalformedPolicy: Sendable {
  let mode: MalformedMode
  private let records: MalformedRecords
  private let nowMicros: @Sendable () -> Int64
  private let met = Atomic<Int64>(0)

  init(mode: MalformedMode, records: MalformedRecords, nowMicros: @escaping @Sendable () -> Int64 = { wallClockMicros() }) {
    self.mode = mode
    self.records = records
    self.nowMicros = nowMicros
  }

  /// Malformed records of this reader so far.
  var count: Int64 { met.load(ordering: .relaxed) }

  /// Counts a file that cannot be read on from `byteOffset`.
  func noteFile(_ path: String, at byteOffset: Int64, _ message: String) {
    met.wrappingAdd(1, ordering: .relaxed)
    // The error names the file, as the place does.
    let own = "'\(path)': "
    let reason = message.hasPrefix(own) ? String(message.dropFirst(own.count)) : message
    records.note {
      MalformedRecords.Entry(
        input: path, line: nil, byteOffset: byteOffset, column: nil, message: reason, text: "", timeMicros: nowMicros())
    }
  }

  /// Counts a record, and throws if the query is to fail.
  /// - Parameters:
  ///   - text: the record, cut to what is kept.
  func note(
    _ place: InputPlace, byteOffset: Int64, column: String?, message: @autoclosure () -> String,
    text: @autoclosure () -> String
  ) throws(SQLError) {
    met.wrappingAdd(1, ordering: .relaxed)
    func entry() -> MalformedRecords.Entry {
      MalformedRecords.Entry(
        input: place.input, line: place.line(at: byteOffset), byteOffset: byteOffset, column: column, message: message(),
        text: text(), timeMicros: nowMicros())
    }
    if mode == .failFast {
      let entry = entry()
      records.note { entry }
      throw .malformedRecord(entry)
    }
    records.note(entry)
  }
}

extension SQLError {
  static func malformedRecord(_ entry: MalformedRecords.Entry) -> SQLError {
    let shown = entry.text.count > 120 ? entry.text.prefix(120) + "…" : entry.text[...]
    return SQLError(
      .source, "MALFORMED_RECORD_IN_PARSING",
      "\(entry.place): \(entry.message): \(shown)",
      hint: "mode 'PERMISSIVE' keeps such rows with NULLs, 'DROPMALFORMED' leaves them out")
  }
}
