import Glibc
import ProcessTesting
import Testing

/// Every folder of `examples/` runs as its README says and prints what it promises.
///
/// `run.sh` is run by the shell in a copy of the folder, with `streamsql` on the PATH; without one, `query.sql` is the script.
/// If there is a `socket.txt`, its lines are served on port `$PORT`: each after the output shows the batch of the one before.
struct ExampleTests {
  static let folders = Files.list(Locations.package + "/examples").filter { $0.first?.isNumber ?? false }

  @Test func thereAreExamples() { #expect(Self.folders.count >= 3) }

  @Test(arguments: folders) func printsWhatItPromises(_ name: String) throws {
    let example = Locations.package + "/examples/" + name
    let expected = try #require(Files.read(example + "/expected.txt"), "no expected.txt")
    let copy = TemporaryFolder()
    _ = try ChildProcess.run(["/bin/cp", "-r", example + "/.", copy.path])
    let outcome = try run(in: copy.path)
    #expect(outcome.output == expected)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  private func run(in folder: String) throws -> ChildProcess.Outcome {
    let command = Files.read(folder + "/run.sh") ?? "streamsql -f query.sql"
    let bin = Locations.program.split(separator: "/").dropLast().joined(separator: "/")
    let lines = Files.read(folder + "/socket.txt")
    let server = try lines.map { _ in try LineServer() }
    let child = try ChildProcess(
      ["/bin/sh", "-c", command], folder: folder,
      environment: ["PATH": "/\(bin):/usr/bin:/bin", "PORT": server.map { "\($0.port)" } ?? ""])
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
