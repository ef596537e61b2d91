import Connectors
import Diagnostics
import Engine

/// Connectors as lines: all of them, or one with its options.
enum ConnectorHelp {
  static func lines(_ call: CommandCall, wantsSinks: Bool) throws(SQLError) -> [String] {
    guard let registry = call.shell.session?.connectors else { return [] }
    let columns = call.shell.console.isTerminal ? Terminal.size.columns : 100
    if call.rest.isEmpty {
      let fitting = registry.definitions.filter { wantsSinks ? $0.sink != nil : $0.source != nil }
      let width = (fitting.map(\.name.count).max() ?? 0) + 2
      return fitting.flatMap { entry($0.name, $0.summary, width: width, columns: columns) }
    }
    let definition =
      wantsSinks
      ? try registry.sink(named: call.rest, span: call.span).0 : try registry.source(named: call.rest, span: call.span).0
    return page(of: definition, columns: columns)
  }

  static func page(of definition: ConnectorDefinition, columns: Int) -> [String] {
    let width = (definition.options.map(\.name.count).max() ?? 0) + 4
    return TextFitting.wrap("\(definition.name): \(definition.summary)", to: columns)
      + definition.options.flatMap { option in
        let fallback = option.isRequired ? " (required)" : option.defaultValue.map { " (default \($0))" } ?? ""
        return entry("  " + option.name, option.summary + fallback, width: width, columns: columns)
      }
  }

  private static func entry(_ name: String, _ summary: String, width: Int, columns: Int) -> [String] {
    TextFitting.wrap(summary, to: max(20, columns - width)).enumerated().map {
      TextFitting.pad($0 == 0 ? name : "", to: width, right: false) + $1
    }
  }
}
