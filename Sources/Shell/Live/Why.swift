import Columnar
import Engine
import Planning

/// Why nothing (more) comes out of a query, from what it says of itself.
enum Why {
  static func lines(_ query: StreamingQuery) -> [String] {
    let progress = query.progress
    var lines = ["query \(query.name): \(state(query)), output mode \(query.plan.mode.rawValue)"]
    lines.append("  read \(progress.inputRows) rows in \(progress.steps) steps, wrote \(progress.outputRows)")
    switch query.state {
    case .ready: lines.append("  it has not begun")
    case .paused: lines.append("  it is paused: RESUME QUERY \(query.name), or space in its live table")
    case .failed(let error): lines.append("  \(error.description)")
    case .finished: lines.append("  its input has ended, or its LIMIT is full")
    case .stopped: lines.append("  it was stopped")
    case .running:
      if progress.inputRows == 0 { lines.append("  its sources have given no row yet") }
      if case .every(let micros) = query.trigger {
        lines.append("  it looks at its sources every \(HumanText.duration(nanos: micros &* 1000)) only")
      }
      if query.plan.isHeldUntilEnd { lines.append("  APPEND over rows that change: they come when the input ends") }
      if progress.inputRows > 0, progress.outputRows == 0, query.plan.mode != .complete {
        lines.append("  rows came in but none passed: look at WHERE, HAVING and join conditions")
      }
    }
    return lines
  }

  private static func state(_ query: StreamingQuery) -> String {
    switch query.state {
    case .ready: "ready"
    case .running: "running"
    case .paused: "paused"
    case .finished: "finished"
    case .stopped: "stopped"
    case .failed: "failed"
    }
  }
}
