import Diagnostics
import Engine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension DotCommand {
  static let shell = DotCommand("shell", aliases: ["!"], "COMMAND", "run a command of the system", argument: .path) { (call) throws(SQLError) in
    try call.shell.console.flush()
    let code = ExternalCommand.run(try call.argument())
    // It died of Ctrl-C: so does what stands behind it.
    if code == 128 + SIGINT { call.shell.session?.interrupt() }
    if code != 0 { throw SQLError(.data, "COMMAND_FAILED", "the command ended with \(code)", span: call.span) }
  }
}
