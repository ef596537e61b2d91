import Columnar
import Connectors
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// The relations, views, functions and settings of a session.
final class SessionCatalog: Catalog {
  private(set) var relations: [String: Relation] = [:]
  private(set) var views: [String: ViewDefinition] = [:]
  /// Relations that stand in FROM as a path or a call, by what was written: named twice, they are one (SEM-7).
  private var anonymous: [String: Relation] = [:]
  private var byID: [SourceID: Relation] = [:]
  /// Malformed records of relations that stand in FROM as a path or a call, by that text: of the last query that named it.
  private(set) var malformed: [String: MalformedRecords] = [:]
  private var nextID = 1
  var definitions = Definitions()
  let connectors: ConnectorRegistry
  private(set) var functions: FunctionRegistry
  /// Functions that the user defined, by lower-case name.
  private(set) var routines: [String: RoutineDefinition] = [:]
  /// Aggregates that the user defined, by lower-case name; their functions are in `functions` too.
  private(set) var ownAggregates: [String: OwnAggregateDefinition] = [:]
  /// Variables by lower-case name.
  private var variables: [String: SessionVariable] = [:]
  var settings = SessionSettings()
  /// Settings of Spark that change nothing here, as they were written, by lower-case key.
  var foreignSettings: [String: (key: String, value: String)] = [:]
  /// Which tables the query that is being planned follows.
  var following = Following.nothing
  var environment: ConnectorEnvironment

  init(connectors: ConnectorRegistry, functions: FunctionRegistry, environment: ConnectorEnvironment) {
    self.connectors = connectors
    self.functions = functions
    self.environment = environment
  }

  var sourceNames: [String] { connectors.sourceNames }
  var relationNames: [String] { (relations.values.map(\.name) + views.values.map(\.name)).sorted() }

  // MARK: Schemas

  static let catalogName = "spark_catalog"
  static let defaultSchema = "default"

  /// Schemas besides the default one, as they were written, by lower-case name.
  private var schemas: [String: String] = [:]
  /// Lower-case names that belong to no schema.
  private var temporaries: Set<String> = []

  var schemaNames: [String] { ([Self.defaultSchema] + schemas.values).sorted() }
  func hasSchema(_ name: String) -> Bool { name.lowercased() == Self.defaultSchema || schemas[name.lowercased()] != nil }
  func add(schema: String) { schemas[schema.lowercased()] = schema }

  func remove(schema: String) {
    schemas[schema.lowercased()] = nil
    if settings.schemaName.lowercased() == schema.lowercased() { settings.schemaName = Self.defaultSchema }
  }

  /// The names of what is in a schema other than the default one.
  func names(inSchema schema: String) -> [AST.ObjectName] {
    let prefix = schema.lowercased() + "."
    return (Array(relations.keys) + views.keys).filter { $0.hasPrefix(prefix) }.sorted().map { key in
      AST.ObjectName(key.split(separator: ".").map { AST.Identifier(String($0)) })
    }
  }

  /// What a name means: its parts in lower case, without the catalog and without `default`; with the schema in use if it has
  /// none of its own and is not that of something temporary.
  private func key(_ name: [String]) -> String {
    var parts = name.map { $0.lowercased() }
    if parts.count > 1, parts[0] == Self.catalogName { parts.removeFirst() }
    if parts.count == 2, parts[0] == Self.defaultSchema { return parts[1] }
    let schema = settings.schemaName.lowercased()
    if parts.count == 1, schema != Self.defaultSchema, !temporaries.contains(parts[0]) { parts.insert(schema, at: 0) }
    return parts.joined(separator: ".")
  }

  func key(of name: AST.ObjectName) -> String { key(name.parts.map(\.text)) }

