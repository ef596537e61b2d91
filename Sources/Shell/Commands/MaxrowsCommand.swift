import Diagnostics

extension DotCommand {
  static let maxrows = DotCommand("maxrows", "[ROWS]", "rows that a live table keeps and leaves in the scrollback", argument: .none) {
    (call) throws(SQLError) in
    if !call.rest.isEmpty { call.shell.settings.rowsMax = try call.number(from: 1) }
    call.tell("\(call.shell.settings.rowsMax)")
  }
}
