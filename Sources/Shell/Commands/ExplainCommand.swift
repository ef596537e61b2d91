import Diagnostics

extension DotCommand {
  static let explain = DotCommand("explain", "SQL", "how a query would run", argument: .sql) { (call) throws(SQLError) in
    try call.shell.execute("EXPLAIN " + (try call.argument()))
  }
}