  /// What may stand before a column of a relation: all its parts, or the last of them.
  func qualifier(of name: [String]) -> [String] {
    let key = key(name)
    guard let last = name.last, relations[key] != nil || views[key] != nil else { return name }
    if temporaries.contains(key) { return [last] }
    let parts = key.split(separator: ".").map(String.init)
    return [Self.catalogName] + (parts.count > 1 ? parts.dropLast() : [Self.defaultSchema]) + [last]
  }

  /// Binds what was written while `schema` was in use.
  func within<R>(schema: String, _ body: () throws(SQLError) -> R) throws(SQLError) -> R {
    let outer = settings.schemaName
    settings.schemaName = schema
    defer { settings.schemaName = outer }
    return try body()
  }

  private func note(_ name: AST.ObjectName, isTemporary: Bool) {
    guard name.parts.count == 1 else { return }
    if isTemporary { temporaries.insert(name.text.lowercased()) }
  }

  func relation(for id: SourceID) -> Relation? { byID[id] }
  func routine(named name: String) -> RoutineDefinition? { routines[name] }
  var routineNames: [String] { Array(routines.keys) }
  func variable(named name: String) -> SessionVariable? { variables[name] }
  var variableNames: [String] { variables.values.map(\.name).sorted() }
  func set(variable: SessionVariable?, named name: String) { variables[name] = variable }
  func set(routine: RoutineDefinition?, named name: String) { routines[name] = routine }
  func initialStates(ofAggregate name: String) -> AST.Query? { ownAggregates[name]?.initialStates }

  /// Defines an aggregate of the user, or forgets it.
  func set(aggregate: OwnAggregateDefinition?, named name: String) {
    ownAggregates[name] = aggregate
    functions.removeAggregate(named: name)
    if let aggregate { functions.add([aggregate.function]) }
  }

  func relation(_ name: AST.ObjectName) -> Relation? { relations[key(name.parts.map(\.text))] }
  func view(_ name: AST.ObjectName) -> ViewDefinition? { views[key(name.parts.map(\.text))] }

  // MARK: Catalog

  func relation(named name: [String]) throws(SQLError) -> CatalogRelation? {
    let key = key(name)
    if let relation = relations[key] {
      if relation.connector.source == nil {
        throw SQLError(
          .bind, "UNSUPPORTED_DATA_SOURCE",
          "\"\(relation.name)\" writes to \(relation.connector.name) and cannot be read")
      }
      if case .failed(let error)? = relation.keeper?.state { throw error.ofView(relation.name) }
      var reference = relation.reference
      if following == .all || following == .changing && reference.followable?.isChanging == true { reference.follow() }
      return .source(reference)
    }
    if let view = views[key] { return .view(view) }
    if let relation = try systemRelation(name) { return .source(relation.reference) }
    // `stdin` is there without being declared, and so is any other connector that needs no options.
    if name.count == 1, let connector = connectors[key], connector.source != nil,
      !connector.options.contains(where: \.isRequired), connector.name == "stdin"
    {
      return .source(try anonymousRelation(connector, [], isStream: true, span: .none).reference)
    }
    return nil
  }

  func source(
    atPath path: String, format: String?, isStream: Bool, span: SourceSpan
  ) throws(SQLError) -> SourceReference {
    let connector = try connectors.connector(readingPath: path, format: format, span: span)
    let given = try connector.options(forPath: path, format: format.map { GivenOption("format", $0, span: span) }, span: span)
    return try anonymousRelation(connector, given, isStream: isStream, span: span).reference
  }

  func source(
    function name: String, positional: [Value], named options: [(name: String, value: Value)], isStream: Bool,
    span: SourceSpan
  ) throws(SQLError) -> SourceReference? {
    switch name.lowercased() {
    case "late": return try lateRelation(positional, span: span).reference
    case "errors": return try errorsRelation(positional, span: span).reference
    case "why": return try whyRelation(positional, span: span).reference
    case "read_files": return try filesRelation(positional, options, isStream: isStream, span: span).reference
    default: break
    }
    guard let connector = connectors[name], connector.source != nil else {
      // One that is written alone says so.
      if connectors[name] != nil || ForeignConnector.refusal(of: name, span: span) != nil { _ = try connectors.source(named: name, span: span) }
      return nil
    }
    var given = try connector.positionalOptions(positional.map { (Self.text($0), span) }, span: span)
    given += options.map { GivenOption($0.name, Self.text($0.value), span: span) }
    let schema = try declaredColumns(&given, connector, span: span)
    return try anonymousRelation(connector, given, schema: schema, isStream: isStream, span: span).reference
  }

