import Diagnostics

extension DotCommand {
  static let timer = DotCommand("timer", aliases: ["timing"], "[on|off]", "tell how long each statement took", argument: .words(["on", "off"])) {
    (call) throws(SQLError) in
    call.shell.settings.showsTime = try call.flag(call.shell.settings.showsTime)
    call.tell(call.shell.settings.showsTime ? "on" : "off")
  }
}
