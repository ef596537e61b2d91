import Diagnostics

extension DotCommand {
  static let read = DotCommand("read", aliases: ["i"], "FILE", "run a script", argument: .path) { (call) throws(SQLError) in
    try call.shell.read(try call.argument(), span: call.span)
  }
}
