import Columnar
import Connectors
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// INSERT, CLOSE STREAM, and where the rows of a query go.
extension StatementExecutor {
  func insert(_ insert: AST.Insert, span: SourceSpan) throws(SQLError) -> String? {
    try refuseCheckpoint(insert.clauses)
    var isReplacing = false
    if insert.isOverwrite {
      switch insert.target {
      case .path: isReplacing = true
      case .name(let target): isReplacing = catalog.relation(target) == nil && fileTarget(target) != nil
      case .function: break
      }
    }
    let insert = try withDefaults(insert)
    let relation = relation(of: insert)
    var planned = try plan(insert.query, insert.clauses)
    let name = session.newQueryName()
    let sink: any Sink
    var staying: AST.Expression?
    if !planned.physical.root.properties.isBounded {
      planned = try planRunning(insert.query, insert.clauses, into: insert.target, insert.options)
    }
    if let relation {
      let columns = try insertColumns(insert, into: relation) { planned.schema.names }
      if insert.isOverwrite { staying = columns.stayingRows }
      sink = try relationSink(
        relation, columns: columns, plan: planned.physical, isOverwrite: insert.isOverwrite, name: name,
        span: insert.targetSpan)
    } else {
      if insert.isOverwrite, !isReplacing { throw notYet("INSERT OVERWRITE of this target", insert.targetSpan, hint: overwritable) }
      if case .name(let target) = insert.target { try checkTarget(target) }
      if let column = insert.columns.first ?? insert.partition.first?.column {
        throw notYet("a list of columns for this target", column.span, hint: "SELECT the columns in the order in which they are to be written")
      }
      if insert.isByName { throw notYet("BY NAME for this target", insert.targetSpan, hint: "SELECT the columns in the order in which they are to be written") }
      sink = try openSink(
        insert.target, options: insert.options, isReplacing: isReplacing, plan: planned.physical, name: name,
        span: insert.targetSpan)
    }
    let query = try session.prepare(
      name: name, plan: planned.physical, sink: sink, trigger: trigger(insert.clauses))
    if planned.physical.root.properties.isBounded {
      try session.presenter.run(query, in: session)
      if insert.isOverwrite, query.state == .finished, let sink = sink as? TableSink {
        let kept =
          if let staying, case .name(let target) = insert.target, let relation {
            try collected(items: columnItems(relation, qualifier: nil), from: relationNode(target, nil), where: staying)
          } else { [Batch]() }
        do { try sink.replaceRows(keeping: kept) } catch { throw error.located(at: insert.targetSpan) }
      }
      return nil
    }
    query.fedStore = fedStore(insert.target)
    query.text = text
    try session.startInBackground(query)
    return "started query \"\(name)\""
  }

  /// Whether a name that is no relation may be what INSERT writes to: a connector, and no view.
  private func checkTarget(_ name: AST.ObjectName) throws(SQLError) {
    if catalog.view(name) != nil {
      throw SQLError(
        .bind, "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "\"\(name.text)\" is a view, which holds no rows", span: name.span,
        hint: "insert into the tables that it reads")
    }
    let isKnown = catalog.connectors[name.text] != nil || fileTarget(name) != nil || ForeignConnector.refusal(of: name.text, span: name.span) != nil
    if !isKnown {
      throw SQLError(
        .bind, "TABLE_OR_VIEW_NOT_FOUND", "there is no relation and no connector \"\(name.text)\"", span: name.span,
        hint: targetHint(name.text))
    }
  }

  /// The connector and the path of a target such as ``csv.`out/` ``.
  private func fileTarget(_ name: AST.ObjectName) -> (definition: ConnectorDefinition, path: String)? {
    guard name.parts.count == 2, let definition = catalog.connectors[name.parts[0].text],
      definition.positional.first == "path", definition.sink != nil
    else { return nil }
    return (definition, name.parts[1].text)
  }

  private var overwritable: String { "files, folders and memory tables can be overwritten; others take rows with INSERT INTO" }

  /// What may have been meant by a target that is nothing.
  private func targetHint(_ name: String) -> String {
    didYouMean(name, in: catalog.connectors.sinkNames + catalog.relationNames)
      ?? "a file or folder is written by its path in quotes: INSERT INTO '\(name).csv'"
  }

  /// The rows of the session that a target stands for.
  func fedStore(_ target: AST.InsertTarget?) -> (any RelationStore)? {
    if case .name(let name) = target { catalog.relation(name)?.store } else { nil }
  }

