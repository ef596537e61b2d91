import Columnar
import Connectors
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// DESCRIBE, and what SHOW CREATE TABLE shows.
extension StatementExecutor {
  func describe(_ describe: AST.Describe) throws(SQLError) -> String? {
    switch describe.subject {
    case .relation(let name):
      try presentColumns(
        try columns(of: name), of: catalog.relation(name), details: describe.isExtended ? try details(of: name) : [])
    case .statement(let query): try presentColumns(try plan(query, .forViews).schema)
    case .path(let path):
      let reference = try catalog.source(atPath: path.text, format: nil, isStream: false, span: path.span)
      try presentColumns(reference.schema)
    case .function(let name): try describeFunction(name)
    case .query(let name): try describeQuery(try runningQuery(name), isExtended: describe.isExtended)
    }
    return nil
  }

  // MARK: Relations

  /// The columns of a relation or view, computed ones among them.
  func columns(of name: AST.ObjectName) throws(SQLError) -> Schema {
    if let relation = catalog.relation(name) {
      return relation.layout.isEmpty ? relation.schema : try Planner(catalog: catalog).columns(of: relation.reference)
    }
    if let view = catalog.view(name) {
      var planner = Planner(catalog: catalog)
      planner.isOptimizing = false
      var schema = try planner.plan(view.query, text: view.text, clauses: .forViews).schema
      for (i, column) in view.columns.enumerated() where i < schema.count { schema.fields[i].name = column }
      return schema
    }
    if let relation = try catalog.systemRelation(name.parts.map(\.text)) { return relation.schema }
    throw catalog.tableNotFound(name)
  }

  private func presentColumns(_ schema: Schema, of relation: Relation? = nil, details: [[Value]] = []) throws(SQLError) {
    func row(_ field: Field) -> [Value] {
      let comment = relation?.details(ofColumn: field.name)?.comment
      return [
        .string(field.name), .string(field.type.description(field.lengths)),
        comment.map { .string($0) } ?? .null,
      ]
    }
    func section(_ title: String, _ rows: [[Value]]) -> [[Value]] {
      rows.isEmpty ? [] : [["", "", ""].map { .string($0) }, [title, "", ""].map { .string($0) }] + rows
    }
    let partitions = schema.fields.filter { field in
      relation?.partitionedBy.contains { $0.lowercased() == field.name.lowercased() } ?? false
    }
    let defaults = schema.fields.compactMap { field -> [Value]? in
      guard let value = relation?.details(ofColumn: field.name)?.defaultValue else { return nil }
      return [.string(field.name), .string(field.type.description(field.lengths)), .string(value.sql)]
    }
    try present(
      Schema([Field("col_name", .string), Field("data_type", .string), Field("comment", .string)]),
      schema.fields.map(row) + section("# Partition Information", partitions.map(row))
        + section("# Column Default Values", defaults) + details)
  }

  private func details(of name: AST.ObjectName) throws(SQLError) -> [[Value]] {
    var rows: [(String, String)] = [("", ""), ("# Detailed Information", ""), ("Name", name.text)]
    if let relation = catalog.relation(name) {
      let reference = relation.reference
      rows.append(("Type", relation.isStream ? "STREAM" : "TABLE"))
      rows.append(("Provider", relation.connector.name))
      rows.append(("Ends", reference.isBounded ? "yes, bounded" : reference.canEnd ? "may end" : "never"))
      if let watermark = relation.watermark {
        let column = try columns(of: name)[watermark.column].name
        rows.append(("Watermark", "\(column) - \(ColumnText.string(.int64(watermark.delayMicros), type: .dayTime))"))
      }
    } else {
      rows.append(("Type", "VIEW"))
    }
    if let text = catalog.definitions.text(of: catalog.key(of: name)) { rows.append(("Definition", text)) }
    return rows.map { [.string($0.0), .string($0.1), .string("")] }
  }

  /// The statement that made a relation, secrets left out.
  func definition(of name: AST.ObjectName) throws(SQLError) -> String {
    guard catalog.exists(name) else { throw catalog.tableNotFound(name) }
    guard let text = catalog.definitions.text(of: catalog.key(of: name)) else {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "\"\(name.text)\" was not made by a statement that could be shown", span: name.span)
    }
    return text
  }

  // MARK: Functions

  private func describeFunction(_ name: AST.ObjectName) throws(SQLError) {
    guard let doc = functionDocs.first(where: { ([$0.name] + $0.aliases).contains(name.text.lowercased()) })
    else {
      throw SQLError(
        .bind, "UNRESOLVED_ROUTINE", "function \"\(name.text)\" does not exist", span: name.span,
        hint: didYouMean(name.text, in: catalog.functions.names + catalog.routines.keys) ?? "SHOW FUNCTIONS lists all of them")
    }
    var lines = ["Function: \(doc.name)", "Usage: \(doc.signature) - \(doc.summary)"]
    if !doc.aliases.isEmpty { lines.append("Aliases: \(doc.aliases.joined(separator: ", "))") }
    lines += doc.examples.map { "Example: \($0.sql) → \($0.result)" }
    try present(Schema([Field("function_desc", .string)]), lines.map { [.string($0)] })
  }

  // MARK: Queries

  /// What a started query is and did; EXTENDED adds its operators and why nothing (more) comes out.
  private func describeQuery(_ query: StreamingQuery, isExtended: Bool) throws(SQLError) {
    let progress = query.progress
    var rows: [(String, String)] = [
      ("Name", query.name), ("State", query.state.label), ("Output mode", query.plan.mode.rawValue),
      ("Trigger", query.trigger.text), ("Steps", "\(progress.steps)"), ("Rows in", "\(progress.inputRows)"),
      ("Rows out", "\(progress.outputRows)"),
    ]
    rows += query.plan.schema.fields.map { ("Column \($0.name)", $0.type.description) }
    if isExtended {
      for own in query.report()?.operators ?? [] {
        var text = "\(own.label): \(own.metrics.rowsIn) rows in, \(own.metrics.rowsOut) out"
        if own.stateRows > 0 { text += ", state \(own.stateRows) rows" }
        rows.append(("Operator \(own.id)", text))
      }
      for reason in session.why(query) { rows.append((reason.cause.rawValue, "\(reason.subject): \(reason.detail)")) }
    }
    try present(
      Schema([Field("info_name", .string), Field("info_value", .string)]),
      rows.map { [.string($0.0), .string($0.1)] })
  }
}
