import Columnar
import Connectors
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// ALTER TABLE … ADD COLUMNS: the table is made anew with its rows, in which the new columns have their defaults.
extension StatementExecutor {
  func addColumns(_ alter: AST.AddColumns) throws(SQLError) -> String? {
    let name = alter.table
    if catalog.view(name) != nil {
      throw SQLError(
        .bind, "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "\"\(name.text)\" is a view, whose columns are those of its query", span: name.span,
        hint: "ALTER VIEW \(name.text) AS SELECT …")
    }
    guard let old = catalog.relation(name) else { throw catalog.tableNotFound(name) }
    guard old.table != nil, old.keeper == nil, !old.isStream else {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE.TABLE_OPERATION", "columns are added to tables whose rows the session keeps, and \"\(name.text)\" is none of them",
        span: name.span, hint: "CREATE OR REPLACE it with all its columns")
    }
    try checkIdle(old, at: name.span)
    let added = try fields(added: alter.columns, to: old)
    func isPartition(_ field: Field) -> Bool { old.partitionedBy.contains { $0.lowercased() == field.name.lowercased() } }
    let kept = old.schema.fields
    let schema = Schema(kept.filter { !isPartition($0) } + added + kept.filter(isPartition))
    let details = alter.columns.map { ($0.name.text.lowercased(), ColumnDetails($0)) }
    let rows = try self.rows(of: old, name, as: schema, details: Dictionary(details, uniquingKeysWith: { first, _ in first }))
    let layout = layout(of: old, as: schema, added)
    try catalog.define(
      name, connector: old.connector, options: [], schema: schema, isStream: false,
      primaryKey: old.key.map { key in key.compactMap { schema.ordinals(named: kept[$0].name).first } }, isReplace: true, span: name.span
    ) { relation throws(SQLError) in
      relation.columnDetails = old.columnDetails
      for (column, detail) in details { relation.columnDetails[column] = detail }
      relation.partitionedBy = old.partitionedBy
      relation.layout = layout
      if let watermark = old.watermark, let column = relation.columnNames.firstIndex(of: old.columnNames[watermark.column]) {
        relation.watermark = (column, watermark.delayMicros)
      }
      relation.idleMicros = old.idleMicros
      try relation.table?.append(rows)
    }
    if let relation = catalog.relation(name) {
      let columns = try columnDefinitions(of: relation)
      catalog.definitions.change(catalog.key(of: name)) { create in
        create.columns = columns
        create.query = nil
      }
    }
    return "added \(alter.columns.count) column\(alter.columns.count == 1 ? "" : "s") to \"\(name.text)\""
  }

  /// A query that reads or writes the table would go on with what is no longer it.
  private func checkIdle(_ relation: Relation, at span: SourceSpan) throws(SQLError) {
    let user = session.queries.first { query in
      !query.state.isOver && (query.plan.root.scans.contains { $0.id == relation.id } || query.fedStore.map { $0 === relation.table } ?? false)
    }
    guard let user else { return try checkNoViewReads(relation, at: span) }
    throw SQLError(
      .bind, "DEPENDENT_OBJECTS_EXIST", "query \"\(user.name)\" uses \"\(relation.name)\"", span: span, hint: "STOP QUERY \(user.name) first")
  }

  private func fields(added columns: [AST.ColumnDefinition], to relation: Relation) throws(SQLError) -> [Field] {
    var fields: [Field] = []
    for column in columns {
      let name = column.name.text
      guard case .stored(let type) = column.content else {
        throw SQLError.unsupported(
          "adding a computed column", span: column.span, hint: "a view has it: CREATE VIEW v AS SELECT *, … FROM \(relation.name)", kind: .bind)
      }
      let isKnown = relation.columnNames.contains { $0.lowercased() == name.lowercased() }
      if isKnown || fields.contains(where: { $0.name.lowercased() == name.lowercased() }) {
        throw SQLError(.bind, "COLUMN_ALREADY_EXISTS", "\"\(relation.name)\" has a column \"\(name)\"", span: column.name.span)
      }
      if column.isNotNull {
        throw SQLError.unsupported(
          "NOT NULL of a column that is added", span: column.span, hint: "rows that are there have no value for it: give it a DEFAULT", kind: .bind)
      }
      let field = try Planner(catalog: catalog).bindColumn(name, type, isNullable: true)
      try checkDefault(of: column, as: field)
      fields.append(field)
    }
    return fields
  }

  /// The rows of a table with other columns beside their own.
  private func rows(
    of relation: Relation, _ name: AST.ObjectName, as schema: Schema, details: [String: ColumnDetails]
  ) throws(SQLError) -> Batch {
    let items = schema.fields.map { field in
      let old = AST.Expression(.name(AST.ObjectName([AST.Identifier(field.name)])), span: .none)
      let isOld = !relation.schema.ordinals(named: field.name).isEmpty
      return AST.SelectItem(isOld ? old : details[field.name.lowercased()]?.defaultValue ?? AST.Expression(.literal(.null), span: .none))
    }
    let batches = try collected(items: items, from: relationNode(name, nil), where: nil) { (given) throws(SQLError) in
      let planner = Planner(catalog: self.catalog)
      var columns: [BoundExpression] = []
      for (ordinal, field) in schema.fields.enumerated() { columns.append(try planner.storing(.column(ordinal, given[ordinal]), in: field)) }
      return columns
    }
    return batches.isEmpty ? .empty(schema) : Batch.concatenate(batches, schema: schema)
  }

  private func layout(of old: Relation, as schema: Schema, _ added: [Field]) -> [SourceReference.LayoutColumn] {
    if old.layout.isEmpty { return [] }
    func place(_ field: Field) -> SourceReference.LayoutColumn? { schema.ordinals(named: field.name).first.map { .stored($0) } }
    var first: [SourceReference.LayoutColumn] = []
    var last: [SourceReference.LayoutColumn] = []
    for column in old.layout {
      guard case .stored(let ordinal) = column, let moved = place(old.schema[ordinal]) else {
        first.append(column)
        continue
      }
      if old.partitionedBy.contains(where: { $0.lowercased() == old.schema[ordinal].name.lowercased() }) {
        last.append(moved)
      } else {
        first.append(moved)
      }
    }
    return first + added.compactMap(place) + last
  }

  // MARK: Definitions

  /// The columns of a relation as CREATE TABLE would declare them.
  private func columnDefinitions(of relation: Relation) throws(SQLError) -> [AST.ColumnDefinition] {
    let layout = relation.layout.isEmpty ? relation.schema.fields.indices.map { .stored($0) } : relation.layout
    return try layout.map { (column) throws(SQLError) in
      switch column {
      case .computed(let name, let expression):
        return AST.ColumnDefinition(name: AST.Identifier(name), content: .computed(expression, nil), span: .none)
      case .stored(let ordinal):
        let field = relation.schema[ordinal]
        let type = try Parser.parseDataType(SourceText(name: "type", text: field.type.declaration(field.lengths)))
        let details = relation.details(ofColumn: field.name)
        var definition = AST.ColumnDefinition(name: AST.Identifier(field.name), content: .stored(type.inUpperCase), span: .none)
        definition.isNotNull = details?.isNotNull ?? false
        definition.defaultValue = details?.defaultValue
        definition.comment = details?.comment.map { AST.StringLiteral($0) }
        return definition
      }
    }
  }

  /// The statement as SHOW CREATE TABLE shows it: of `LIKE t` the columns that it took over.
  func withColumns(_ create: AST.CreateTable) throws(SQLError) -> AST.CreateTable {
    guard create.like != nil, let relation = catalog.relation(create.name) else { return create }
    var create = create
    create.like = nil
    create.columns = try columnDefinitions(of: relation)
    create.partitionedBy = relation.partitionedBy.map { AST.Identifier($0) }
    create.primaryKey = (relation.key ?? []).map { AST.Identifier(relation.schema[$0].name) }
    if let watermark = relation.watermark, create.columns.indices.contains(watermark.column) {
      create.watermarks = [
        AST.WatermarkDefinition(
          column: AST.ObjectName([create.columns[watermark.column].name]), strategy: .delay(AST.Duration(micros: watermark.delayMicros)), span: .none)
      ]
    }
    return create
  }
}

