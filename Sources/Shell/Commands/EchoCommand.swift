import Diagnostics

extension DotCommand {
  static let echo = DotCommand("echo", "TEXT", "print a text", argument: .text) { (call) throws(SQLError) in
    try call.shell.show([call.rest])
  }
}
