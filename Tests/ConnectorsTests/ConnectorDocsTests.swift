import Diagnostics
import Foundation
import Testing

@testable import Connectors

/// The option tables of files in `docs/connectors.md` are those of the declarations. `DOCS_UPDATE=1` writes all tables anew.
@Suite struct ConnectorDocsTests {
  private static let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "../../docs/connectors.md"
  ).standardizedFileURL
  private static let heading = "## Options\n"

  @Test func tablesAreTheDeclarations() throws {
    let text = try String(contentsOf: Self.url, encoding: .utf8)
    let prose = text.range(of: "\n" + Self.heading).map { String(text[..<$0.lowerBound]) + "\n" } ?? text
    let sections = Self.sections(ConnectorRegistry.builtin.definitions)
    if ProcessInfo.processInfo.environment["DOCS_UPDATE"] != nil {
      try (prose + Self.heading + "\n" + sections.map(\.text).joined(separator: "\n")).write(
        to: Self.url, atomically: true, encoding: .utf8)
      return
    }
    var found = 0
    for section in sections where ["all files", "text", "csv", "tsv", "json"].contains(section.name) {
      #expect(text.contains(section.text), "the section \(section.name) is not that of the declarations: DOCS_UPDATE=1")
      found += 1
    }
    #expect(found == 5)
  }

  private static func sections(_ definitions: [ConnectorDefinition]) -> [(name: String, text: String)] {
    let files = definitions.filter { $0.positional == ["path"] }
    let shared =
      files.first?.options.filter { option in
        files.allSatisfy { $0.options.contains { $0.name == option.name } }
      } ?? []
    let names = Set(shared.map(\.name))
    var all = [
      (
        "all files",
        "### all files\n\nFor \(files.map(\.name).joined(separator: ", ")).\n\n" + table(shared)
      )
    ]
    for definition in definitions {
      let own = files.contains { $0.name == definition.name } ? definition.options.filter { !names.contains($0.name) } : definition.options
      var text = "### \(definition.name)\n\n\(definition.summary)"
      text += definition.source == nil ? " Written only." : definition.sink == nil ? " Read only." : ""
      if !definition.aliases.isEmpty { text += " Also called \(definition.aliases.joined(separator: ", "))." }
      text += "\n\n" + (own.isEmpty ? "No options\(names.isEmpty || !files.contains { $0.name == definition.name } ? "" : " of its own").\n" : table(own))
      all.append((definition.name, text))
    }
    return all
  }

  private static func table(_ options: [OptionDefinition]) -> String {
    var lines = ["| option | value | default | |", "|---|---|---|---|"]
    for option in options {
      let value: String =
        switch option.kind {
        case .string: "text"
        case .integer: "number"
        case .boolean: "true, false"
        case .duration: "duration"
        case .size: "size"
        case .choice(let choices): choices.joined(separator: ", ")
        }
      let preset = option.isRequired ? "needed" : option.defaultValue.map { $0.isEmpty ? "nothing" : "`\($0)`" } ?? ""
      lines.append("| `\(option.name)` | \(value) | \(preset) | \(option.summary.replacing("|", with: "\\|")) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
