import Diagnostics

extension DotCommand {
  static let sources = DotCommand("sources", "", "connectors that can be read, with their options", argument: .none) { (call) throws(SQLError) in
    try call.shell.show(ConnectorHelp.lines(call.shell, wantsSinks: false))
  }
}
