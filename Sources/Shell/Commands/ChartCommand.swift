import Diagnostics

extension DotCommand {
  static let chart = DotCommand(
    "chart", "[bar|line|histogram|sparkline|unicode|ascii] [SQL]", "draw a result as a chart: of a query, or the last live table",
    argument: .sql
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
      } else if let near = closestMatch(to: first, in: ChartKind.allCases.map(\.rawValue)) {
        throw call.wrongUsage("there is no chart \"\(first)\", did you mean \"\(near)\"?")
      }
    }
    if sql.allSatisfy(\.isWhitespace) {
      guard let table = shell.lastResult else {
        throw SQLError(
          .bind, "NO_RESULT", "there is no result to draw yet", span: call.span, hint: "give a query: .chart \(kind.rawValue) SELECT …")
      }
      let columns = shell.settings.width ?? (shell.console.isTerminal ? Terminal.size.columns : 80)
      return try shell.show(Chart(kind: kind, usesUnicode: shell.settings.usesUnicode, columns: columns, rows: 15).lines(table))
    }
    shell.settings.chart = kind
    defer { shell.settings.chart = nil }
    try shell.execute(sql)
  }
}
