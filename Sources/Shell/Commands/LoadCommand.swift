import Diagnostics

extension DotCommand {
  static let load = DotCommand("load", "FILE", "run a file written by .save", argument: .path) { (call) throws(SQLError) in
    try call.shell.read(try call.argument(), span: call.span)
  }
}
