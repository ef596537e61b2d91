import Diagnostics

/// A command of the shell: `.name` or psql's `\name`. Each is a file beside this one and a line in `all`.
struct DotCommand: Sendable {
  /// What completion offers behind the name.
  enum Argument: Sendable {
    case none, text, path, folder, sql, relation, query, function, setting, connector, topic
    case words([String])
    /// A statement, perhaps behind one of these.
    case sqlAfter([String])
  }

  let name: String
  let aliases: [String]
  let usage: String
  let summary: String
  let argument: Argument
  let run: @Sendable (CommandCall) throws(SQLError) -> Void

  init(
    _ name: String, aliases: [String] = [], _ usage: String = "", _ summary: String, argument: Argument = .none,
    run: @escaping @Sendable (CommandCall) throws(SQLError) -> Void
  ) {
    self.name = name
    self.aliases = aliases
    self.usage = "." + name + (usage.isEmpty ? "" : " " + usage)
    self.summary = summary
    self.argument = argument
    self.run = run
  }

  /// In the order of the documentation.
  static let all: [DotCommand] = [
    .help, .tables, .schema, .functions, .sources, .sinks, .queries, .mode, .live, .width, .maxrows, .nullvalue, .timer,
    .pager, .output, .read, .edit, .watch, .explain, .why, .progress, .top, .chart, .peek, .late, .errors, .bg, .fg,
    .stop, .save, .load, .set, .echo, .shell, .cd, .prompt, .history, .version, .quit,
  ]

  /// What does here what a command of psql or sqlite3 does there.
  static func elsewhere(_ word: String) -> String? {
    switch word.dropFirst().lowercased() {
    case "x", "gx": ".mode line shows a row as lines"
    case "l", "dn", "databases": "SHOW SCHEMAS lists schemas"
    case "dv": "SHOW VIEWS lists views"
    case "dt+", "d+": ".schema NAME tells of a relation"
    case "copy", "dump", "once": "INSERT INTO 'out.csv' SELECT … writes a file; .output sends rows to one"
    case "import": "SELECT * FROM 'in.csv' reads a file"
    case "headers", "header": ".mode csv and .mode table have headers"
    case "pset": ".mode, .nullvalue, .width and .maxrows say how results look"
    case "c", "connect", "open": "there is nothing to connect to: name files and sources in FROM"
    case "g": "a statement runs at its ;"
    case "exit": ".quit leaves"
    default: nil
    }
  }

  static func named(_ word: String) -> DotCommand? {
    let name = word.dropFirst().lowercased()
    return all.first { $0.name == name || (word.hasPrefix("\\") && $0.aliases.contains(name)) }
  }
}

/// A command as it was typed.
struct CommandCall {
  let shell: ShellRun
  let command: DotCommand
  /// What stands behind the name, without blanks around it.
  let rest: String
  let span: SourceSpan

  init(shell: ShellRun, command: DotCommand, line: String, nameLength: Int, span: SourceSpan) {
    self.shell = shell
    self.command = command
    self.span = span
    var rest = line.dropFirst(nameLength).drop { $0 == " " || $0 == "\t" }
    while let last = rest.last, last == " " || last == "\t" || last == ";" { rest.removeLast() }
    self.rest = String(rest)
  }

  var words: [String] { rest.split(separator: " ").map(String.init) }

  /// The argument; an error that shows the usage if there is none.
  func argument() throws(SQLError) -> String {
    if rest.isEmpty { throw wrongUsage("expected an argument") }
    return rest
  }

  func wrongUsage(_ what: String) -> SQLError {
    SQLError(.parse, "WRONG_COMMAND_ARGUMENT", "\(what): \(command.usage)", span: span)
  }

  /// Says what a setting is now, to a person.
  func tell(_ setting: String) { shell.notice("\(command.name): \(setting)") }

  /// `on` or `off`; without an argument the other of what is.
  func flag(_ value: Bool) throws(SQLError) -> Bool {
    switch rest.lowercased() {
    case "": return !value
    case "on", "true", "yes": return true
    case "off", "false", "no": return false
    default: throw wrongUsage("expected on or off, found \"\(rest)\"")
    }
  }

  /// A whole number of at least `least`.
  func number(from least: Int) throws(SQLError) -> Int {
    guard let number = Int(rest), number >= least else {
      throw wrongUsage("expected a number from \(least), found \"\(rest)\"")
    }
    return number
  }
}
