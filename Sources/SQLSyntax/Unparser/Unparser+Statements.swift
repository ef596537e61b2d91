import Diagnostics

extension Unparser {
  mutating func statement(_ statement: AST.Statement) {
    switch statement.kind {
    case .query(let query, let clauses): running(query, clauses)
    case .insert(let insert): self.insert(insert)
    case .update(let update): self.update(update)
    case .delete(let delete): self.delete(delete)
    case .merge(let merge): self.merge(merge)
    case .explain(let mode, let inner):
      write("EXPLAIN ")
      if mode != .plan { write(mode.spelling + " ") }
      self.statement(inner)
    case .createTable(let table): createTable(table)
    case .createView(let view): createView(view)
    case .createSink(let sink): createSink(sink)
    case .createFunction(let function): createFunction(function)
    case .createAggregate(let aggregate): createAggregate(aggregate)
    case .drop(let drop):
      write("DROP \(drop.kind.spelling) ")
      if drop.ifExists { write("IF EXISTS ") }
      objectName(drop.name)
    case .declare(let declare): self.declare(declare)
    case .setVariables(let set): setVariables(set)
    case .immediate(let immediate): self.immediate(immediate)
    case .schema(let schema): schemaStatement(schema)
    case .alterView(let view): alterView(view)
    case .rename(let rename): self.rename(rename)
    case .addColumns(let alter): addColumns(alter)
    case .upkeep(let upkeep): self.upkeep(upkeep)
    case .startQuery(let start): startQuery(start)
    case .alterQuery(let alter): alterQuery(alter)
    case .stopQuery(let name): control("STOP QUERY ", name)
    case .pauseQuery(let name): control("PAUSE QUERY ", name)
    case .resumeQuery(let name): control("RESUME QUERY ", name)
    case .awaitQuery(let name, let timeout):
      control("AWAIT QUERY ", name)
      clause(" FOR ", timeout)
    case .process(let name):
      write("PROCESS")
      if let name { control(" QUERY ", name) }
    case .closeStream(let name):
      write("CLOSE STREAM ")
      objectName(name)
    case .show(let show): self.show(show)
    case .describe(let describe): self.describe(describe)
    case .set(let set): self.set(set)
    case .reset(let key):
      write("RESET")
      if let key {
        write(" ")
        settingName(key)
      }
    case .assert(let assertion):
      write("ASSERT ")
      subquery(assertion.actual)
      write(" = ")
      subquery(assertion.expected)
    case .advanceClock(let duration): clause("ADVANCE CLOCK BY ", duration)
    case .advanceWatermark(let name, let time):
      write("ADVANCE WATERMARK ON ")
      objectName(name)
      clause(" TO ", time)
    }
  }

  private mutating func control(_ words: String, _ name: AST.Identifier) {
    write(words)
    self.name(name)
  }

  mutating func running(_ query: AST.Query, _ clauses: AST.StreamClauses) {
    self.query(query)
    streamClauses(clauses)
  }

  private mutating func streamClauses(_ clauses: AST.StreamClauses) {
    if let mode = clauses.outputMode { write(" OUTPUT MODE " + mode.spelling) }
    switch clauses.trigger {
    case .every(let interval): clause(" TRIGGER EVERY ", interval)
    case .once: write(" TRIGGER ONCE")
    case .availableNow: write(" TRIGGER AVAILABLE NOW")
    case .continuous(let interval): clause(" TRIGGER CONTINUOUS ", interval)
    case .realtime: write(" TRIGGER REALTIME")
    case nil: break
    }
    if let checkpoint = clauses.checkpoint {
      clause(" CHECKPOINT ", checkpoint.directory)
      clause(" EVERY ", checkpoint.every)
    }
  }

  private mutating func target(_ target: AST.InsertTarget) {
    switch target {
    case .name(let name): objectName(name)
    case .path(let path): string(path)
    case .function(let call): self.call(call)
    }
  }

  private mutating func insert(_ insert: AST.Insert) {
    write(insert.isOverwrite ? "INSERT OVERWRITE " : "INSERT INTO ")
    target(insert.target)
    if !insert.options.isEmpty {
      write(" OPTIONS ")
      options(insert.options)
    }
    if !insert.partition.isEmpty {
      write(" PARTITION ")
      parenthesised(insert.partition) { unparser, part in
        unparser.anyName(part.column)
        unparser.clause(" = ", part.value)
      }
    }
    if insert.isByName { write(" BY NAME") }
    if !insert.columns.isEmpty {
      write(" ")
      nameList(insert.columns)
    }
    write(" ")
    running(insert.query, insert.clauses)
  }

