import Columnar
import Connectors
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// CREATE SCHEMA, DROP SCHEMA and USE; CACHE and its like.
///
/// A schema is what stands before the dot of a name. A relation that is not temporary belongs to the one in use, so that
/// scripts with databases of their own run as they are.
extension StatementExecutor {
  func schema(_ statement: AST.SchemaStatement) throws(SQLError) -> String? {
    switch statement {
    case .create(let name, let ifNotExists, _):
      let schema = try schemaName(name)
      if catalog.hasSchema(schema) {
        if ifNotExists { return "schema \"\(schema)\" exists already" }
        throw SQLError(
          .bind, "SCHEMA_ALREADY_EXISTS", "schema \"\(schema)\" exists already", span: name.span, hint: "CREATE SCHEMA IF NOT EXISTS \(schema)")
      }
      catalog.add(schema: schema)
      return "created schema \"\(schema)\""
    case .drop(let name, let ifExists, let cascades):
      let schema = try schemaName(name)
      guard catalog.hasSchema(schema) else {
        if ifExists { return nil }
        throw catalog.schemaNotFound(schema, name.span)
      }
      try drop(schema: schema, cascades: cascades, span: name.span)
      return "dropped schema \"\(schema)\""
    case .use(let name):
      if name.parts.count == 1, name.text.lowercased() == SessionCatalog.catalogName { return nil }
      let schema = try schemaName(name)
      guard catalog.hasSchema(schema) else { throw catalog.schemaNotFound(schema, name.span) }
      catalog.settings.schemaName = schema
      return nil
    }
  }

  private func drop(schema: String, cascades: Bool, span: SourceSpan) throws(SQLError) {
    if schema.lowercased() == SessionCatalog.defaultSchema {
      throw SQLError(.bind, "UNSUPPORTED_FEATURE.DROP_DATABASE", "the schema \(SessionCatalog.defaultSchema) is always there", span: span)
    }
    let names = catalog.names(inSchema: schema)
    if let first = names.first, !cascades {
      throw SQLError(
        .bind, "SCHEMA_NOT_EMPTY", "schema \"\(schema)\" holds \"\(first.text)\"", span: span, hint: "DROP SCHEMA \(schema) CASCADE drops all of it")
    }
    // Views first: they may read the tables.
    for name in names where catalog.view(name) != nil { try catalog.drop(name, wantsView: true, ifExists: false) }
    for name in names {
      guard let relation = catalog.relation(name) else { continue }
      _ = try self.drop(AST.Drop(kind: relation.keeper == nil ? .table : .materializedView, ifExists: true, name: name))
    }
    catalog.remove(schema: schema)
  }

  /// `s`, or `spark_catalog.s`.
  private func schemaName(_ name: AST.ObjectName) throws(SQLError) -> String {
    let parts = name.parts.map(\.text)
    if parts.count == 2, parts[0].lowercased() == SessionCatalog.catalogName { return parts[1] }
    guard parts.count == 1 else {
      throw SQLError(
        .bind, "REQUIRES_SINGLE_PART_NAMESPACE", "a schema has a name of one part, found \"\(name.text)\"", span: name.span)
    }
    return parts[0]
  }

  // MARK: Caches

  /// Nothing is cached and no statistics are kept: a query sees what is there when it starts. That the relation exists is
  /// looked at, as Spark does.
  func upkeep(_ upkeep: AST.Upkeep) throws(SQLError) -> String? {
    switch upkeep {
    case .cache(let name, let query?):
      try catalog.define(
        view: ViewDefinition(name: name.text, columns: [], query: query, text: text), name: name, isReplace: false, isTemporary: true)
      _ = try columns(of: name)
      return "created view \"\(name.text)\"; its query runs whenever it is read"
    case .cache(let name, nil), .refresh(let name), .analyze(let name), .uncache(let name, ifExists: false):
      guard catalog.exists(name) else { throw catalog.tableNotFound(name) }
      return "nothing needs to be done: every query sees what is there when it starts"
    case .uncache(_, ifExists: true), .clearCache: return "nothing is cached"
    }
  }
}
