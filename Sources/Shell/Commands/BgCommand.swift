import Diagnostics

extension DotCommand {
  static let bg = DotCommand("bg", "SQL", "run a query in the background, its result kept for .peek", argument: .sql) { (call) throws(SQLError) in
    try call.shell.execute("START QUERY INTO blackhole AS " + (try call.argument()) + " OUTPUT MODE COMPLETE")
  }
}
