import Diagnostics

extension DotCommand {
  static let chart = DotCommand(
    "chart", "[bar|line|histogram|sparkline|unicode|ascii] [SQL]", "draw a result as a chart: of a query, or the last one",
    argument: .sqlAfter(ChartKind.allCases.map(\.rawValue) + ["unicode", "ascii"])
  ) { (call) throws(SQLError) in
    let shell = call.shell
    var kind = ChartKind.bar
    var sql = call.rest[...]
    var isSetting = false
    // Kind and characters, in any order, before the statement.
    while true {
      let word = sql.prefix { !$0.isWhitespace }
      let name = word.lowercased()
      if let named = ChartKind.named(name) {
        kind = named
        isSetting = false
      } else if name == "unicode" || name == "ascii" {
        shell.settings.usesUnicode = name == "unicode"
        isSetting = true
      } else {
        break
      }
      sql = sql.dropFirst(word.count).drop(while: \.isWhitespace)
    }
    if isSetting, sql.isEmpty { return }
    if let first = sql.split(whereSeparator: \.isWhitespace).first?.lowercased(), !statementWords.contains(first), !first.hasPrefix("(") {
      let names = ChartKind.allCases.map(\.rawValue)
      throw SQLError(
        .parse, "WRONG_COMMAND_ARGUMENT", "there is no chart \"\(first)\"", span: call.span,
        hint: didYouMean(first, in: names) ?? "charts: \(names.joined(separator: ", ")); a query begins with SELECT, WITH, FROM, VALUES")
    }
    if sql.isEmpty {
      guard let table = shell.lastResult else {
        throw SQLError(
          .bind, "NO_RESULT", "there is no result to draw yet", span: call.span, hint: "give a query: .chart \(kind.rawValue) SELECT …")
      }
      return try shell.show(kind, of: table())
    }
    shell.settings.chart = kind
    defer { shell.settings.chart = nil }
    try shell.execute(String(sql))
  }

  /// How what `.chart` draws may begin.
  private static let statementWords: Set<String> = ["select", "with", "from", "values", "table", "show", "describe"]
}

extension ChartKind {
  /// By its name, or the beginning of it: `hist`, `spark`.
  fileprivate static func named(_ word: String) -> ChartKind? {
    word.utf8.count < 3 ? nil : allCases.first { $0.rawValue.hasPrefix(word) }
  }
}
