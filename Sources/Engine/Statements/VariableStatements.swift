import Columnar
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// DECLARE, SET VARIABLE and DROP VARIABLE. A query takes the value that a variable has when it is planned.
extension StatementExecutor {
  func declare(_ declare: AST.Declare) throws(SQLError) -> String? {
    let span = declare.name.span
    guard let (key, length) = SessionVariable.split(declare.name), length == declare.name.parts.count else {
      throw SQLError(
        .bind, "UNRESOLVED_VARIABLE", "a variable belongs to the session, not to \"\(declare.name.text)\"", span: span,
        hint: "write \(declare.name.last.text), or session.\(declare.name.last.text)")
    }
    if catalog.variable(named: key) != nil, !declare.isReplace {
      throw SQLError(
        .bind, "VARIABLE_ALREADY_EXISTS", "there is a variable \"\(key)\" already", span: span,
        hint: "DECLARE OR REPLACE VARIABLE \(key) …, or SET VARIABLE \(key) = …")
    }
    let null = AST.Expression(.literal(.null), span: span)
    let written = declare.value ?? null
    let value = declare.type.map { AST.Expression(.cast(written, $0, isTry: false), span: written.span) } ?? written
    let row = try self.row(of: .selecting([value]), width: 1, span: written.span)
    let (type, first) = row[0]
    let lengths: TextLengths?
    if let type = declare.type {
      lengths = try Planner(catalog: catalog).bindColumn(declare.name.last.text, type, isNullable: true).lengths
    } else {
      lengths = nil
    }
    var variable = SessionVariable(
      name: declare.name.last.text, type: type, lengths: lengths, value: first, fallback: declare.value ?? null)
    variable.value = try fitted(first, in: variable, written.span)
    catalog.set(variable: variable, named: key)
    return "declared \"\(declare.name.last.text)\""
  }

  func setVariables(_ set: AST.SetVariables, span: SourceSpan) throws(SQLError) -> String? {
    switch set {
    case .row(let names, let query): try assign(try variables(names), try row(of: query, width: names.count, span: span), span)
    case .assignments(let assignments):
      let targets = try variables(assignments.map(\.target))
      let values = zip(assignments, targets).map { assignment, target in
        assignment.value.isDefaultKeyword ? target.variable.fallback ?? assignment.value : assignment.value
      }
      try assign(targets, try row(of: .selecting(values), width: targets.count, span: span), span)
    }
    return nil
  }

  typealias VariableTarget = (key: String, variable: SessionVariable)

  /// The variables of these names, each of which may be there once.
  func variables(_ names: [AST.ObjectName]) throws(SQLError) -> [VariableTarget] {
    var targets: [VariableTarget] = []
    for name in names { targets.append(try target(name, among: targets.map(\.key))) }
    return targets
  }

  /// Sets all of them to the values of a row; nothing is set if one of these does not fit.
  func assign(_ targets: [VariableTarget], _ row: [(DataType, Value)], _ span: SourceSpan) throws(SQLError) {
    var changed: [VariableTarget] = []
    for ((key, variable), (type, value)) in zip(targets, row) {
      var variable = variable
      variable.value = try stored(value, type, as: variable, span)
      changed.append((key, variable))
    }
    for (key, variable) in changed { catalog.set(variable: variable, named: key) }
  }

  func dropVariable(_ drop: AST.Drop) throws(SQLError) -> String? {
    guard let (key, _) = SessionVariable.split(drop.name), catalog.variable(named: key) != nil else {
      if drop.ifExists { return nil }
      throw .variableNotFound(drop.name, known: catalog.variableNames, as: "VARIABLE_NOT_FOUND")
    }
    catalog.set(variable: nil, named: key)
    return "dropped \"\(drop.name.text)\""
  }

  private func target(_ name: AST.ObjectName, among others: [String]) throws(SQLError) -> VariableTarget {
    guard let (key, length) = SessionVariable.split(name), length == name.parts.count,
      let variable = catalog.variable(named: key)
    else { throw .variableNotFound(name, known: catalog.variableNames, as: "UNRESOLVED_VARIABLE") }
    if others.contains(key) {
      throw SQLError(.bind, "DUPLICATE_ASSIGNMENTS", "variable \"\(name.text)\" is set twice", span: name.span)
    }
    return (key, variable)
  }

  /// The one row of a query with its types; NULLs if it has none.
  func row(of query: AST.Query, width: Int, span: SourceSpan) throws(SQLError) -> [(DataType, Value)] {
    let (schema, rows) = try result(of: query, name: "variables")
    guard schema.count == width else {
      throw SQLError(
        .bind, "ASSIGNMENT_ARITY_MISMATCH", "\(width) variable\(width == 1 ? "" : "s") cannot be set to \(schema.count) columns",
        span: span)
    }
    if rows.count > 1 {
      throw SQLError(
        .data, "ROW_SUBQUERY_TOO_MANY_ROWS", "the query that sets variables gave \(rows.count) rows, and one is wanted", span: span,
        hint: "add LIMIT 1")
    }
    return schema.types.enumerated().map { index, type in (type, rows.first?[index] ?? .null) }
  }

  /// A value as the type of the variable that takes it.
  private func stored(
    _ value: Value, _ type: DataType, as variable: SessionVariable, _ span: SourceSpan
  ) throws(SQLError) -> Value {
    if value.isNull { return value }
    if type == variable.type { return try fitted(value, in: variable, span) }
    guard Coercion.canImplicitlyCast(from: type, to: variable.type) else { throw Casts.notAllowed(from: type, to: variable.type, span: span) }
    let mode: CastMode = session.settings.isANSI ? .ansi : .legacy
    let cast = Coercion.cast(.literal(value, type, span: span), to: variable.type, mode: mode)
    return try fitted(try Evaluator(EvaluationContext(settings: session.settings)).constant(cast), in: variable, span)
  }

  /// A text as CHAR(n) and VARCHAR(n) hold it.
  private func fitted(_ value: Value, in variable: SessionVariable, _ span: SourceSpan) throws(SQLError) -> Value {
    guard let lengths = variable.lengths else { return value }
    return try Evaluator(EvaluationContext(settings: session.settings))
      .constant(BoundExpression.literal(value, variable.type, span: span).fitted(to: lengths))
  }
}

extension SQLError {
  fileprivate static func variableNotFound(_ name: AST.ObjectName, known: [String], as errorClass: String) -> SQLError {
    SQLError(
      .bind, errorClass, "there is no variable \"\(name.text)\"", span: name.span,
      hint: didYouMean(name.last.text, in: known) ?? "DECLARE VARIABLE \(name.last.text) = …")
  }
}
