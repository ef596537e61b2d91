import Diagnostics

extension DotCommand {
  static let chart = DotCommand(
    "chart", "[bar|line|histogram|sparkline|unicode|ascii] [SQL]", "draw a result as a chart: of a query, or the last one",
    argument: .sqlAfter(ChartKind.allCases.map(\.rawValue) + ["unicode", "ascii"])
  ) { (call) throws(SQLError) in
    let shell = call.shell
    var kind = ChartKind.bar
    var sql = call.rest
    if let first = call.words.first?.lowercased() {
      if first == "unicode" || first == "ascii" {
        shell.settings.usesUnicode = first == "unicode"
        return
      }
      if let named = ChartKind(rawValue: first) {
        kind = named
        sql = String(sql.dropFirst(first.count))
      } else if !statementWords.contains(first), !first.hasPrefix("(") {
        let names = ChartKind.allCases.map(\.rawValue)
        throw SQLError(
          .parse, "WRONG_COMMAND_ARGUMENT", "there is no chart \"\(first)\"", span: call.span,
          hint: didYouMean(first, in: names) ?? "charts: \(names.joined(separator: ", ")); a query begins with SELECT, WITH, FROM, VALUES")
      }
    }
    if sql.allSatisfy(\.isWhitespace) {
      guard let table = shell.lastResult else {
        throw SQLError(
          .bind, "NO_RESULT", "there is no result to draw yet", span: call.span, hint: "give a query: .chart \(kind.rawValue) SELECT …")
      }
      return try shell.show(kind, of: table())
    }
    shell.settings.chart = kind
    defer { shell.settings.chart = nil }
    try shell.execute(sql)
  }

  /// How what `.chart` draws may begin.
  private static let statementWords: Set<String> = ["select", "with", "from", "values", "table", "show", "describe"]
}
