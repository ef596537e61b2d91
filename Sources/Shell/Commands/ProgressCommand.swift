import Diagnostics
import Engine
import Planning

extension DotCommand {
  static let progress = DotCommand("progress", "[QUERY]", "what a query has done so far", argument: .query) { (call) throws(SQLError) in
    let query = try call.query()
    let progress = query.progress
    try call.shell.show([
      "query \(query.name), mode \(query.plan.mode.rawValue)", "  steps         \(progress.steps)",
      "  batch         \(progress.batchNumber)", "  rows in       \(progress.inputRows)",
      "  bytes in      \(HumanText.bytes(progress.inputBytes))", "  rows out      \(progress.outputRows)",
      "  malformed     \(progress.malformedRows)",
      "  last step     \(HumanText.duration(nanos: progress.lastStepNanos))",
      "  state         \(HumanText.bytes(Int64(progress.stateBytes)))",
    ])
  }
}
