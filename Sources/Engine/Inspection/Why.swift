import Columnar
import Dataflow
import Planning

/// Finds out why nothing (more) comes out of a query, from its plan and what it says of itself.
struct Why {
  let query: StreamingQuery
  let report: QueryReport
  let progress: QueryProgress
  /// Records of each source that could not be read, by its name.
  let malformed: [String: Int64]
  let zone: TimeZoneRules

  /// All that can be said, the query first, its output last; never nothing.
  var reasons: [WhyReason] {
    switch query.state {
    case .ready: return [reason(.notStarted, query.name, "it has not begun")]
    case .failed(let error):
      return [reason(.failed, query.name, error.description, "STOP QUERY \(query.name), and start it again")]
    case .stopped: return [reason(.stopped, query.name, "it was stopped")] + cameOut
    case .finished: return ended
    case .running, .paused: break
    }
    var found: [WhyReason] = []
    if query.state == .paused || query.isPaused {
      found.append(reason(.paused, query.name, "it is paused, and takes nothing in", "RESUME QUERY \(query.name)"))
    }
    found += trigger + sources
    found += operators(query.plan.root)
    found += watermarks + windows
    if query.plan.isHeldUntilEnd {
      found.append(
        reason(
          .heldUntilEnd, query.name, "APPEND shows rows that cannot change any more, and these may until the input ends",
          "OUTPUT MODE UPDATE shows them as they are; a WATERMARK lets them be final earlier"))
    }
    if progress.outputRows > 0 { found += cameOut }
    if found.isEmpty {
      found.append(reason(.nothingWrong, query.name, "\(Why.rows(progress.inputRows)) came in, and nothing holds the result back"))
    }
    return found
  }

  func reason(_ cause: WhyReason.Cause, _ subject: String, _ detail: String, _ fix: String = "") -> WhyReason {
    WhyReason(cause: cause, subject: subject, detail: detail, fix: fix)
  }

  static func rows(_ count: Int64) -> String { "\(count) row\(count == 1 ? "" : "s")" }

  func time(_ micros: Int64) -> String { ColumnText.string(.int64(micros), type: .timestamp, zone: zone) }

  // MARK: The query

  private var ended: [WhyReason] {
    if let limit = report.operators.first(where: \.isSatisfied) {
      return [reason(.limitReached, limit.id, "its LIMIT is full, so the query has ended")] + cameOut
    }
    let found = operators(query.plan.root) + cameOut
    return [reason(.inputEnded, query.name, "all of its input has ended, and so has the query")] + found
  }

  private var cameOut: [WhyReason] {
    progress.outputRows == 0
      ? [] : [reason(.resultsCame, query.name, "\(Why.rows(progress.outputRows)) came out so far")]
  }

  private var trigger: [WhyReason] {
    guard let due = report.nextStepMicros, due > report.takenMicros else { return [] }
    return [
      reason(
        .triggerNotDue, query.name, "its next step is due at \(time(due)), and it is \(time(report.takenMicros))",
        "PROCESS QUERY \(query.name) runs one at once")
    ]
  }

  // MARK: Sources

  private var sources: [WhyReason] {
    var found: [WhyReason] = []
    let isReadingStatic = report.sources.contains { $0.isStatic && !$0.hasEnded }
    for source in report.sources where source.name != "values" {
      if let count = malformed[source.name], count > 0 {
        found.append(
          reason(
            .malformedRows, source.name, "\(Why.rows(count)) could not be read as declared",
            "SELECT * FROM errors('\(source.name)') shows them"))
      }
      if source.isStatic, !source.hasEnded {
        found.append(
          reason(
            .staticSideReading, source.name,
            "it is the fixed side of a join and read to its end first: \(Why.rows(source.rows)) so far"))
      } else if source.rows == 0, !isReadingStatic {
        let detail = source.hasEnded ? "it has ended without a row" : "it has given no row yet"
        found.append(reason(.noData, source.name, detail))
      } else if source.hasEnded, !query.plan.root.properties.isBounded, !source.isStatic {
        found.append(reason(.sourceEnded, source.name, "it has ended after \(Why.rows(source.rows))"))
      } else if let last = source.lastArrivalMicros, report.takenMicros - last >= Why.idleMicros, !source.hasEnded {
        found.append(
          reason(
            .sourceIdle, source.name,
            "its last row came at \(time(last)), \(Why.duration(report.takenMicros - last)) ago"))
      }
    }
    return found
  }

  /// A source that was silent for so long is worth saying.
  private static let idleMicros: Int64 = 1_000_000

  static func duration(_ micros: Int64) -> String {
    let seconds = micros / 1_000_000
    switch seconds {
    case ..<120: return "\(seconds) s"
    case ..<7200: return "\(seconds / 60) min"
    default: return "\(seconds / 3600) h"
    }
  }
}
