import Diagnostics

extension DotCommand {
  static let help = DotCommand("help", aliases: ["?"], "[COMMAND]", "list the commands", argument: .text) { (call) throws(SQLError) in
    let width = all.map(\.usage.count).max() ?? 0
    let wanted = call.rest.lowercased().filter { $0 != "." && $0 != "\\" }
    let shown = all.filter { wanted.isEmpty || $0.name == wanted || $0.aliases.contains(wanted) }
    if shown.isEmpty {
      throw SQLError(
        .parse, "UNKNOWN_COMMAND", "there is no command .\(wanted)", span: call.span,
        hint: didYouMean(wanted, in: all.map(\.name)) ?? ".help lists them")
    }
    try call.shell.show(
      shown.map { command in
        TextFitting.pad(command.usage, to: width + 2, right: false) + command.summary
          + (command.aliases.isEmpty ? "" : " (\(command.aliases.map { "\\" + $0 }.joined(separator: ", ")))")
      })
  }
}
