import Columnar
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// DEFAULT of CREATE TABLE, and the word DEFAULT in the place of a value.
extension StatementExecutor {
  // MARK: Definitions

  /// Checks that a column can have the default it is declared with: a constant of a type that can be stored in it.
  func checkDefault(of column: AST.ColumnDefinition, as field: Field) throws(SQLError) {
    guard let value = column.defaultValue else { return }
    let type = field.type
    func refusal(_ subclass: String, _ reason: String, hint: String? = nil) -> SQLError {
      SQLError(
        .bind, "INVALID_DEFAULT_VALUE.\(subclass)", "the DEFAULT of column \"\(column.name.text)\" \(reason)", span: value.span,
        hint: hint)
    }
    if value.containsSubquery { throw refusal("SUBQUERY_EXPRESSION", "is a query", hint: "INSERT the query's values") }
    let planner = Planner(catalog: catalog)
    let bound: BoundExpression
    do throws(SQLError) { bound = try planner.bindExpression(value) } catch {
      guard error.errorClass.hasPrefix("UNRESOLVED_COLUMN") else { throw error }
      throw refusal("NOT_CONSTANT", "reads a column", hint: "a computed column does: \(column.name.text) AS (…)")
    }
    guard bound.isDeterministic else { throw refusal("NON_DETERMINISTIC", "is another value each time") }
    guard Coercion.canStore(bound.type, as: type) else {
      throw refusal("DATA_TYPE", "is a \(bound.type.sqlName), and the column a \(type.sqlName)")
    }
    guard bound.isConstant else { return }
    let evaluator = Evaluator(EvaluationContext(settings: session.settings))
    _ = try evaluator.constant(bound)
    do { _ = try evaluator.constant(Coercion.cast(bound, to: type)) } catch {
      throw refusal("DATA_TYPE", "does not fit the column's type \(type.sqlName)")
    }
    if let lengths = field.lengths { _ = try evaluator.constant(Coercion.cast(bound, to: type).fitted(to: lengths)) }
  }

  // MARK: The word

  /// The query of an INSERT with the words DEFAULT among its values replaced; `targets` are the columns that these go to.
  func replacingDefaults(in query: AST.Query, for targets: [Field], of relation: Relation) throws(SQLError) -> AST.Query {
    var query = query
    query.body = try replacingDefaults(in: query.body, for: targets, of: relation)
    return query
  }

  private func replacingDefaults(
    in body: AST.QueryBody, for targets: [Field], of relation: Relation
  ) throws(SQLError) -> AST.QueryBody {
    switch body {
    case .values(let rows):
      var replaced: [[AST.Expression]] = []
      for row in rows { replaced.append(try values(row, for: targets, of: relation)) }
      return .values(replaced)
    case .select(var select):
      // A column may be called default, where there are columns.
      if !select.from.isEmpty, !select.items.contains(where: { $0.expression.isDefaultKeyword }) { return body }
      for index in select.items.indices where index < targets.count && select.items[index].expression.isDefaultKeyword {
        select.items[index].expression = try relation.defaultExpression(targets[index], at: select.items[index].expression.span)
      }
      if select.from.isEmpty { for item in select.items { try refuseNestedDefault(item.expression) } }
      return .select(select)
    case .query(let query): return .query(try replacingDefaults(in: query, for: targets, of: relation))
    case .setOperation, .table, .from: return body
    }
  }

  private func values(_ row: [AST.Expression], for targets: [Field], of relation: Relation) throws(SQLError) -> [AST.Expression] {
    var values = row
    if row.count == 1, case .row(let inner) = row[0].kind { values = inner }
    for index in values.indices {
      if values[index].isDefaultKeyword, index < targets.count {
        values[index] = try relation.defaultExpression(targets[index], at: values[index].span)
      }
      try refuseNestedDefault(values[index])
    }
    return values
  }

  /// DEFAULT is a value by itself and no part of one.
  func refuseNestedDefault(_ expression: AST.Expression) throws(SQLError) {
    guard expression.contains(where: \.isDefaultKeyword) else { return }
    throw SQLError(
      .bind, "DEFAULT_PLACEMENT_INVALID", "DEFAULT stands for a whole value, and here it is part of an expression",
      span: expression.span, hint: "write DEFAULT alone; a name that is DEFAULT stands in backquotes")
  }
}

extension Relation {
  /// `CAST(default AS type)`, placed where DEFAULT stands.
  func defaultExpression(_ field: Field, at span: SourceSpan) throws(SQLError) -> AST.Expression {
    let type = try Parser.parseDataType(SourceText(name: "type", text: field.type.sqlName))
    return AST.Expression(.cast(defaultValue(ofColumn: field.name), type, isTry: false), span: span)
  }
}
