import Diagnostics
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Wall time for steps and triggers. Operators never see it: they get the step's timestamp.
package protocol Clock: Sendable {
  /// Microseconds since the UTC epoch.
  var nowMicros: Int64 { get }
}

package struct SystemClock: Clock {
  package init() {}
  package var nowMicros: Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
  }
}

/// Time that moves only when told (`--clock virtual`, `ADVANCE CLOCK`).
package final class VirtualClock: Clock {
  private let micros: Atomic<Int64>

  /// Starts at 1970-01-01 00:00 UTC unless told otherwise.
  package init(startMicros: Int64 = 0) { micros = Atomic(startMicros) }

  package var nowMicros: Int64 { micros.load(ordering: .acquiring) }
  package func advance(byMicros delta: Int64) { micros.wrappingAdd(delta, ordering: .releasing) }
  /// False if it is that late already.
  func advance(toMicros target: Int64) -> Bool {
    let before = micros.load(ordering: .acquiring)
    return before < target && micros.compareExchange(expected: before, desired: target, ordering: .acquiringAndReleasing).exchanged
  }
}
