import Diagnostics

extension DotCommand {
  static let sources = DotCommand("sources", "[CONNECTOR]", "what is read and how much came; connectors; the options of one", argument: .connector) {
    (call) throws(SQLError) in
    if call.rest.isEmpty { try call.shell.execute("SHOW SOURCES") }
    try call.shell.show(try ConnectorHelp.lines(call, wantsSinks: false))
  }
}
