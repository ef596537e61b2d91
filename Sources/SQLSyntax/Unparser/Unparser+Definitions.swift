import Diagnostics

extension Unparser {
  private mutating func create(isReplace: Bool, isTemporary: Bool, _ what: String, ifNotExists: Bool) {
    write("CREATE ")
    if isReplace { write("OR REPLACE ") }
    if isTemporary { write("TEMPORARY ") }
    write(what + " ")
    if ifNotExists { write("IF NOT EXISTS ") }
  }

  mutating func createTable(_ table: AST.CreateTable) {
    create(
      isReplace: table.isReplace, isTemporary: table.isTemporary, table.kind.spelling,
      ifNotExists: table.ifNotExists)
    objectName(table.name)
    tableElements(table)
    if let like = table.like {
      write(" LIKE ")
      objectName(like)
    }
    using(table.using, table.options)
    if !table.partitionedBy.isEmpty {
      write(" PARTITIONED BY ")
      nameList(table.partitionedBy)
    }
    clause(" LOCATION ", table.location)
    clause(" COMMENT ", table.comment)
    if let query = table.query {
      write(" AS ")
      running(query, table.clauses)
    }
  }

  /// `USING format OPTIONS (…)`, or `WITH (…)` without a format.
  private mutating func using(_ format: AST.Identifier?, _ options: [AST.Option]) {
    if let format {
      write(" USING ")
      name(format)
    }
    guard !options.isEmpty else { return }
    write(format == nil ? " WITH " : " OPTIONS ")
    self.options(options)
  }

  private mutating func tableElements(_ table: AST.CreateTable) {
    if table.columns.isEmpty, table.watermarks.isEmpty, table.primaryKey.isEmpty { return }
    write(" (")
    let start = bytes.count
    list(table.columns) { $0.column($1) }
    for watermark in table.watermarks {
      if bytes.count > start { write(", ") }
      self.watermark(watermark)
    }
    if !table.primaryKey.isEmpty {
      if bytes.count > start { write(", ") }
      write("PRIMARY KEY ")
      nameList(table.primaryKey)
    }
    write(")")
  }

  mutating func column(_ column: AST.ColumnDefinition) {
    name(column.name)
    switch column.content {
    case .stored(let type):
      write(" ")
      typeName(type)
    case .computed(let expression, nil): clause(" AS ", expression)
    case .computed(let expression, let type?):
      write(" ")
      typeName(type)
      clause(" GENERATED ALWAYS AS (", expression)
      write(")")
    case .metadata(let type, let key, let isVirtual):
      write(" ")
      typeName(type)
      write(" METADATA")
      clause(" FROM ", key)
      if isVirtual { write(" VIRTUAL") }
    }
    if column.isNotNull { write(" NOT NULL") }
    clause(" DEFAULT ", column.defaultValue)
    clause(" COMMENT ", column.comment)
  }

  private mutating func watermark(_ watermark: AST.WatermarkDefinition) {
    switch watermark.strategy {
    case .expression(let expression):
      write("WATERMARK FOR ")
      objectName(watermark.column)
      clause(" AS ", expression)
    case .delay(let delay):
      write("WATERMARK ")
      objectName(watermark.column)
      clause(" DELAY OF ", delay)
    }
  }

  mutating func createView(_ view: AST.CreateView) {
    create(
      isReplace: view.isReplace, isTemporary: view.kind == .temporary,
      view.kind == .materialized ? "MATERIALIZED VIEW" : "VIEW", ifNotExists: view.ifNotExists)
    objectName(view.name)
    if !view.columns.isEmpty {
      write(" ")
      nameList(view.columns)
    }
    clause(" COMMENT ", view.comment)
    if !view.options.isEmpty {
      write(" WITH ")
      options(view.options)
    }
    write(" AS ")
    running(view.query, view.clauses)
  }

  mutating func createSink(_ sink: AST.CreateSink) {
    create(isReplace: false, isTemporary: false, "SINK", ifNotExists: sink.ifNotExists)
    objectName(sink.name)
    using(sink.using, sink.options)
    write(" AS ")
    running(sink.query, sink.clauses)
  }

  private mutating func parameters(_ parameters: [AST.Parameter]) {
    parenthesised(parameters) { unparser, parameter in
      unparser.name(parameter.name)
      unparser.write(" ")
      unparser.typeName(parameter.type)
      unparser.clause(" DEFAULT ", parameter.defaultValue)
    }
  }

  mutating func createFunction(_ function: AST.CreateFunction) {
    create(
      isReplace: function.isReplace, isTemporary: function.isTemporary, "FUNCTION",
      ifNotExists: function.ifNotExists)
    objectName(function.name)
    if let parameters = function.parameters { self.parameters(parameters) }
    if let returns = function.returns {
      write(" RETURNS ")
      typeName(returns)
    }
    if let columns = function.returnsTable {
      write(" RETURNS TABLE")
      if !columns.isEmpty {
        write(" ")
        self.parameters(columns)
      }
    }
    if let language = function.language {
      write(" LANGUAGE ")
      name(language)
    }
    switch function.body {
    case .expression(let expression): clause(" RETURN ", expression)
    case .query(let query):
      write(" RETURN ")
      self.query(query)
    case .text(let text): clause(" AS ", text)
    }
  }

  mutating func createAggregate(_ aggregate: AST.CreateAggregate) {
    create(
      isReplace: aggregate.isReplace, isTemporary: aggregate.isTemporary, "AGGREGATE",
      ifNotExists: aggregate.ifNotExists)
    objectName(aggregate.name)
    parameters(aggregate.parameters)
    write(" RETURNS ")
    typeName(aggregate.returns)
    switch aggregate.initial {
    case .expression(let expression): clause(" INITIAL ", expression)
    case .query(let query):
      write(" INITIAL FROM ")
      subquery(query)
    case nil: break
    }
    step(" UPDATE ", aggregate.update)
    step(" INVERSE ", aggregate.inverse)
    step(" MERGE ", aggregate.merge)
    step(" RESULT ", aggregate.result)
    clause(" TIMEOUT ", aggregate.timeout)
  }

  private mutating func step(_ prefix: String, _ step: AST.CreateAggregate.Step?) {
    guard let step else { return }
    write(prefix)
    lambda(step.parameters, step.body)
  }
}
