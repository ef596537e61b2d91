import Diagnostics

extension DotCommand {
  static let shell = DotCommand("shell", aliases: ["!"], "COMMAND", "run a command of the system", argument: .path) { (call) throws(SQLError) in
    try call.shell.console.flush()
    let code = ExternalCommand.run(try call.argument())
    if code != 0 { throw SQLError(.data, "COMMAND_FAILED", "the command ended with \(code)", span: call.span) }
  }
}
