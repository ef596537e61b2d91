import Connectors
import Diagnostics

/// A command of the shell: `.name` or psql's `\name`. The table below is all there is to add one.
struct DotCommand: Sendable {
  let name: String
  let aliases: [String]
  let usage: String
  let summary: String
  let run: @Sendable (ShellRun, [String], SourceSpan) throws(SQLError) -> Void

  static let all: [DotCommand] = [
    DotCommand(name: "help", aliases: ["?"], usage: ".help", summary: "list the commands") {
      (shell, _, _) throws(SQLError) in
      let width = all.map(\.usage.count).max() ?? 0
      try shell.show(
        all.map { command in
          command.usage + String(repeating: " ", count: width - command.usage.count + 2) + command.summary
            + (command.aliases.isEmpty ? "" : " (\(command.aliases.map { "\\" + $0 }.joined(separator: ", ")))")
        })
    },
    DotCommand(name: "tables", aliases: ["dt"], usage: ".tables", summary: "tables and streams") {
      (shell, _, _) throws(SQLError) in try shell.execute("SHOW SOURCES")
    },
    DotCommand(name: "schema", aliases: ["d"], usage: ".schema NAME", summary: "columns of a relation") {
      (shell, words, span) throws(SQLError) in
      try shell.execute("DESCRIBE \(try argument(words, ".schema NAME", span))")
    },
    DotCommand(name: "functions", aliases: ["df"], usage: ".functions [PATTERN]", summary: "functions") {
      (shell, words, _) throws(SQLError) in
      let pattern = words.first.map { " LIKE '\($0.replacing("'", with: "''"))'" } ?? ""
      try shell.execute("SHOW FUNCTIONS" + pattern)
    },
    DotCommand(name: "queries", aliases: ["dq"], usage: ".queries", summary: "started queries") {
      (shell, _, _) throws(SQLError) in try shell.execute("SHOW QUERIES")
    },
    DotCommand(name: "sources", aliases: [], usage: ".sources", summary: "connectors") {
      (shell, _, _) throws(SQLError) in try shell.execute("SHOW CONNECTORS")
    },
    DotCommand(name: "mode", aliases: [], usage: ".mode MODE", summary: "how results are shown: \(RowFormat.names.joined(separator: " "))") {
      (shell, words, span) throws(SQLError) in
      if words.isEmpty { return try shell.show([shell.mode]) }
      try shell.setMode(try argument(words, ".mode MODE", span), span: span)
    },
    DotCommand(name: "read", aliases: ["i"], usage: ".read FILE", summary: "run a script") {
      (shell, words, span) throws(SQLError) in
      try shell.read(try argument(words, ".read FILE", span), span: span)
    },
    DotCommand(name: "quit", aliases: ["q"], usage: ".quit", summary: "leave") {
      (shell, _, _) throws(SQLError) in shell.quit()
    },
  ]

  static func named(_ word: String) -> DotCommand? {
    let name = word.dropFirst().lowercased()
    return all.first { $0.name == name || (word.hasPrefix("\\") && $0.aliases.contains(name)) }
  }

  private static func argument(_ words: [String], _ usage: String, _ span: SourceSpan) throws(SQLError) -> String {
    guard words.count == 1, let word = words.first else {
      throw SQLError(.parse, "WRONG_COMMAND_ARGUMENT", "expected one argument: \(usage)", span: span)
    }
    return word
  }
}