  /// `late(query)`: the rows that came too late for a query, as they are now (SEM-3).
  private func lateRelation(_ arguments: [Value], span: SourceSpan) throws(SQLError) -> Relation {
    guard arguments.count == 1, let name = arguments[0].text else {
      throw SQLError(
        .bind, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "late takes the name of a query", span: span,
        hint: "SELECT * FROM late('my_query')")
    }
    let (schema, rows) = try lateRows(name, span)
    return try makeRelation(
      name: "late(\(name))", SystemRelation.connector("late", schema, rows), [], schema: nil, isStream: false, span: span)
  }

  /// Finds the late rows of a query; set by the session.
  var lateRows: (String, SourceSpan) throws(SQLError) -> (Schema, [Batch]) = { (name, span) throws(SQLError) in
    throw SQLError(.bind, "QUERY_NOT_FOUND", "there is no query \"\(name)\"", span: span)
  }

  /// The rows of a relation of `system`; set by the session.
  var systemRows: ((SystemRelations.Definition) -> [[Value]])?
  /// Why nothing comes out of a query; set by the session.
  var reasons: (String, SourceSpan) throws(SQLError) -> [WhyReason] = { (name, span) throws(SQLError) in
    throw SQLError(.bind, "QUERY_NOT_FOUND", "there is no query \"\(name)\"", span: span)
  }

  static func text(_ value: Value) -> String {
    switch value {
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    case .bool(let flag): flag ? "true" : "false"
    case .int8(let v): "\(v)"
    case .int16(let v): "\(v)"
    case .int32(let v): "\(v)"
    case .int64(let v): "\(v)"
    case .int128(let v): "\(v)"
    case .float32(let v): "\(v)"
    case .float64(let v): "\(v)"
    case .null, .list, .map, .structure: ""
    }
  }

  // MARK: Definitions

  func anonymousRelation(
    _ connector: ConnectorDefinition, _ given: [GivenOption], schema: Schema? = nil, isStream: Bool, span: SourceSpan
  ) throws(SQLError) -> Relation {
    let options = given.map { "\($0.name.lowercased())=\($0.text)" }.sorted().joined(separator: "\u{1F}")
    let key = "\(connector.name)\u{1F}\(isStream)\u{1F}\(options)\u{1F}\(schema.map { "\($0)" } ?? "")"
    if let known = anonymous[key] { return known }
    let relation = try makeRelation(
      name: Self.name(of: connector, given), connector, given, schema: schema, isStream: isStream, span: span)
    malformed[relation.name] = relation.description.malformed
    // A bounded source is looked at anew each time: its files may have changed. Only readers that exist once are kept.
    if !relation.description.canReplay { anonymous[key] = relation }
    return relation
  }

  /// What a relation without a name is called: what it reads, where a text says so, such as a path or an address; else as
  /// its connector.
  private static func name(of connector: ConnectorDefinition, _ given: [GivenOption]) -> String {
    guard let first = given.first else { return connector.name }
    let option = connector.options.first { $0.name.lowercased() == first.name.lowercased() }
    if let option, case .string = option.kind { return first.text }
    return option == nil ? first.text : connector.name
  }

