import Columnar
import Diagnostics
import Engine
import Planning

extension DotCommand {
  static let peek = DotCommand("peek", "[QUERY]", "the result of a query so far, first rows", argument: .query) { (call) throws(SQLError) in
    let query = try call.query()
    guard let (batch, count) = query.snapshot(rowsMax: 20) else {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "query \"\(query.name)\" keeps no result: its mode is \(query.plan.mode.rawValue)",
        span: call.span, hint: "start it with OUTPUT MODE COMPLETE")
    }
    let zone = call.shell.session.flatMap { TimeZoneRules.named($0.settings.zoneName) } ?? .utc
    let table = ResultTable(schema: query.plan.schema, batch: batch, zone: zone)
    let columns = call.shell.console.isTerminal ? Terminal.size.columns : Int.max
    let layout = TableLayout(table: table, columnsMax: columns, palette: call.shell.palette)
    let note = count > batch.count ? ["\(batch.count) of \(count) rows"] : []
    try call.shell.show(layout.lines(rows: 0..<table.rows.count).map(\.text) + note)
  }
}
