import Dataflow

/// When a query stops by itself (`--for`), on the monotonic clock; or never.
struct Deadline: Sendable {
  let nanos: Int64?

  var isPast: Bool { nanos.map { monotonicNanos() >= $0 } ?? false }
  /// nil: there is none.
  var leftMicros: Int64? { nanos.map { max(0, ($0 - monotonicNanos()) / 1000) } }
}
