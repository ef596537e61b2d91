import Diagnostics

extension DotCommand {
  static let schema = DotCommand("schema", aliases: ["d"], "[NAME]", "columns of a relation; without a name all relations", argument: .relation) {
    (call) throws(SQLError) in
    if call.rest.isEmpty { return try call.shell.execute("SELECT * FROM system.relations ORDER BY name") }
    try call.shell.execute("DESCRIBE \(call.rest)")
  }
}
