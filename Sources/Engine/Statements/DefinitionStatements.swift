import Columnar
import Connectors
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// CREATE and DROP.
extension StatementExecutor {
  func createTable(_ create: AST.CreateTable, span: SourceSpan) throws(SQLError) -> String? {
    if create.ifNotExists && catalog.exists(create.name) { return "\"\(create.name.text)\" exists already" }
    if let watermark = create.watermarks.first { throw notYet("WATERMARK", watermark.span) }
    if let key = create.primaryKey.first { throw notYet("PRIMARY KEY", key.span) }
    if let query = create.query { throw notYet("CREATE … AS SELECT", query.span) }
    if let like = create.like { throw notYet("CREATE … LIKE", like.span) }
    if create.kind == .sink { throw notYet("CREATE TABLE as a sink", create.name.span) }
    var options = try create.options.map(given)
    if let location = create.location { options.append(GivenOption("path", location.text, span: location.span)) }
    let connector = try relationConnector(create, &options)
    let schema = try columns(create)
    try catalog.define(
      create.name, connector: connector, options: options, schema: schema, isStream: create.kind != .table,
      isReplace: create.isReplace, span: create.name.span)
    return "created \(create.kind == .table ? "table" : "stream") \"\(create.name.text)\""
  }

  /// USING names the connector; Flink's `WITH ('connector' = '…')` does too; without either, rows are inserted by hand.
  private func relationConnector(
    _ create: AST.CreateTable, _ options: inout [GivenOption]
  ) throws(SQLError) -> ConnectorDefinition {
    let named = options.firstIndex { $0.name.lowercased() == "connector" }
    if let using = create.using {
      return try catalog.connectors.source(named: using.text, span: using.span).0
    }
    if let named {
      let option = options.remove(at: named)
      return try catalog.connectors.source(named: option.text, span: option.span).0
    }
    return try catalog.connectors.source(named: "memory", span: create.name.span).0
  }

  private func columns(_ create: AST.CreateTable) throws(SQLError) -> Schema? {
    if create.columns.isEmpty { return nil }
    var fields: [Field] = []
    for column in create.columns {
      guard case .stored(let type) = column.content else { throw notYet("a computed column", column.span) }
      if let value = column.defaultValue { throw notYet("DEFAULT", value.span) }
      if fields.contains(where: { $0.name.lowercased() == column.name.text.lowercased() }) {
        throw SQLError(
          .bind, "COLUMN_ALREADY_EXISTS", "column \"\(column.name.text)\" is defined twice", span: column.name.span)
      }
      fields.append(
        Field(
          column.name.text, try Planner(catalog: catalog).bindType(type, text: text), isNullable: !column.isNotNull))
    }
    return Schema(fields)
  }

  func createView(_ create: AST.CreateView, span: SourceSpan) throws(SQLError) -> String? {
    if create.kind == .materialized { throw notYet("CREATE MATERIALIZED VIEW", create.name.span) }
    if create.ifNotExists && catalog.exists(create.name) { return "\"\(create.name.text)\" exists already" }
    // Bound once now, so that a mistake is found where it was made.
    let planned = try plan(create.query, AST.StreamClauses.forViews)
    if !create.columns.isEmpty, create.columns.count != planned.schema.count {
      throw SQLError(
        .bind, "CREATE_VIEW_COLUMN_ARITY_MISMATCH",
        "the view names \(create.columns.count) columns, its query has \(planned.schema.count)", span: create.name.span)
    }
    try catalog.define(
      view: ViewDefinition(
        name: create.name.text, columns: create.columns.map(\.text), query: create.query, text: text),
      name: create.name, isReplace: create.isReplace)
    return "created view \"\(create.name.text)\""
  }

  func drop(_ drop: AST.Drop) throws(SQLError) -> String? {
    switch drop.kind {
    case .table, .stream, .source:
      try catalog.drop(drop.name, wantsView: false, ifExists: drop.ifExists)
    case .view, .materializedView:
      try catalog.drop(drop.name, wantsView: true, ifExists: drop.ifExists)
    default:
      throw notYet("DROP of this kind", drop.name.span)
    }
    return "dropped \"\(drop.name.text)\""
  }
}

extension AST.StreamClauses {
  /// A view promises no output mode: whatever its query gives is legal.
  static var forViews: AST.StreamClauses {
    var clauses = AST.StreamClauses()
    clauses.outputMode = .changelog
    return clauses
  }
}
