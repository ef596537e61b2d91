/// When a step ends and the next begins (DIALECT §3). The graph is the same for all.
package enum Trigger: Sendable, Equatable {
  /// As soon as something has arrived.
  case immediate
  /// At multiples of an interval, with data or without.
  case every(micros: Int64)
  /// One step over everything there is, limits ignored.
  case once
  /// Steps until what was there at the start is consumed, limits respected.
  case availableNow

  /// Whether the query ends by itself when its input pauses.
  var isFinite: Bool { self == .once || self == .availableNow }

  /// Whether steps wait for the clock.
  var waitsForTime: Bool { if case .every = self { true } else { false } }

  /// The time at which the step after `lastStart` is due: the next multiple of the interval, at once if it has passed.
  func nextDueMicros(lastStart: Int64) -> Int64? {
    guard case .every(let micros) = self, micros > 0 else { return nil }
    return (lastStart / micros + 1) * micros
  }
}