extension DataType {
  /// The type as its text can be read again: names of fields that are no plain words stand in backquotes.
  fileprivate func declaration(_ lengths: TextLengths?) -> String {
    switch (self, lengths) {
    case (.array(let element), let lengths):
      guard case .array(let inner)? = lengths else { return "array<\(element.declaration(nil))>" }
      return "array<\(element.declaration(inner))>"
    case (.map(let key, let value), let lengths):
      guard case .map(let ofKey, let ofValue)? = lengths else { return "map<\(key.declaration(nil)),\(value.declaration(nil))>" }
      return "map<\(key.declaration(ofKey)),\(value.declaration(ofValue))>"
    case (.structure(let fields), let lengths):
      var inner = [TextLengths?](repeating: nil, count: fields.count)
      if case .structure(let known)? = lengths, known.count == fields.count { inner = known }
      return "struct<" + zip(fields, inner).map { "\(Self.quoted($0.name)):\($0.type.declaration($1))" }.joined(separator: ",") + ">"
    default: return description(lengths)
    }
  }

  private static func quoted(_ name: String) -> String {
    let isWord = name.utf8.first.map { !AsciiText.isDigit($0) } ?? false
    let isPlain = isWord && name.utf8.allSatisfy { AsciiText.isLetter($0) || AsciiText.isDigit($0) || $0 == UInt8(ascii: "_") }
    return isPlain ? name : "`\(name.replacing("`", with: "``"))`"
  }
}

extension AST.TypeName {
  /// The same type with the names of types, not of fields, in upper case.
  fileprivate var inUpperCase: AST.TypeName {
    var copy = self
    switch kind {
    case .named(var name, let parameters):
      name.text = name.text.uppercased()
      copy.kind = .named(name, parameters: parameters)
    case .array(let element): copy.kind = .array(element.inUpperCase)
    case .map(let key, let value): copy.kind = .map(key: key.inUpperCase, value: value.inUpperCase)
    case .structure(var fields):
      for index in fields.indices { fields[index].type = fields[index].type.inUpperCase }
      copy.kind = .structure(fields)
    case .interval: break
    }
    return copy
  }
}

extension Relation {
  /// The names of all columns, computed ones among them.
  fileprivate var columnNames: [String] {
    layout.isEmpty
      ? schema.names
      : layout.map { column in
        switch column {
        case .stored(let ordinal): schema[ordinal].name
        case .computed(let name, _): name
        }
      }
  }
}
