import Connectors
import Diagnostics
import Engine
import SQLSyntax

extension DotCommand {
  static let help = DotCommand(
    "help", aliases: ["?", "h"], "[TOPIC]", "list the commands, or tell of one, a statement, a function or a connector", argument: .topic
  ) { (call) throws(SQLError) in
    let columns = call.shell.console.isTerminal ? Terminal.size.columns : 100
    if call.rest.isEmpty { return try call.shell.show(CommandHelp.overview(columns: columns)) }
    let wanted = call.rest.lowercased()
    let bare = wanted.filter { $0 != "." && $0 != "\\" }
    let command = all.first { $0.name == bare || $0.aliases.contains(bare) }
    let isCommand = wanted.hasPrefix(".") || wanted.hasPrefix("\\")
    let statements = isCommand ? [] : StatementHelp.named(wanted)
    // A word may be several things: SET and .set, split and SPLIT.
    var lines = command.map { CommandHelp.page(of: $0, columns: columns) } ?? []
    for statement in statements { lines += HelpTopics.page(of: statement, columns: columns) }
    if !isCommand, let session = call.shell.session {
      if session.functions.names.contains(wanted) {
        if !lines.isEmpty { try call.shell.show(lines) }
        return try call.shell.execute("DESCRIBE FUNCTION `\(wanted)`")
      }
      if let connector = session.connectors[wanted] { lines += ConnectorHelp.page(of: connector, columns: columns) }
    }
    guard lines.isEmpty else { return try call.shell.show(lines) }
    throw SQLError(
      .parse, isCommand ? "UNKNOWN_COMMAND" : "UNKNOWN_TOPIC", isCommand ? "there is no command .\(bare)" : "there is no help on \"\(call.rest)\"",
      span: call.span,
      hint: didYouMean(isCommand ? bare : wanted, in: isCommand ? all.map(\.name) : HelpTopics.names(call.shell.session))
        ?? "topics are commands, functions, connectors and \(StatementHelp.all.map(\.name).joined(separator: ", "))")
  }
}

/// What `.help` can tell of.
enum HelpTopics {
  static func names(_ session: Session?) -> [String] {
    DotCommand.all.map(\.name) + StatementHelp.all.map(\.name)
      + (session.map { $0.connectors.definitions.map(\.name) + $0.functions.names } ?? [])
  }

  static func page(of statement: StatementHelp, columns: Int) -> [String] {
    let blank = "  "
    return TextFitting.wrap(statement.form, to: columns)
      + TextFitting.wrap(statement.summary, to: columns - blank.count).map { blank + $0 }
      + TextFitting.wrap("Example: " + statement.example + ";", to: columns - blank.count).map { blank + $0 }
  }
}

/// The commands as lines of a screen.
enum CommandHelp {
  /// A usage that is longer has its summary on the next line.
  private static let usageMax = 24

  static func overview(columns: Int) -> [String] {
    let shown = DotCommand.all.map { ($0.usage, summary($0)) }
    let width = min(usageMax, shown.map { displayWidth(of: $0.0) }.max() ?? 0) + 2
    let commands = shown.flatMap { usage, summary in
      let lines = TextFitting.wrap(summary, to: max(20, columns - width))
      if displayWidth(of: usage) + 2 > width {
        return TextFitting.wrap(usage, to: columns) + lines.map { String(repeating: " ", count: width) + $0 }
      }
      return lines.enumerated().map { TextFitting.pad($0 == 0 ? usage : "", to: width, right: false) + $1 }
    }
    let topics = "Statements end with ; and .help tells of each: " + StatementHelp.all.map(\.name).joined(separator: ", ") + "."
    return commands + TextFitting.wrap(topics, to: columns)
  }

  static func page(of command: DotCommand, columns: Int) -> [String] {
    TextFitting.wrap(command.usage, to: columns) + TextFitting.wrap(summary(command), to: columns - 2).map { "  " + $0 }
  }

  private static func summary(_ command: DotCommand) -> String {
    command.summary + (command.aliases.isEmpty ? "" : " (\(command.aliases.map { "\\" + $0 }.joined(separator: ", ")))")
  }
}
