import Diagnostics

extension DotCommand {
  static let sinks = DotCommand("sinks", "[CONNECTOR]", "connectors that can be written; the options of one", argument: .connector) {
    (call) throws(SQLError) in
    try call.shell.show(try ConnectorHelp.lines(call, wantsSinks: true))
  }
}
