import Diagnostics

extension DotCommand {
  static let prompt = DotCommand("prompt", "[TEXT]", "another prompt; without a text the usual", argument: .text) { (call) throws(SQLError) in
    call.shell.settings.prompt = call.rest.isEmpty ? ShellSettings(mode: "auto").prompt : call.rest + " "
  }
}
