import Diagnostics

extension DotCommand {
  static let tables = DotCommand("tables", aliases: ["dt"], "", "tables, streams and views", argument: .none) { (call) throws(SQLError) in
    try call.shell.execute("SELECT * FROM system.relations ORDER BY name")
  }
}
