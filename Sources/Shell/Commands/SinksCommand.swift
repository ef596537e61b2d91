import Diagnostics

extension DotCommand {
  static let sinks = DotCommand("sinks", "", "connectors that can be written, with their options", argument: .none) { (call) throws(SQLError) in
    try call.shell.show(ConnectorHelp.lines(call.shell, wantsSinks: true))
  }
}
