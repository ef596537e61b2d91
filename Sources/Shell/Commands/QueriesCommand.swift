import Diagnostics

extension DotCommand {
  static let queries = DotCommand("queries", aliases: ["dq"], "", "started queries", argument: .none) { (call) throws(SQLError) in
    try call.shell.execute("SHOW QUERIES")
  }
}
