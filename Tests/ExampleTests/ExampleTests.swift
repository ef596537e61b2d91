import Glibc
import ProcessTesting
import Testing

/// Every folder of `examples/` runs as its README says and prints what it promises.
///
/// `run.sh` is run by the shell in a copy of the folder, with `streamsql` on the PATH; without one, `query.sql` is the script.
/// If there is a `screen.txt`, it draws: it is run in a terminal, and the screen compared.
/// If there is a `socket.txt`, its lines are served on port `$PORT`: each after the output shows the batch of the one before.
struct ExampleTests {
  static let folders = Files.list(Locations.package + "/examples").filter { $0.first?.isNumber ?? false }

  @Test func thereAreExamples() { #expect(Self.folders.count >= 3) }

  @Test(arguments: folders) func printsWhatItPromises(_ name: String) throws {
    let example = Locations.package + "/examples/" + name
    if let screen = Files.read(example + "/screen.txt") { return try draws(example, screen) }
    let expected = try #require(Files.read(example + "/expected.txt"), "no expected.txt")
    let copy = TemporaryFolder()
    _ = try ChildProcess.run(["/bin/cp", "-r", example + "/.", copy.path])
    let outcome = try run(in: copy.path)
    #expect(outcome.output == expected)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  /// One that draws, in a terminal of 72 columns: everything that is on the screen and in the scrollback at its end.
  private func draws(_ example: String, _ expected: String) throws {
    let copy = TemporaryFolder()
    _ = try ChildProcess.run(["/bin/cp", "-r", example + "/.", copy.path])
    let terminal = try TerminalProcess(
      ["/bin/sh", "run.sh"], columns: 72, rows: 40, folder: copy.path,
      environment: ["PATH": "/\(programFolder):/usr/bin:/bin", "NO_COLOR": "1"])
    #expect(try terminal.end() == 0)
    #expect(terminal.screen.whole + "\n" == expected)
  }

  private var programFolder: String { Locations.program.split(separator: "/").dropLast().joined(separator: "/") }

  private func run(in folder: String) throws -> ChildProcess.Outcome {
    let command = Files.read(folder + "/run.sh") ?? "streamsql -f query.sql"
    let lines = Files.read(folder + "/socket.txt")
    let server = try lines.map { _ in try LineServer() }
    let child = try ChildProcess(
      ["/bin/sh", "-c", command], folder: folder,
      environment: ["PATH": "/\(programFolder):/usr/bin:/bin", "PORT": server.map { "\($0.port)" } ?? ""])
    child.closeInput()
    if let server, let lines {
      for (number, line) in lines.split(separator: "\n").enumerated() {
        try server.send(line + "\n")
        try child.waitUntil("batch \(number) is shown") { hasBatch(number, $0.output) }
      }
      server.hangUp()
    }
    return try child.wait()
  }

  /// A whole block of the console sink is there.
  private func hasBatch(_ number: Int, _ output: String) -> Bool {
    output.contains("Batch: \(number)\n") && output.hasSuffix("+\n\n")
  }
}
