import Diagnostics
import Glibc

extension DotCommand {
  static let pager = DotCommand("pager", "[off|COMMAND]", "long results go through a pager; without a command $PAGER or less", argument: .text) {
    (call) throws(SQLError) in
    if call.rest == "off" {
      call.shell.settings.pager = nil
    } else {
      let usual = getenv("PAGER").map { String(cString: $0) } ?? "less -S"
      call.shell.settings.pager = call.rest.isEmpty || call.rest == "on" ? usual : call.rest
    }
    call.tell(call.shell.settings.pager ?? "off")
  }
}
