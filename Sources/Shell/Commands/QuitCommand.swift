import Diagnostics

extension DotCommand {
  static let quit = DotCommand("quit", aliases: ["q"], "", "leave", argument: .none) { (call) throws(SQLError) in
    call.shell.quit()
  }
}
