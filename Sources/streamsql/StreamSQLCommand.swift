import ArgumentParser
import Glibc
import Shell
import StreamSQL

/// The command line of DIALECT §5.
struct StreamSQLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "streamsql",
    abstract: "SQL over data that keeps arriving.",
    discussion: """
      Without SQL a terminal gets a prompt; anything else on stdin is the script. With SQL, -c or -f, piped stdin is data: \
      the relation stdin. Rows go to stdout, everything else to stderr.

      Exit codes: 0 ok, 1 an error before the first row, 2 usage, 3 an error of data, source or sink while running, \
      4 a failed ASSERT, 130/143 stopped by a signal.

      EXAMPLES:
        streamsql "SELECT * FROM 'bids.csv' LIMIT 10"
        tail -f app.log | streamsql "SELECT value FROM stdin LIMIT 9"
        streamsql -m jsonl -D day=2024-03-01 -f report.sql > report.json
        streamsql                        the prompt; .help lists its commands
      """,
    version: "streamsql \(streamSQLVersion)")

  @Option(name: [.customShort("c"), .customLong("command")], help: ArgumentHelp("Run SQL; may be repeated, in order with -f.", valueName: "sql"))
  var commands: [String] = []

  @Option(name: [.customShort("f"), .customLong("file")], help: ArgumentHelp("Run a script; - is stdin. May be repeated.", valueName: "path"))
  var files: [String] = []

  @Option(name: [.customShort("D"), .customLong("define")], help: ArgumentHelp("Replace ${NAME} in scripts.", valueName: "NAME=value"))
  var definitions: [String] = []

  @Option(
    name: [.customShort("m"), .customLong("mode")],
    help: "How rows are written: \(ShellOptions.modeNames.joined(separator: " ")).")
  var mode = "auto"

  @Option(name: [.customShort("o"), .customLong("output")], help: ArgumentHelp("Write rows to a file instead of stdout.", valueName: "path"))
  var output: String?

  @Option(name: .customLong("for"), help: ArgumentHelp("Stop after this long: 30s, '5 minutes'.", valueName: "duration"))
  var duration: String?

  @Option(help: "Worker threads of a query (default: one per core).")
  var workers: Int?

  @Option(help: "system, or virtual: time moves by ADVANCE CLOCK only.")
  var clock = "system"

  @Option(name: .customLong("init"), help: ArgumentHelp("Script to run at the start of a prompt (default: ~/.streamsqlrc).", valueName: "path"))
  var initPath: String?

  @Flag(name: .customLong("no-init"), help: "Run no script at the start of a prompt.")
  var skipsInit = false

  @Flag(name: .customLong("no-bail"), help: "Go on after an error; the first one's exit code is kept.")
  var continues = false

  @Option(help: "auto, always or never.")
  var color = "auto"

  @Argument(help: "SQL to run.")
  var sql: String?

  /// Parses and runs; the exit code.
  static func run(_ arguments: [String]) -> Int32 {
    do {
      let command = try parse(arguments)
      return Shell.run(try command.options(arguments))
    } catch {
      let message = fullMessage(for: error)
      if exitCode(for: error) == .success {
        print(message)
        return 0
      }
      let bytes = Array((message + "\n").utf8)
      _ = write(2, bytes, bytes.count)
      return 2
    }
  }

  private func options(_ arguments: [String]) throws -> ShellOptions {
    var options = ShellOptions()
    options.inputs = inputsInOrder(arguments)
    for definition in definitions {
      guard let equals = definition.firstIndex(of: "="), equals > definition.startIndex else {
        throw ValidationError("-D takes NAME=value, found '\(definition)'.")
      }
      options.variables[String(definition[..<equals])] = String(definition[definition.index(after: equals)...])
    }
    guard ShellOptions.modeNames.contains(mode.lowercased()) else {
      throw ValidationError("there is no output mode '\(mode)'; modes: \(ShellOptions.modeNames.joined(separator: " ")).")
    }
    options.mode = mode.lowercased()
    options.outputPath = output
    if let duration {
      guard let micros = ShellOptions.durationMicros(duration), micros > 0 else {
        throw ValidationError("--for takes a duration such as 30s or '5 minutes', found '\(duration)'.")
      }
      options.runForMicros = micros
    }
    if let workers, !(1...256).contains(workers) {
      throw ValidationError("--workers takes a number from 1 to 256, found \(workers).")
    }
    options.workers = workers ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    guard ["system", "virtual"].contains(clock) else {
      throw ValidationError("--clock is system or virtual, found '\(clock)'.")
    }
    options.usesVirtualClock = clock == "virtual"
    guard ["auto", "always", "never"].contains(color) else {
      throw ValidationError("--color is auto, always or never, found '\(color)'.")
    }
    options.color = color
    options.bailsOut = !continues
    options.initPath = initPath
    options.skipsInit = skipsInit
    return options
  }

  /// -c and -f in the order of the command line, which the parser does not keep; the free argument comes last.
  private func inputsInOrder(_ arguments: [String]) -> [ShellOptions.Input] {
    var commands = commands[...]
    var files = files[...]
    var inputs: [ShellOptions.Input] = []
    for argument in arguments {
      if argument == "--" { break }
      let isCommand = argument == "--command" || argument.hasPrefix("--command=") || isShort("c", argument)
      let isFile = argument == "--file" || argument.hasPrefix("--file=") || isShort("f", argument)
      if isCommand, let sql = commands.popFirst() { inputs.append(.command(sql)) }
      if isFile, let path = files.popFirst() { inputs.append(.file(path)) }
    }
    inputs += commands.map { .command($0) } + files.map { .file($0) }
    if let sql { inputs.append(.command(sql)) }
    return inputs
  }

  private func isShort(_ letter: String, _ argument: String) -> Bool {
    argument.hasPrefix("-\(letter)") && !argument.hasPrefix("--")
  }
}
