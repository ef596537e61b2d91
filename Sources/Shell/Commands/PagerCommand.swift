import Diagnostics
import Glibc

extension DotCommand {
  static let pager = DotCommand("pager", "[off|COMMAND]", "long results go through a pager; without a command $PAGER or less", argument: .text) {
    (call) throws(SQLError) in
    let usual = getenv("PAGER").map { String(cString: $0) } ?? "less -S"
    switch call.rest.lowercased() {
    // The words that other switches take; `false` and `true` are commands too, and show nothing.
    case "off", "false", "no": call.shell.settings.pager = nil
    case "", "on", "true", "yes": call.shell.settings.pager = usual
    default: call.shell.settings.pager = call.rest
    }
    call.tell(call.shell.settings.pager ?? "off")
  }
}
