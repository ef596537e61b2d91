package import Columnar
package import Diagnostics

/// Where a query's rows come from. One per relation and query; a source that cannot replay is shared through a `SourceHub`.
///
/// A source hands over *morsels*: pieces of input that workers decode on their own, numbered by the step driver in
/// reading order. All calls come from the query's own thread; none blocks. A source that has to wait for its data reads
/// on a thread of its own into a bounded queue, and calls `onArrival` (from any thread) when a poll may find something.
package protocol Source: AnyObject, Sendable {
  var schema: Schema { get }
  /// Takes the next morsel if there is one now, within `limit`, whose remaining allowance it lowers.
  func poll(_ limit: inout ReadLimit) throws(SQLError) -> SourcePoll
  /// The place after all that `poll` has handed over, as text that `seek` understands; nil if it cannot replay.
  var position: String? { get }
  /// Goes on from a recorded place. Called before the first poll.
  func seek(to position: String) throws(SQLError)
  /// Told before `start` who reads, for errors.
  func attach(as reader: String)
  /// The query takes nothing until it is resumed. May be called from any thread.
  func setPaused(_ isPaused: Bool)
  /// Starts reading. `onArrival` is called after new data, the end, or an error became visible to `poll`.
  func start(onArrival: @escaping @Sendable () -> Void) throws(SQLError)
  /// Stops reading and frees what is held. After it no call of `onArrival` is made.
  func stop()
  /// Places to be read at the time of the call, for AVAILABLE NOW and PROCESS; nil: whatever polls give until `.idle`.
  func latest() throws(SQLError) -> String?
  /// Fixes the end of the input at what is there now (AVAILABLE NOW, ONCE; SEM-6): behind it polls give `.idle`. Called
  /// before `start`. A source without a place to stop at goes on until it is idle.
  func stopAtPresent() throws(SQLError)
  /// Records that this reader has met and could not read as declared.
  var malformedCount: Int64 { get }
  /// Whether everything up to a place that `latest` gave has been handed over; false where that cannot be told.
  func hasPassed(_ latest: String) -> Bool
  /// Size of the whole input in bytes if known, for progress.
  var totalBytes: Int64? { get }
  /// How much of the whole input was read, from 0 to 1, where that can be told. Asked from other threads.
  var readShare: Double? { get }
  /// Another reader of the same relation, if that has been read to its end, has changed since, and is to be read again
  /// then; nil otherwise.
  func renewed() throws(SQLError) -> (any Source)?
  /// When the next row comes, in µs on the session's clock, where time alone brings rows; nil elsewhere.
  var nextDueMicros: Int64? { get }
  /// There is always more, at once: who waits for it to be idle waits for ever.
  var isNeverIdle: Bool { get }
}

extension Source {
  package func attach(as reader: String) {}
  package func setPaused(_ isPaused: Bool) {}
  package var position: String? { nil }
  package func seek(to position: String) throws(SQLError) {}
  package func latest() throws(SQLError) -> String? { nil }
  package func stopAtPresent() throws(SQLError) {}
  package var malformedCount: Int64 { 0 }
  package func hasPassed(_ latest: String) -> Bool { false }
  package var totalBytes: Int64? { nil }
  package var readShare: Double? { nil }
  package func renewed() throws(SQLError) -> (any Source)? { nil }
  package var nextDueMicros: Int64? { nil }
  package var isNeverIdle: Bool { false }
}

/// How much one step takes from a source (`maxRowsPerTrigger`, `maxBytesPerTrigger`, `maxFilesPerTrigger` are the
/// source's own options; this is what the trigger allows on top, Int.max for all).
package struct ReadLimit: Sendable {
  package var rows: Int
  package var bytes: Int
  package init(rows: Int = .max, bytes: Int = .max) {
    self.rows = rows
    self.bytes = bytes
  }
}

package enum SourcePoll: Sendable {
  case morsel(Morsel)
  /// A unit of input ended here: with `maxFilesPerTrigger` a step must end. Further data may be ready.
  case stepBoundary
  /// Nothing now.
  case idle
  /// Nothing ever again.
  case ended
}

/// A piece of input: rows, or bytes with what makes rows of them.
package struct Morsel: Sendable {
  package enum Content: Sendable {
    case batch(Batch, weights: [Int64]?)
    /// Complete records: `start ..< end` of the buffer.
    case bytes(ByteBuffer, start: Int, end: Int, decoder: any Decoder)
  }
  package var content: Content
  /// Input bytes it stands for, for progress.
  package var byteCount: Int
  /// What was there before the query, of a relation that it follows: to be read, but no news.
  package var isPast = false

  package init(_ content: Content, byteCount: Int) {
    self.content = content
    self.byteCount = byteCount
  }
}

/// A decoder whose records also take rows back: changes of a database.
package protocol ChangeDecoder: Decoder {
  /// As `decode`, with a weight for each row; nil: all +1.
  func decodeChanges(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch, [Int64]?) throws(SQLError) -> Void
  ) throws(SQLError)
}

/// Makes batches of bytes: the reading half of a format. Immutable, used by several workers at once.
package protocol Decoder: Sendable {
  /// Decodes complete records and emits them in batches of at most `Batch.rowsMax` rows and about 64 KiB, in order.
  /// Views in the batches point into `buffer`, which they own.
  func decode(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError)
}
