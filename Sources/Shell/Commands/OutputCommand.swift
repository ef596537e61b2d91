import Diagnostics

extension DotCommand {
  static let output = DotCommand("output", aliases: ["o"], "[FILE]", "rows go to a file; without one to the screen again", argument: .path) {
    (call) throws(SQLError) in
    try call.shell.console.redirect(to: call.rest.isEmpty ? nil : PathCompletion.expanded(call.rest))
  }
}
