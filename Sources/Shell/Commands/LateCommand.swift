import Diagnostics

extension DotCommand {
  static let late = DotCommand("late", "[QUERY]", "rows that came too late for a query", argument: .query) { (call) throws(SQLError) in
    try call.shell.execute("SELECT * FROM late('\(try call.query().name)')")
  }
}
