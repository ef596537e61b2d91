import Diagnostics

extension DotCommand {
  static let functions = DotCommand("functions", aliases: ["df"], "[PATTERN]", "functions, all or those like a pattern", argument: .function) {
    (call) throws(SQLError) in
    let pattern = call.rest.isEmpty ? "" : " LIKE '\(call.rest.replacing("'", with: "''"))'"
    try call.shell.execute("SHOW FUNCTIONS" + pattern)
  }
}
