import Connectors
import Engine

/// Connectors and their options as lines.
enum ConnectorHelp {
  static func lines(_ shell: ShellRun, wantsSinks: Bool) -> [String] {
    (shell.session?.connectors.definitions ?? [])
      .filter { wantsSinks ? $0.sink != nil : $0.source != nil }
      .flatMap { definition in
        ["\(definition.name): \(definition.summary)"]
          + definition.options.map { option in
            let fallback = option.isRequired ? " (required)" : option.defaultValue.map { " (default \($0))" } ?? ""
            return "  \(option.name): \(option.summary)\(fallback)"
          }
      }
  }
}
