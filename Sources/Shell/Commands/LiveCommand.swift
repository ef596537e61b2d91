import Diagnostics

extension DotCommand {
  static let live = DotCommand("live", "[on|off]", "live tables of streams", argument: .words(["on", "off"])) { (call) throws(SQLError) in
    call.shell.settings.isLive = try call.flag(call.shell.settings.isLive)
    call.tell(call.shell.settings.isLive ? "on" : "off")
  }
}
