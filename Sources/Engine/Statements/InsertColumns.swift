import Columnar
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// Which columns of a relation an INSERT gives values, and what the others take.
struct InsertColumns {
  let relation: Relation
  /// The columns that the query's columns go to, in their order.
  let targets: [Int]
  /// Columns that PARTITION gives a value.
  let fixed: [Int: AST.Expression]

  var fields: [Field] { targets.map { relation.schema[$0] } }

  /// What is true of the rows that INSERT OVERWRITE leaves alone: those of other partitions than the one that PARTITION gives
  /// values. Nil: it leaves none, as Spark's static mode has it.
  var stayingRows: AST.Expression? {
    var rows: AST.Expression?
    for (ordinal, value) in fixed.sorted(by: { $0.key < $1.key }) {
      let column = AST.Expression(.name(AST.ObjectName([AST.Identifier(relation.schema[ordinal].name)])), span: value.span)
      let differs = AST.Expression(.isDistinctFrom(column, value, isNegated: false), span: value.span)
      rows = rows.map { AST.Expression(.logical(.or, [$0, differs]), span: value.span) } ?? differs
    }
    return rows
  }
}

extension StatementExecutor {
  /// The relation that rows are inserted into; nil for a path or a connector.
  func relation(of insert: AST.Insert) -> Relation? {
    if case .name(let target) = insert.target { catalog.relation(target) } else { nil }
  }

  /// The statement with the words DEFAULT of its query replaced by what they stand for.
  func withDefaults(_ insert: AST.Insert) throws(SQLError) -> AST.Insert {
    guard let relation = relation(of: insert), !insert.isByName else { return insert }
    var insert = insert
    let columns = try insertColumns(insert, into: relation) { [] }
    insert.query = try replacingDefaults(in: insert.query, for: columns.fields, of: relation)
    return insert
  }

  /// The columns that an INSERT names, or all; `names` are those of its query, for BY NAME.
  func insertColumns(_ insert: AST.Insert, into relation: Relation, names: () throws(SQLError) -> [String]) throws(SQLError) -> InsertColumns {
    let fixed = try partitionValues(insert, relation)
    let targets: [Int]
    if insert.isByName {
      targets = try ordinals(relation, named: try names(), at: insert.targetSpan)
    } else if insert.columns.isEmpty {
      targets = relation.schema.fields.indices.filter { fixed[$0] == nil }
    } else {
      targets = try ordinals(relation, insert.columns)
    }
    return InsertColumns(relation: relation, targets: targets, fixed: fixed)
  }

  /// `PARTITION (a = 1, b)`: of the columns of PARTITIONED BY some have a value, the query gives the others.
  private func partitionValues(_ insert: AST.Insert, _ relation: Relation) throws(SQLError) -> [Int: AST.Expression] {
    var fixed: [Int: AST.Expression] = [:]
    for part in insert.partition {
      let isPartition = relation.partitionedBy.contains { $0.lowercased() == part.column.text.lowercased() }
      guard isPartition, let ordinal = relation.schema.ordinals(named: part.column.text).first else {
        throw SQLError(
          .bind, "PARTITIONS_NOT_FOUND", "\"\(relation.name)\" is not partitioned by \"\(part.column.text)\"", span: part.column.span,
          hint: relation.partitionedBy.isEmpty
            ? "leave out PARTITION and give the column a value like the others: it is partitioned if CREATE TABLE says PARTITIONED BY"
            : "partition columns: \(relation.partitionedBy.joined(separator: ", "))")
      }
      guard let value = part.value else { continue }
      // As in Spark the value of a partition is cast, be it a text: PARTITION (day = '2020-01-01').
      let type = try Parser.parseDataType(SourceText(name: "type", text: relation.schema[ordinal].type.sqlName))
      fixed[ordinal] = AST.Expression(.cast(value, type, isTry: false), span: value.span)
    }
    return fixed
  }

  private func ordinals(_ relation: Relation, _ columns: [AST.Identifier]) throws(SQLError) -> [Int] {
    var ordinals: [Int] = []
    for column in columns {
      guard let ordinal = relation.schema.ordinals(named: column.text).first else {
        throw SQLError(
          .bind, "UNRESOLVED_COLUMN.WITH_SUGGESTION", "\"\(relation.name)\" has no column \"\(column.text)\"",
          span: column.span, hint: didYouMean(column.text, in: relation.schema.names))
      }
      if ordinals.contains(ordinal) {
        throw SQLError(.bind, "COLUMN_ALREADY_EXISTS", "column \"\(column.text)\" is named twice", span: column.span)
      }
      ordinals.append(ordinal)
    }
    return ordinals
  }

  /// BY NAME.
  private func ordinals(_ relation: Relation, named names: [String], at span: SourceSpan) throws(SQLError) -> [Int] {
    if names.count > relation.schema.count {
      throw SQLError(
        .bind, "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS",
        "\"\(relation.name)\" has \(relation.schema.count) columns, the query \(names.count)", span: span,
        hint: "columns: \(relation.schema.names.joined(separator: ", "))")
    }
    var ordinals: [Int] = []
    for name in names {
      guard let ordinal = relation.schema.ordinals(named: name).first else {
        throw SQLError(
          .bind, "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS", "\"\(relation.name)\" has no column \"\(name)\", which the query gives",
          span: span, hint: didYouMean(name, in: relation.schema.names) ?? "give it the name of a column: AS \(relation.schema.names.first ?? "a")")
      }
      if ordinals.contains(ordinal) {
        throw SQLError(
          .bind, "INCOMPATIBLE_DATA_FOR_TABLE.AMBIGUOUS_COLUMN_NAME", "the query has two columns \"\(name)\"", span: span)
      }
      ordinals.append(ordinal)
    }
    return ordinals
  }

  /// The relation's columns as expressions over a query's; those that it does not give take their default.
  func values(of plan: PhysicalPlan, for columns: InsertColumns, span: SourceSpan) throws(SQLError) -> [BoundExpression] {
    let relation = columns.relation
    let targets = columns.targets
    if plan.schema.count != targets.count {
      let subclass = plan.schema.count > targets.count ? "TOO_MANY_DATA_COLUMNS" : "NOT_ENOUGH_DATA_COLUMNS"
      throw SQLError(
        .bind, "INSERT_COLUMN_ARITY_MISMATCH.\(subclass)",
        "\"\(relation.name)\" takes \(targets.count) column\(targets.count == 1 ? "" : "s"), the query has \(plan.schema.count)",
        span: span, hint: "columns: \(relation.schema.names.joined(separator: ", "))")
    }
    let planner = Planner(catalog: catalog)
    var expressions: [BoundExpression] = []
    for (ordinal, field) in relation.schema.fields.enumerated() {
      var value: BoundExpression
      if let at = targets.firstIndex(of: ordinal) {
        value = .column(at, plan.schema[at], span: span)
      } else {
        value = try planner.bindExpression(columns.fixed[ordinal] ?? relation.defaultValue(ofColumn: field.name))
        value.span = span
      }
      expressions.append(try planner.storing(value, in: field))
    }
    return expressions
  }
}
