internal import Diagnostics

/// Why no row of a result is ever final, and what would make it so: the operator from which on rows change although those
/// below it do not.
struct AppendObstacle {
  /// Completes "APPEND shows rows that can no longer change, but".
  var reason: String
  var fix: String

  /// nil if nothing below changes.
  init?(_ node: PhysicalNode) {
    guard !node.properties.isAppendOnly else { return nil }
    for input in node.inputs {
      if let below = AppendObstacle(input) {
        self = below
        return
      }
    }
    switch node.kind {
    case .aggregate(let spec):
      let keys = node.schema.names.prefix(spec.keys.count).joined(separator: ", ")
      reason = spec.isGlobal ? "the one row changes as long as rows come" : "a group of \(keys) changes as long as rows come"
      fix = "declare a WATERMARK and group by a window of its column, or GROUP BY batch()"
    case .sessionAggregate:
      reason = "a session goes on as long as rows come"
      fix = "declare a WATERMARK for the time of the session"
    case .join(let spec):
      reason = "a row that has no match may find one later"
      fix =
        spec.time?.missingWatermark.map { "declare a WATERMARK for \($0)" }
        ?? "compare times that have a WATERMARK: right.ts BETWEEN left.ts AND left.ts + INTERVAL '1' HOUR, or join on batch()"
    case .over:
      reason = "rows that come later give others new values"
      fix = "order by a column with a WATERMARK, or partition by a window of it, or by batch()"
    case .rankLimit:
      reason = "later rows push others out"
      fix = "partition by a window of a column with a WATERMARK, or by batch()"
    case .topN:
      reason = "later rows push others out"
      fix = "leave ORDER BY and LIMIT to the reader"
    case .matchRecognize:
      reason = "later rows make other matches"
      fix = "declare a WATERMARK for the first column of ORDER BY"
    case .scan, .changeGuard:
      reason = "rows of the table are changed"
      fix = "join it FOR SYSTEM_TIME AS OF PROCTIME(), which takes its rows as they are then"
    default:
      reason = "these change as long as the source goes on"
      fix = "group by a window of a column with a WATERMARK"
    }
  }
}

extension SQLError {
  /// No row of the result is ever final, so APPEND would never show one.
  static func appendNeverFinal(_ obstacle: AppendObstacle?, span: SourceSpan) -> SQLError {
    let reason = obstacle?.reason ?? "these change as long as the source goes on"
    let fix = obstacle.map { "\($0.fix), or " } ?? ""
    return SQLError(
      .plan, "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION",
      "output mode APPEND shows rows that can no longer change, but \(reason)", span: span,
      hint: "\(fix)use OUTPUT MODE UPDATE, COMPLETE or CHANGELOG")
  }
}
