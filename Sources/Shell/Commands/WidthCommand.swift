import Diagnostics

extension DotCommand {
  static let width = DotCommand("width", "[COLUMNS]", "widest table; without a number that of the screen", argument: .none) { (call) throws(SQLError) in
    call.shell.settings.width = call.rest.isEmpty ? nil : try call.number(from: 10)
    call.tell(call.shell.settings.width.map { "\($0) columns" } ?? "that of the screen")
  }
}
