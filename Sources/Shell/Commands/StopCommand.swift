import Diagnostics

extension DotCommand {
  static let stop = DotCommand("stop", "[QUERY]", "stop a query", argument: .query) { (call) throws(SQLError) in
    try call.shell.execute("STOP QUERY `\(try call.query().name)`")
  }
}
