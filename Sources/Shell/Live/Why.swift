import Engine
import Planning

/// Why nothing (more) comes out of a query, as lines for people.
enum WhyText {
  static func lines(_ query: StreamingQuery, in session: Session) -> [String] {
    let progress = query.progress
    var lines = [
      "query \(query.name), output mode \(query.plan.mode.rawValue): \(progress.inputRows) rows in, \(progress.outputRows) out, "
        + "\(progress.steps) step\(progress.steps == 1 ? "" : "s")"
    ]
    for reason in session.why(query) {
      lines.append("  \(reason.cause.rawValue) \(reason.subject): \(reason.detail)")
      if !reason.fix.isEmpty { lines.append("    \(reason.fix)") }
    }
    return lines
  }
}