  func makeRelation(
    name: String, _ connector: ConnectorDefinition, _ given: [GivenOption], schema: Schema?, isStream: Bool,
    primaryKey: [Int]? = nil, span: SourceSpan
  ) throws(SQLError) -> Relation {
    var request = SourceRequest(
      options: try connector.checkedOptions(given, span: span), schema: schema, isStream: isStream,
      environment: environment, span: span)
    request.primaryKey = primaryKey
    let relation = Relation(
      id: SourceID(nextID), name: name, isStream: isStream, connector: connector, request: request,
      description: try description(of: connector, request))
    relation.key = primaryKey
    nextID += 1
    byID[relation.id] = relation
    return relation
  }

  /// What can be read is as its connector describes it; what can only be written is as it was declared.
  private func description(
    of connector: ConnectorDefinition, _ request: SourceRequest
  ) throws(SQLError) -> SourceDescription {
    if let source = connector.source { return try source.describe(request) }
    guard let schema = request.schema else {
      throw SQLError(
        .bind, "UNABLE_TO_INFER_SCHEMA", "a relation that is written to \(connector.name) needs its columns declared",
        span: request.span, hint: "CREATE TABLE t (a INT, …) WITH ('connector' = '\(connector.name)')")
    }
    return SourceDescription(schema: schema, isBounded: false, canEnd: true, canReplay: false)
  }

  /// CREATE TABLE / STREAM.
  func define(
    _ name: AST.ObjectName, connector: ConnectorDefinition, options: [GivenOption], schema: Schema?, isStream: Bool,
    primaryKey: [Int]? = nil, isReplace: Bool, isTemporary: Bool = false, span: SourceSpan,
    complete: (Relation) throws(SQLError) -> Void
  ) throws(SQLError) {
    note(name, isTemporary: isTemporary)
    try checkFree(name, isReplace: isReplace)
    let isQualified = name.parts.count == 1 && key(of: name).contains(".")
    let relation = try makeRelation(
      name: isQualified ? "\(settings.schemaName).\(name.text)" : name.text, connector, options, schema: schema, isStream: isStream, primaryKey: primaryKey,
      span: span)
    try complete(relation)
    let key = key(name.parts.map(\.text))
    relations[key]?.close()
    views[key] = nil
    relations[key] = relation
  }

  func define(view: ViewDefinition, name: AST.ObjectName, isReplace: Bool, isTemporary: Bool = false) throws(SQLError) {
    var view = view
    view.schema = settings.schemaName
    note(name, isTemporary: isTemporary)
    try checkFree(name, isReplace: isReplace)
    let key = key(name.parts.map(\.text))
    relations[key]?.close()
    relations[key] = nil
    views[key] = view
  }

  /// Puts a view back that was replaced.
  func restore(_ view: ViewDefinition, _ name: AST.ObjectName) { views[key(name.parts.map(\.text))] = view }

  func exists(_ name: AST.ObjectName) -> Bool {
    let key = key(name.parts.map(\.text))
    return relations[key] != nil || views[key] != nil
  }

  /// That a name may be given: its schema is there, and nothing else has it.
  func checkFree(_ name: AST.ObjectName, isReplace: Bool) throws(SQLError) {
    try checkSchema(of: name)
    if !isReplace && exists(name) {
      throw SQLError(
        .bind, "TABLE_OR_VIEW_ALREADY_EXISTS", "\"\(name.text)\" exists already", span: name.span,
        hint: "use CREATE OR REPLACE, or IF NOT EXISTS")
    }
  }

  private func checkSchema(of name: AST.ObjectName) throws(SQLError) {
    var parts = name.parts[...]
    if parts.count > 1, parts.first?.text.lowercased() == Self.catalogName { parts = parts.dropFirst() }
    guard parts.count > 1, let schema = parts.first else { return }
    if parts.count > 2 {
      throw SQLError(
        .bind, "REQUIRES_SINGLE_PART_NAMESPACE", "a name has at most a schema before it, found \"\(name.text)\"", span: name.span)
    }
    if !hasSchema(schema.text) { throw schemaNotFound(schema.text, schema.span.isNone ? name.span : schema.span) }
  }

