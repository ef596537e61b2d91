import Diagnostics

extension DotCommand {
  static let why = DotCommand("why", "[QUERY]", "why nothing comes out of a query", argument: .query) { (call) throws(SQLError) in
    try call.shell.show(Why.lines(try call.query()))
  }
}
