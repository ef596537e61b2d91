import Glibc
import ProcessTesting
import Testing

/// What `docs/` shows is what comes out: each block of SQL that is followed by a block of text is run, and prints that text.
/// `DOCS_UPDATE=1` writes the texts anew.
struct DocumentTests {
  static let names = Files.list(Locations.package + "/docs").filter { $0.hasSuffix(".md") }
  private static let (begin, between, end) = ("```sql\n", "```\n```text\n", "```\n")

  @Test func thereAreBlocksToRun() {
    let texts = Self.names.compactMap { Files.read(Locations.package + "/docs/" + $0) }
    #expect(texts.filter { $0.contains(Self.between) }.count >= 3)
  }

  @Test(arguments: names) func showsWhatComesOut(_ name: String) throws {
    let path = Locations.package + "/docs/" + name
    let text = try #require(Files.read(path))
    var made = ""
    for (number, piece) in text.split(separator: Self.begin, omittingEmptySubsequences: false).enumerated() {
      if number > 0 { made += Self.begin }
      made += number > 0 ? try ran(String(piece), name) : String(piece)
    }
    if getenv("DOCS_UPDATE") != nil { return Files.write(made, to: path) }
    #expect(made == text)
  }

  /// What follows "```sql": with the output of its SQL, if it shows any.
  private func ran(_ piece: String, _ name: String) throws -> String {
    let parts = piece.split(separator: Self.between, maxSplits: 1, omittingEmptySubsequences: false)
    // Another block may lie between the SQL and a text.
    guard parts.count == 2, !parts[0].contains("```") else { return piece }
    let rest = parts[1].split(separator: Self.end, maxSplits: 1, omittingEmptySubsequences: false)
    let outcome = try ChildProcess.run([Locations.program, "--clock", "virtual", "-m", "box"], input: String(parts[0]))
    #expect(outcome.code == 0 && outcome.errors == "", "\(name): \(outcome.errors)")
    var output = outcome.output
    while output.hasSuffix("\n") { output.removeLast() }
    let behind = rest.count > 1 ? rest[1] : ""
    return "\(parts[0])\(Self.between)\(output)\n\(Self.end)\(behind)"
  }
}
