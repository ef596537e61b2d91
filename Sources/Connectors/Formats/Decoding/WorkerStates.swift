internal import Diagnostics
internal import Synchronization

/// What workers need to decode, kept from one piece of input to the next: as many as ever decoded at once.
final class WorkerStates<State: AnyObject & Sendable>: Sendable {
  private let idle = Mutex<[State]>([])

  /// One that nobody uses; the caller's until it is given back.
  func take(_ make: () throws(SQLError) -> State) throws(SQLError) -> State {
    if let state = idle.withLock({ $0.popLast() }) { return state }
    return try make()
  }

  func give(_ state: State) { idle.withLock { $0.append(state) } }
}
