package import Diagnostics
package import Synchronization

/// Records that could not be read as declared: counted, and the first of them kept for `errors(source)`.
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

    /// `'a.json' line 3`.
    package var place: String { line.map { "'\(input)' line \($0)" } ?? "'\(input)' at byte \(byteOffset)" }
  }

  private struct State {
    var count: Int64 = 0
    var kept: [Entry] = []
  }
  private let state = Mutex(State())

  package init() {}

  /// Malformed records so far, over all queries of the source.
  package var count: Int64 { state.withLock { $0.count } }
  package var kept: [Entry] { state.withLock { $0.kept } }

  /// Counts one record; `entry` is asked for what is kept of it while there is room.
  func note(_ entry: () -> Entry) {
    let hasRoom = state.withLock { state in
      state.count += 1
      return state.kept.count < Self.keptMax
    }
    guard hasRoom else { return }
    let made = entry()
    state.withLock { if $0.kept.count < Self.keptMax { $0.kept.append(made) } }
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

/// The policy of one source, and where its input stands.
struct MalformedPolicy: Sendable {
  let mode: MalformedMode
  let records: MalformedRecords

  /// Counts a record, and throws if the query is to fail.
  /// - Parameters:
  ///   - text: the record, cut to what is kept.
  func note(
    _ place: InputPlace, byteOffset: Int64, column: String?, message: @autoclosure () -> String,
    text: @autoclosure () -> String
  ) throws(SQLError) {
    if mode == .failFast {
      let entry = MalformedRecords.Entry(
        input: place.input, line: place.line(at: byteOffset), byteOffset: byteOffset, column: column,
        message: message(), text: text())
      records.note { entry }
      throw .malformedRecord(entry)
    }
    records.note {
      MalformedRecords.Entry(
        input: place.input, line: place.line(at: byteOffset), byteOffset: byteOffset, column: column,
        message: message(), text: text())
    }
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
