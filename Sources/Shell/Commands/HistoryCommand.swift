import Diagnostics

extension DotCommand {
  static let history = DotCommand("history", "[N]", "the last statements of this session", argument: .none) { (call) throws(SQLError) in
    let count = call.rest.isEmpty ? 20 : try call.number(from: 1)
    try call.shell.show(Array((call.shell.editor?.history.entries ?? []).suffix(count)))
  }
}
