/// One reason why nothing (more) comes out of a query: what `.why` and `why(query)` give.
package struct WhyReason: Sendable, Equatable {
  /// What can be the cause, in the order in which one looks for it: the query, its sources, its operators, its output.
  package enum Cause: String, Sendable, CaseIterable {
    case notStarted = "NOT_STARTED"
    case paused = "PAUSED"
    case failed = "FAILED"
    case stopped = "STOPPED"
    case limitReached = "LIMIT_REACHED"
    case inputEnded = "INPUT_ENDED"
    case triggerNotDue = "TRIGGER_NOT_DUE"
    case staticSideReading = "STATIC_SIDE_READING"
    case noData = "NO_DATA"
    case sourceEnded = "SOURCE_ENDED"
    case sourceIdle = "SOURCE_IDLE"
    case malformedRows = "MALFORMED_ROWS"
    case allFiltered = "ALL_FILTERED"
    case nothingGenerated = "NOTHING_GENERATED"
    case joinSideEmpty = "JOIN_SIDE_EMPTY"
    case noJoinMatch = "NO_JOIN_MATCH"
    case lateRows = "LATE_ROWS"
    case noWatermark = "NO_WATERMARK"
    case watermarkHeld = "WATERMARK_HELD"
    case windowsOpen = "WINDOWS_OPEN"
    case heldUntilEnd = "HELD_UNTIL_END"
    case resultsCame = "RESULTS_CAME"
    case nothingWrong = "NOTHING_FOUND"
  }

  package var cause: Cause
  /// The source, the operator or the query that it is about.
  package var subject: String
  package var detail: String
  /// What to do about it; empty where there is nothing to do.
  package var fix: String
}
