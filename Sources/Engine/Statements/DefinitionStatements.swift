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
    if create.watermarks.count > 1 {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "a relation has one event time", span: create.watermarks[1].span,
        hint: "declare the other in the query: FROM t WATERMARK ts DELAY OF INTERVAL 5 SECONDS")
    }
    if create.isReplace { try checkReplaced(create.name, by: .relation) }
    if let query = create.query { return try createTable(create, as: query, span: span) }
    if let like = create.like { return try createTable(create, like: like) }
    var create = create
    var options = try create.options.map(given)
    if let location = create.location { options.append(GivenOption("path", location.text, span: location.span)) }
    let idleMicros = try idleTimeout(&options)
    let connector = try relationConnector(create, &options)
    if connector.name == "memory" { create.columns = partitionColumnsLast(create) }
    let schema = try columns(create)
    let key = try primaryKey(create, schema, connector)
    try catalog.define(
      create.name, connector: connector, options: options, schema: schema,
      isStream: create.kind == .stream || create.kind == .source, primaryKey: key, isReplace: create.isReplace,
      isTemporary: create.isTemporary, span: create.name.span
    ) { relation throws(SQLError) in
      relation.idleMicros = idleMicros
      try checkKey(create, of: relation)
      try complete(relation, create)
    }
    let what = create.kind == .sink ? "sink" : create.kind == .table ? "table" : "stream"
    return "created \(what) \"\(create.name.text)\""
  }

  /// The columns of PARTITIONED BY stand behind the others, as Spark has them in the tables of its catalog.
  private func partitionColumnsLast(_ create: AST.CreateTable) -> [AST.ColumnDefinition] {
    func isPartition(_ column: AST.ColumnDefinition) -> Bool {
      create.partitionedBy.contains { $0.text.lowercased() == column.name.text.lowercased() }
    }
    return create.columns.filter { !isPartition($0) } + create.columns.filter(isPartition)
  }

  /// `CREATE TABLE t LIKE s`: the columns of a relation with all that was said of them, and none of its rows. What it reads
  /// from and writes to is this statement's to say; without that, rows are inserted.
  private func createTable(_ create: AST.CreateTable, like name: AST.ObjectName) throws(SQLError) -> String? {
    if let column = create.columns.first {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "the columns of CREATE … LIKE are those of \"\(name.text)\"", span: column.span,
        hint: "CREATE TABLE … AS SELECT makes others of them")
    }
    var options = try create.options.map(given)
    if let location = create.location { options.append(GivenOption("path", location.text, span: location.span)) }
    let connector = try relationConnector(create, &options)
    let model = catalog.relation(name)
    let schema = if let model { model.schema } else { try columns(of: name) }
    let isStream = create.kind == .stream || create.kind == .source
    let keepsKey = connector.name == "memory" && !isStream && model?.table != nil && model?.keeper == nil
    try catalog.define(
      create.name, connector: connector, options: options, schema: schema, isStream: isStream,
      primaryKey: keepsKey ? model?.key : nil, isReplace: create.isReplace, span: create.name.span
    ) { relation throws(SQLError) in
      guard let model else { return }
      relation.columnDetails = model.columnDetails
      relation.partitionedBy = model.partitionedBy
      relation.layout = model.layout
      relation.watermark = model.watermark
      relation.idleMicros = model.idleMicros
    }
    return "created \(isStream ? "stream" : "table") \"\(create.name.text)\""
  }

  /// Ordinals of PRIMARY KEY among the columns that are stored.
  private func primaryKey(
    _ create: AST.CreateTable, _ schema: Schema?, _ connector: ConnectorDefinition
  ) throws(SQLError) -> [Int]? {
    guard let first = create.primaryKey.first else { return nil }
    guard let schema, connector.name != "memory" || create.kind == .table else { throw keyNotKept(first.span) }
    var key: [Int] = []
    for column in create.primaryKey {
      guard let ordinal = schema.ordinals(named: column.text).first else {
        throw SQLError(
          .bind, "UNRESOLVED_COLUMN.WITH_SUGGESTION", "the table has no column \"\(column.text)\" to be its key",
          span: column.span, hint: didYouMean(column.text, in: schema.names))
      }
      guard schema[ordinal].type.isOrderable else {
        throw SQLError(
          .bind, "UNSUPPORTED_FEATURE", "a \(schema[ordinal].type.sqlName) cannot be part of a key", span: column.span)
      }
      key.append(ordinal)
    }
    return key
  }

  /// A key is kept by memory tables, and by queries that read the changes of a database; rows that only come have none.
  private func checkKey(_ create: AST.CreateTable, of relation: Relation) throws(SQLError) {
    guard let first = create.primaryKey.first, relation.table == nil, relation.description.isAppendOnly else { return }
    throw keyNotKept(first.span)
  }

  private func keyNotKept(_ span: SourceSpan) -> SQLError {
    SQLError(
      .plan, "UNSUPPORTED_FEATURE", "a PRIMARY KEY is kept by memory tables, and of sources that read changes (format 'debezium-json')",
      span: span, hint: "CREATE TABLE … USING memory, and INSERT INTO it from this one; DISTINCT ON (key) keeps one row of each key")
  }

  /// `CREATE TABLE t AS SELECT …`: a memory table with the columns of the query, filled once or, if the query goes on, as
  /// long as it does.
  private func createTable(_ create: AST.CreateTable, as query: AST.Query, span: SourceSpan) throws(SQLError) -> String? {
    var options = try create.options.map(given)
    let connector = try relationConnector(create, &options)
    guard connector.name == "memory", create.kind == .table || create.kind == .stream, create.location == nil else {
      throw SQLError(
        .plan, "UNSUPPORTED_FEATURE", "CREATE … AS SELECT makes memory tables and streams", span: create.name.span,
        hint: "INSERT INTO 'out.csv' SELECT … writes a file")
    }
    if let column = create.columns.first {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "the columns of CREATE … AS SELECT are those of the query", span: column.span,
        hint: "give them names there: SELECT a AS \(column.name.text)")
    }
    let planned = try plan(query, create.clauses)
    try checkColumns(planned.schema, of: "table", at: create.name.span)
    try catalog.define(
      create.name, connector: connector, options: options, schema: planned.schema, isStream: create.kind == .stream,
      isReplace: create.isReplace, span: create.name.span
    ) { (_) throws(SQLError) in }
    let insert = try Parser.parseStatement(SourceText(name: "<create>", text: "INSERT INTO t SELECT 1"))
    guard case .insert(var filling) = insert.kind else { throw .internal("INSERT is none") }
    filling.target = .name(create.name)
    filling.targetSpan = create.name.span
    filling.query = query
    filling.clauses = create.clauses
    do throws(SQLError) {
      return try self.insert(filling, span: span) ?? "created \(create.kind == .table ? "table" : "stream") \"\(create.name.text)\""
    } catch {
      catalog.remove(create.name)
      throw error
    }
  }

  /// Computed columns and event time of a relation whose own columns are known.
  private func complete(_ relation: Relation, _ create: AST.CreateTable) throws(SQLError) {
    relation.partitionedBy = create.partitionedBy.map(\.text)
    for column in create.columns { relation.columnDetails[column.name.text.lowercased()] = ColumnDetails(column) }
    var stored = 0
    var layout: [SourceReference.LayoutColumn] = []
    for column in create.columns {
      switch column.content {
      case .stored:
        layout.append(.stored(stored))
        stored += 1
      case .computed(let expression, let type):
        let typed = type.map { AST.Expression(.cast(expression, $0, isTry: false), span: expression.span) }
        layout.append(.computed(name: column.name.text, typed ?? expression))
      case .metadata: break
      }
    }
    let planner = Planner(catalog: catalog)
    if stored < layout.count { relation.layout = layout }
    let schema = try planner.columns(of: relation.reference)
    if let definition = create.watermarks.first {
      relation.watermark = try planner.watermark(definition, over: schema)
    }
  }

  /// `'scan.watermark.idle-timeout' = '10 seconds'`: any relation may say so, whatever its connector.
  private func idleTimeout(_ options: inout [GivenOption]) throws(SQLError) -> Int64? {
    let name = "scan.watermark.idle-timeout"
    guard let index = options.firstIndex(where: { $0.name.lowercased() == name }) else { return nil }
    let option = options.remove(at: index)
    guard let micros = DurationText.micros(option.text), micros > 0 else {
      throw SQLError(
        .bind, "INVALID_OPTION_VALUE", "option \"\(name)\" is '\(option.text)', expected a duration such as '10 seconds'",
        span: option.span)
    }
    return micros
  }

  /// USING names the connector; Flink's `WITH ('connector' = '…')` does too; without either, rows are inserted by hand.
  private func relationConnector(
    _ create: AST.CreateTable, _ options: inout [GivenOption]
  ) throws(SQLError) -> ConnectorDefinition {
    options = FlinkFilesystem.withoutFormerKeys(options)
    let named = options.firstIndex { $0.name.lowercased() == "connector" }
    if let using = create.using {
      // Spark keeps such a table in its warehouse; here the session keeps its rows.
      if create.kind == .table, create.location == nil, options.isEmpty, catalog.connectors.isFileFormat(using.text) {
        return try catalog.connectors.source(named: "memory", span: using.span).0
      }
      return try definable(using.text, span: using.span)
    }
    if let named {
      let option = options.remove(at: named)
      if option.text.lowercased() == FlinkFilesystem.connectorName {
        let (connector, translated) = try FlinkFilesystem.translated(options, in: catalog.connectors, span: option.span)
        options = translated
        return connector
      }
      return try definable(option.text, span: option.span)
    }
    return try catalog.connectors.source(named: "memory", span: create.name.span).0
  }

  /// A connector of this name, be it one that can only be written.
  private func definable(_ name: String, span: SourceSpan) throws(SQLError) -> ConnectorDefinition {
    if let connector = catalog.connectors[name], connector.source == nil { return connector }
    return try catalog.connectors.source(named: name, span: span).0
  }

  private func columns(_ create: AST.CreateTable) throws(SQLError) -> Schema? {
    if create.columns.isEmpty { return nil }
    var fields: [Field] = []
    for column in create.columns {
      if case .metadata = column.content { throw notYet("a METADATA column", column.span, hint: "leave it out: no connector here gives metadata") }
      guard case .stored(let type) = column.content else { continue }
      if fields.contains(where: { $0.name.lowercased() == column.name.text.lowercased() }) {
        throw SQLError(
          .bind, "COLUMN_ALREADY_EXISTS", "column \"\(column.name.text)\" is defined twice", span: column.name.span)
      }
      let field = try Planner(catalog: catalog).bindColumn(column.name.text, type, isNullable: !column.isNotNull)
      try checkDefault(of: column, as: field)
      fields.append(field)
    }
    return fields.isEmpty ? nil : Schema(fields)
  }

  func createView(_ create: AST.CreateView, span: SourceSpan) throws(SQLError) -> String? {
    if create.kind == .materialized { return try createMaterializedView(create, span: span) }
    if create.ifNotExists && catalog.exists(create.name) { return "\"\(create.name.text)\" exists already" }
    if create.isReplace { try checkReplaced(create.name, by: .view) }
    // Bound once now, so that a mistake is found where it was made.
    _ = try viewSchema(create, try plan(create.query, AST.StreamClauses.forViews).schema)
    let old = catalog.view(create.name)
    try catalog.define(
      view: ViewDefinition(
        name: create.name.text, columns: create.columns.map(\.text), query: create.query, text: text),
      name: create.name, isReplace: create.isReplace, isTemporary: create.kind == .temporary)
    if let old {
      // The query was bound to the view that is replaced: what it reads may lead back to what it now is.
      do throws(SQLError) { _ = try plan(create.query, AST.StreamClauses.forViews) } catch {
        catalog.restore(old, create.name)
        if error.errorClass != "RECURSIVE_VIEW" { throw error }
        throw SQLError(.bind, error.errorClass, "view \"\(create.name.text)\" would be defined by itself", span: create.name.span)
      }
    }
    return "created view \"\(create.name.text)\""
  }

  /// ALTER VIEW … AS: the view must be there.
  func alterView(_ create: AST.CreateView, span: SourceSpan) throws(SQLError) -> String? {
    guard catalog.view(create.name) != nil else {
      if catalog.relation(create.name) == nil { throw catalog.tableNotFound(create.name) }
      throw SQLError(
        .bind, "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", "\"\(create.name.text)\" is no view whose query could be changed", span: create.name.span)
    }
    return try createView(create, span: span)
  }

  /// ALTER TABLE or VIEW … RENAME TO.
  func rename(_ rename: AST.Rename) throws(SQLError) -> String? {
    guard catalog.exists(rename.name) else { throw catalog.tableNotFound(rename.name) }
    if let relation = catalog.relation(rename.name), relation.keeper != nil {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "\"\(rename.name.text)\" is a materialized view, whose query has its name", span: rename.name.span,
        hint: "CREATE MATERIALIZED VIEW \(rename.newName.text) AS …, and drop this one")
    }
    if !rename.isView, catalog.view(rename.name) != nil {
      throw SQLError(
        .bind, "EXPECT_TABLE_NOT_VIEW.USE_ALTER_VIEW", "\"\(rename.name.text)\" is a view", span: rename.name.span, hint: "use ALTER VIEW")
    }
    if rename.isView, catalog.relation(rename.name) != nil {
      throw SQLError(
        .bind, "EXPECT_VIEW_NOT_TABLE.USE_ALTER_TABLE", "\"\(rename.name.text)\" is a table", span: rename.name.span, hint: "use ALTER TABLE")
    }
    try catalog.rename(rename.name, to: rename.newName)
    return "renamed \"\(rename.name.text)\" to \"\(rename.newName.text)\""
  }

  func drop(_ drop: AST.Drop) throws(SQLError) -> String? {
    if drop.kind != .function, drop.kind != .aggregate, drop.kind != .variable, let relation = catalog.relation(drop.name), relation.keeper != nil {
      return try dropMaterializedView(drop, relation)
    }
    switch drop.kind {
    case .table, .stream, .source:
      if let relation = catalog.relation(drop.name) { try checkNoViewReads(relation, at: drop.name.span) }
      try catalog.drop(drop.name, wantsView: false, ifExists: drop.ifExists)
    case .view, .materializedView:
      try catalog.drop(drop.name, wantsView: true, ifExists: drop.ifExists)
    case .function, .aggregate: return try dropRoutine(drop)
    case .variable: return try dropVariable(drop)
    case .sink:
      // A sink of one's own is the query that writes into it.
      if drop.ifExists, session.query(named: drop.name.last.text) == nil { return nil }
      return try stop(drop.name.last)
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