  func close(_ name: AST.ObjectName) throws(SQLError) -> String? {
    guard let relation = catalog.relation(name) else { throw catalog.tableNotFound(name) }
    guard let store = relation.store else {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "\"\(name.text)\" reads from \(relation.connector.name): only memory streams can be closed",
        span: name.span)
    }
    store.close()
    return nil
  }

  /// The sink of a started query or an INSERT: a relation of the catalog, else a connector of that name.
  func openSink(
    _ target: AST.InsertTarget?, options: [AST.Option], isReplacing: Bool = false, plan: PhysicalPlan, name: String,
    span: SourceSpan
  ) throws(SQLError) -> any Sink {
    var given = try options.map(given)
    let definition: ConnectorDefinition
    switch target {
    case nil:
      definition = try connector("console", span: span)
    case .name(let target):
      if let relation = catalog.relation(target) {
        return try relationSink(relation, plan: plan, name: name, span: target.span)
      }
      if let file = fileTarget(target) {
        definition = file.definition
        given.insert(GivenOption("path", file.path, span: target.span), at: 0)
        if isReplacing { given.append(GivenOption("overwrite", "true", span: target.span)) }
      } else {
        definition = try connector(target.text, span: target.span)
      }
    case .path(let path):
      let named = given.firstIndex { $0.name.lowercased() == "format" }.map { given.remove(at: $0) }
      definition = try catalog.connectors.connector(writingPath: path.text, format: named?.text, span: named?.span ?? path.span)
      given = try definition.options(forPath: path.text, format: named, span: path.span) + given
      if isReplacing, definition.positional.first != "path" { throw notYet("INSERT OVERWRITE of this target", path.span, hint: overwritable) }
      if isReplacing { given.append(GivenOption("overwrite", "true", span: path.span)) }
    case .function(let call):
      definition = try connector(call.name.text, span: call.name.span)
      var positional: [(text: String, span: SourceSpan)] = []
      for argument in call.arguments {
        guard let expression = argument.expression else {
          throw notYet("this argument", call.name.span, hint: "a connector takes values: \(call.name.text)('…', option => …)")
        }
        let bound = try Planner(catalog: catalog).bindConstant(expression, text: text)
        if let key = argument.name {
          given.append(GivenOption(key.text, bound.text, span: key.span))
        } else {
          positional.append((bound.text, expression.span))
        }
      }
      given = try definition.positionalOptions(positional, span: span) + given
    }
    guard let factory = definition.sink else {
      throw SQLError(
        .bind, "UNSUPPORTED_DATA_SOURCE", "connector \"\(definition.name)\" can only be read", span: span,
        hint: "sinks: \(catalog.connectors.sinkNames.joined(separator: ", "))")
    }
    return try factory.open(
      SinkRequest(
        options: try definition.checkedOptions(given, span: span), schema: plan.schema,
        isChangelog: plan.mode == .changelog, isBounded: plan.root.properties.isBounded, queryName: name,
        environment: catalog.environment, span: span))
  }

  func connector(_ name: String, span: SourceSpan) throws(SQLError) -> ConnectorDefinition {
    if let found = catalog.connectors[name] { return found }
    if let refusal = ForeignConnector.refusal(of: name, span: span) { throw refusal }
    throw SQLError(
      .bind, "DATA_SOURCE_NOT_FOUND", "there is no relation and no connector \"\(name)\"", span: span,
      hint: targetHint(name))
  }

  func given(_ option: AST.Option) throws(SQLError) -> GivenOption {
    GivenOption(option.key.text, option.text ?? "", span: option.valueSpan)
  }

  /// Plans a query that goes on, for its target: one that wants to hear of every change gets a changelog, unless a mode is
  /// asked for; a table wants that.
  func planRunning(
    _ query: AST.Query, _ clauses: AST.StreamClauses, into target: AST.InsertTarget?, _ options: [AST.Option]
  ) throws(SQLError) -> PlannedQuery {
    let planned = try planFollowing(query, clauses)
    if clauses.outputMode != nil { return planned }
    if !planned.physical.root.properties.isBounded, try wantsChanges(target, options) {
      return try planFollowing(query, changelog(clauses))
    }
    guard case .name(let name)? = target else { return planned }
    let isTable = catalog.relation(name).map { $0.table != nil && !$0.isStream } ?? (name.text.lowercased() == "memory")
    return isTable && !planned.physical.root.properties.isAppendOnly
      ? try planFollowing(query, changelog(clauses)) : planned
  }

  private func wantsChanges(_ target: AST.InsertTarget?, _ options: [AST.Option]) throws(SQLError) -> Bool {
    var values = OptionValues()
    for option in options { values.set(option.key.text, option.text ?? "", span: option.valueSpan) }
    switch target {
    case .name(let name):
      if let relation = catalog.relation(name) {
        return relation.connector.sink?.wantsChanges(relation.request.options) ?? false
      }
      return catalog.connectors[name.text]?.sink?.wantsChanges(values) ?? false
    case .function(let call):
      for argument in call.arguments {
        guard let key = argument.name, let expression = argument.expression else { continue }
        values.set(key.text, try Planner(catalog: catalog).bindConstant(expression, text: text).text, span: key.span)
      }
      return catalog.connectors[call.name.text]?.sink?.wantsChanges(values) ?? false
    case .path: return values["format"].flatMap { catalog.connectors[$0] }?.sink?.wantsChanges(values) ?? false
    case nil: return false
    }
  }

  // MARK: Relations

  /// `INTO memory`: the table of the query's name, made anew.
  func resultTable(_ name: String, plan: PhysicalPlan, span: SourceSpan) throws(SQLError) -> any Sink {
    let target = AST.ObjectName([AST.Identifier(name, span: span)])
    if let old = catalog.relation(target), old.isResultOfQuery { catalog.remove(target) }
    try catalog.define(
      target, connector: try connector("memory", span: span), options: [], schema: plan.schema, isStream: false,
      isReplace: false, span: span
    ) { (relation) throws(SQLError) in relation.isResultOfQuery = true }
    guard let table = catalog.relation(target)?.table else { throw .internal("a memory sink without a table") }
    return TableSink(table, schema: plan.schema)
  }

  /// Rows for a relation of the catalog: those of the session, or what its connector writes to.
  private func relationSink(
    _ relation: Relation, columns: InsertColumns? = nil, plan: PhysicalPlan, isOverwrite: Bool = false, name: String,
    span: SourceSpan
  ) throws(SQLError) -> any Sink {
    if relation.keeper != nil {
      throw SQLError(
        .bind, "FORBIDDEN_OPERATION", "\"\(relation.name)\" is a materialized view: its query alone changes it", span: span)
    }
    guard relation.table != nil || relation.connector.sink != nil else {
      throw SQLError(
        .bind, "UNSUPPORTED_DATA_SOURCE",
        "\"\(relation.name)\" reads from \(relation.connector.name) and cannot be written", span: span,
        hint: "CREATE STREAM … USING memory takes INSERTs")
    }
    if let table = relation.table { try checkChanges(of: table, relation, plan, isOverwrite, span: span) }
    let all = InsertColumns(relation: relation, targets: Array(relation.schema.fields.indices), fixed: [:])
    let assignment = TableAssignment(
      expressions: try values(of: plan, for: columns ?? all, span: span),
      context: EvaluationContext(timestampMicros: session.clock.nowMicros, settings: session.settings))
    if let table = relation.table {
      return TableSink(
        table, schema: relation.schema, assignment, replacesAll: isOverwrite,
        // Rows that never go cannot take another one with them.
        resultKey: plan.root.properties.isAppendOnly || plan.mode != .changelog ? [] : plan.root.properties.key)
    }
    let isFile = relation.connector.positional.first == "path"
    if isOverwrite, !isFile { throw notYet("INSERT OVERWRITE of this target", span, hint: overwritable) }
    guard let factory = relation.connector.sink else { throw .internal("a sink is gone") }
    if let column = relation.partitionedBy.first {
      throw SQLError.unsupported(
        "writing to \"\(relation.name)\", which is PARTITIONED BY \(column),", span: span,
        hint: "write the partitions one by one: INSERT INTO 'folder/' SELECT … WHERE \(column) = …", kind: .bind)
    }
    var options = relation.request.options
    if isOverwrite { options.set("overwrite", "true", span: span) }
    let sink = try factory.open(
      SinkRequest(
        options: options, schema: relation.schema, isChangelog: plan.mode == .changelog,
        isBounded: plan.root.properties.isBounded, queryName: name, environment: catalog.environment, span: span))
    return FittingSink(sink, assignment)
  }

  /// Whether a memory relation can take what this plan does to it.
  private func checkChanges(
    of table: MemoryTable, _ relation: Relation, _ plan: PhysicalPlan, _ isOverwrite: Bool, span: SourceSpan
  ) throws(SQLError) {
    if !plan.root.properties.isBounded, plan.root.scans.contains(where: { $0.id == relation.id }) {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "a query that goes on cannot write into \"\(relation.name)\", which it reads", span: span,
        hint: "write into another relation")
    }
    if !plan.root.properties.isAppendOnly, plan.mode == .changelog || plan.mode == .complete && !table.isStream {
      do { try table.expectChanges() } catch { throw error.located(at: span) }
    }
    if isOverwrite, table.isStream || !plan.root.properties.isBounded {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "INSERT OVERWRITE puts a result that ends into a TABLE", span: span,
        hint: "INSERT INTO \(relation.name) … OUTPUT MODE COMPLETE replaces all rows at each trigger")
    }
  }
}

/// Gives a connector's sink the columns that its relation declares.
private final class FittingSink: Sink {
  private let sink: any Sink
  private let assignment: TableAssignment

  init(_ sink: any Sink, _ assignment: TableAssignment) {
    self.sink = sink
    self.assignment = assignment
  }

  func begin(_ step: StepInfo) throws(SQLError) { try sink.begin(step) }

  func write(_ rows: ResultRows) throws(SQLError) {
    try sink.write(ResultRows(try assignment.rows(of: rows.batch), operations: rows.operations))
  }

  func end(_ step: StepInfo) throws(SQLError) { try sink.end(step) }
  func commit(epoch: Int64) throws(SQLError) { try sink.commit(epoch: epoch) }
  func finish() throws(SQLError) { try sink.finish() }
  var readsSnapshots: Bool { sink.readsSnapshots }
}
