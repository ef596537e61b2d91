import Diagnostics

extension DotCommand {
  static let help = DotCommand("help", aliases: ["?"], "[COMMAND]", "list the commands, or tell of one", argument: .command) { (call) throws(SQLError) in
    let wanted = call.rest.lowercased().filter { $0 != "." && $0 != "\\" }
    let columns = call.shell.console.isTerminal ? Terminal.size.columns : 100
    if wanted.isEmpty { return try call.shell.show(CommandHelp.overview(columns: columns)) }
    guard let command = all.first(where: { $0.name == wanted || $0.aliases.contains(wanted) }) else {
      throw SQLError(
        .parse, "UNKNOWN_COMMAND", "there is no command .\(wanted)", span: call.span,
        hint: didYouMean(wanted, in: all.map(\.name)) ?? ".help lists them; DESCRIBE FUNCTION tells of a function")
    }
    try call.shell.show(CommandHelp.page(of: command, columns: columns))
  }
}

/// The commands as lines of a screen.
enum CommandHelp {
  /// A usage that is longer has its summary on the next line.
  private static let usageMax = 24

  static func overview(columns: Int) -> [String] {
    let shown = DotCommand.all.map { ($0.usage, summary($0)) }
    let width = min(usageMax, shown.map { displayWidth(of: $0.0) }.max() ?? 0) + 2
    return shown.flatMap { usage, summary in
      let lines = TextFitting.wrap(summary, to: max(20, columns - width))
      if displayWidth(of: usage) + 2 > width {
        return TextFitting.wrap(usage, to: columns) + lines.map { String(repeating: " ", count: width) + $0 }
      }
      return lines.enumerated().map { TextFitting.pad($0 == 0 ? usage : "", to: width, right: false) + $1 }
    }
  }

  static func page(of command: DotCommand, columns: Int) -> [String] {
    TextFitting.wrap(command.usage, to: columns) + TextFitting.wrap(summary(command), to: columns - 2).map { "  " + $0 }
  }

  private static func summary(_ command: DotCommand) -> String {
    command.summary + (command.aliases.isEmpty ? "" : " (\(command.aliases.map { "\\" + $0 }.joined(separator: ", ")))")
  }
}
