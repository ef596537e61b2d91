import Diagnostics
import Testing

@testable import SQLSyntax

/// What `.help` shows of statements is true.
struct StatementHelpTests {
  @Test(arguments: StatementHelp.all.map(\.name)) func theExampleIsOneOfItsKind(name: String) throws {
    let help = try #require(StatementHelp.named(name).first)
    _ = try Parser.parseStatement(SourceText(name: "", text: help.example))
    #expect(help.example.hasPrefix(name))
    #expect(help.form.contains(name.split(separator: " ")[0]))
  }

  @Test func namesAreTakenAsFarAsTheyGo() {
    #expect(StatementHelp.named("create  stream").map(\.name) == ["CREATE STREAM"])
    #expect(StatementHelp.named("create").count == 6)
    #expect(StatementHelp.named("").isEmpty && StatementHelp.named("crea").isEmpty)
  }
}