  private mutating func startQuery(_ start: AST.StartQuery) {
    write("START QUERY")
    if start.ifNotExists { write(" IF NOT EXISTS") }
    if let name = start.name { control(" ", name) }
    if let target = start.target {
      write(" INTO ")
      self.target(target)
      if !start.options.isEmpty {
        write(" OPTIONS ")
        options(start.options)
      }
    }
    write(" AS ")
    running(start.query, start.clauses)
  }

  private mutating func alterQuery(_ alter: AST.AlterQuery) {
    control("ALTER QUERY ", alter.name)
    if let query = alter.query {
      write(" AS ")
      running(query, alter.clauses)
    } else {
      write(" SET")
      streamClauses(alter.clauses)
    }
  }

  private mutating func update(_ update: AST.Update) {
    write("UPDATE ")
    table(update.target, update.alias)
    clause(" SET ", update.assignments) { $0.assignment($1) }
    clause(" WHERE ", update.where)
  }

  private mutating func delete(_ delete: AST.Delete) {
    write("DELETE FROM ")
    table(delete.target, delete.alias)
    clause(" WHERE ", delete.where)
  }

  private mutating func table(_ name: AST.ObjectName, _ alias: AST.Identifier?) {
    objectName(name)
    if let alias {
      write(" AS ")
      anyName(alias)
    }
  }

  private mutating func merge(_ merge: AST.Merge) {
    write("MERGE INTO ")
    table(merge.target, merge.targetAlias)
    write(" USING ")
    relation(merge.source)
    clause(" ON ", merge.condition)
    for clause in merge.clauses {
      switch clause.match {
      case .matched: write(" WHEN MATCHED")
      case .notMatched: write(" WHEN NOT MATCHED")
      case .notMatchedBySource: write(" WHEN NOT MATCHED BY SOURCE")
      }
      self.clause(" AND ", clause.condition)
      mergeAction(clause.action)
    }
  }

  private mutating func mergeAction(_ action: AST.Merge.Action) {
    switch action {
    case .delete: write(" THEN DELETE")
    case .update(let assignments):
      write(" THEN UPDATE SET ")
      if assignments.isEmpty { write("*") } else { list(assignments) { $0.assignment($1) } }
    case .insert(let columns, let values):
      write(" THEN INSERT ")
      if columns.isEmpty { return write("*") }
      parenthesised(columns) { $0.objectName($1) }
      write(" VALUES ")
      parenthesised(values) { $0.expression($1) }
    }
  }

  private mutating func show(_ show: AST.Show) {
    write("SHOW ")
    switch show.subject {
    case .queries: write("QUERIES")
    case .tables: write("TABLES")
    case .streams: write("STREAMS")
    case .views: write("VIEWS")
    case .functions: write("FUNCTIONS")
    case .sources: write("SOURCES")
    case .sinks: write("SINKS")
    case .connectors: write("CONNECTORS")
    case .settings: write("SETTINGS")
    case .schemas: write("SCHEMAS")
    case .currentSchema: write("CURRENT SCHEMA")
    case .columns(let name):
      write("COLUMNS FROM ")
      objectName(name)
    case .createTable(let name):
      write("CREATE TABLE ")
      objectName(name)
    }
    clause(" LIKE ", show.like)
  }

  private mutating func describe(_ describe: AST.Describe) {
    write(describe.isExtended ? "DESCRIBE EXTENDED " : "DESCRIBE ")
    switch describe.subject {
    case .relation(let name): objectName(name)
    case .path(let path): string(path)
    case .query(let name): control("QUERY ", name)
    case .function(let name):
      write("FUNCTION ")
      objectName(name)
    case .statement(let query):
      write("QUERY ")
      self.query(query)
    }
  }

  private mutating func set(_ set: AST.SetStatement) {
    write("SET")
    switch set {
    case .showAll: break
    case .show(let key):
      write(" ")
      settingName(key)
    case .assign(let key, let value):
      write(" ")
      settingName(key)
      write(" = ")
      string(Array(value.utf8))
    case .timeZone(.local): write(" TIME ZONE LOCAL")
    case .timeZone(.named(let name)): clause(" TIME ZONE ", name)
    case .timeZone(.offset(let interval)):
      write(" TIME ZONE INTERVAL ")
      self.interval(interval)
    }
  }

  private mutating func settingName(_ key: String) {
    let parts = key.split(separator: ".", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      guard let first = part.utf8.first, !isDigit(first) else { return false }
      return part.utf8.allSatisfy { $0 < 0x80 && isWordByte($0) }
    }
    if isPlain { write(key) } else { string(Array(key.utf8)) }
  }
}
