internal import Synchronization

/// Holds the sources of a session back until the queries of a script have attached (SEM-7).
///
/// While it is held nothing is read: a script's queries start, each takes its place at its hubs, and all of them see the
/// first row. It belongs to a session and is opened and held by its thread; hubs ask from any.
package final class StreamGate: Sendable {
  private struct State {
    var isHeld = false
    var waiting: [@Sendable () -> Void] = []
  }
  private let state = Mutex(State())

  package init() {}

  package func hold() { state.withLock { $0.isHeld = true } }

  package func open() {
    let waiting = state.withLock { state in
      state.isHeld = false
      defer { state.waiting = [] }
      return state.waiting
    }
    for body in waiting { body() }
  }

  /// Runs `body` now, or once the gate is open.
  func pass(_ body: @escaping @Sendable () -> Void) {
    let isHeld = state.withLock { state in
      if state.isHeld { state.waiting.append(body) }
      return state.isHeld
    }
    if !isHeld { body() }
  }
}
