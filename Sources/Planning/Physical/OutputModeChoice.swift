internal import Diagnostics

/// What was said about the output mode, and where.
struct RequestedMode: Sendable {
  /// OUTPUT MODE or EMIT; nil if there was none.
  var mode: OutputMode?
  /// What the caller would like where nothing was said.
  var fallback: OutputMode?
  var span: SourceSpan

  /// The mode that the result is shown in, if the plan can honour it (SEM-4, SEM-9, SEM-12).
  ///
  /// Rows that never change are appended. A result that changes is updated, or, if its input is all there, shown once.
  func chosen(for plan: PhysicalNode) throws(SQLError) -> OutputMode {
    let root = plan.properties
    switch mode {
    case .append?:
      if !root.isAppendOnly && !root.canEnd { throw .appendNeverFinal(AppendObstacle(plan), span: span) }
      return .append
    case .update?: return .update
    case .complete?: return .complete
    case .changelog?: return .changelog
    case nil: break
    }
    let isAppendable = root.isAppendOnly || root.isBounded
    if let fallback, fallback != .append || isAppendable { return fallback }
    return isAppendable ? .append : .update
  }
}