  func schemaNotFound(_ schema: String, _ span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "SCHEMA_NOT_FOUND", "there is no schema \"\(schema)\"", span: span,
      hint: didYouMean(schema, in: schemaNames) ?? "CREATE SCHEMA \(schema)")
  }

  /// Gives a relation or view another name; its rows and what reads it stay.
  func rename(_ name: AST.ObjectName, to newName: AST.ObjectName) throws(SQLError) {
    let old = key(of: name)
    note(newName, isTemporary: temporaries.contains(old))
    try checkFree(newName, isReplace: false)
    let new = key(of: newName)
    if let relation = relations.removeValue(forKey: old) {
      relation.name = new.contains(".") && newName.parts.count == 1 ? "\(settings.schemaName).\(newName.text)" : newName.text
      relations[new] = relation
    }
    if var view = views.removeValue(forKey: old) {
      view.name = newName.text
      views[new] = view
    }
    definitions.move(old, to: new, name: newName)
    temporaries.remove(old)
  }

  func drop(_ name: AST.ObjectName, wantsView: Bool, ifExists: Bool) throws(SQLError) {
    let key = key(name.parts.map(\.text))
    if wantsView, views[key] != nil {
      views[key] = nil
    } else if !wantsView, let relation = relations[key] {
      relation.close()
      relations[key] = nil
    } else if exists(name) {
      throw SQLError(
        .bind, wantsView ? "WRONG_COMMAND_FOR_OBJECT_TYPE" : "EXPECT_TABLE_NOT_VIEW", "\"\(name.text)\" is a \(wantsView ? "table or stream" : "view")",
        span: name.span, hint: "use \(wantsView ? "DROP TABLE" : "DROP VIEW")")
    } else if !ifExists {
      throw tableNotFound(name)
    }
    if !exists(name) {
      definitions.forget(key)
      temporaries.remove(key)
    }
  }

  func tableNotFound(_ name: AST.ObjectName) -> SQLError {
    SQLError(
      .bind, "TABLE_OR_VIEW_NOT_FOUND", "relation \"\(name.text)\" does not exist", span: name.span,
      hint: connectors[name.text]?.source != nil
        ? "\"\(name.text)\" is a connector: FROM \(name.text)(…) reads it" : didYouMean(name.text, in: relationNames))
  }

  /// The queries that keep materialized views.
  var keepers: [StreamingQuery] { relations.values.compactMap(\.keeper) }

  func remove(_ name: AST.ObjectName) { relations[key(name.parts.map(\.text))] = nil }

  /// Memory streams take no more rows, but for some: the end of a script.
  func closeMemoryStreams(except isKept: (any RelationStore) -> Bool) {
    for relation in relations.values {
      if let store = relation.store, !isKept(store) { store.close() }
    }
  }

  /// After how long without rows a relation holds no watermark back.
  func idleMicros(ofRelation name: String) -> Int64? {
    relations[name.lowercased()]?.idleMicros ?? settings.sourceIdleMicros
  }

  /// Relations that are one reader for all queries and are being read, with or without a name of their own.
  var sharedReaders: [Relation] {
    let unnamed = anonymous.values.filter { ($0.description.hub?.counters.readers ?? 0) > 0 }
    return relations.values + unnamed
  }

  func closeAll() {
    for relation in byID.values { relation.shutDown() }
  }
}

/// Which memory tables a query follows; others it reads as they are (SEM-8).
enum Following {
  /// None: a SELECT.
  case nothing
  /// Those whose rows may change: a query that goes on. A table that only grows is the fixed side of its joins.
  case changing
  /// All: a query that goes on and has nothing else to wait for.
  case all
}

extension SQLError {
  /// A view whose query has failed is not shown as it was.
  fileprivate func ofView(_ name: String) -> SQLError {
    var copy = self
    copy.message = "materialized view \"\(name)\" is no longer kept up to date: \(message)"
    copy.span = nil
    return copy
  }
}
