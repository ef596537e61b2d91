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
    catalog.set(
      variable: SessionVariable(name: declare.name.last.text, type: type, value: first, fallback: declare.value ?? null),
      named: key)
    return "declared \"\(declare.name.last.text)\""
  }

  func setVariables(_ set: AST.SetVariables, span: SourceSpan) throws(SQLError) -> String? {
    var targets: [(key: String, variable: SessionVariable)] = []
    let query: AST.Query
    switch set {
    case .row(let names, let given):
      for name in names { targets.append(try target(name, among: targets.map(\.key))) }
      query = given
    case .assignments(let assignments):
      var values: [AST.Expression] = []
      for assignment in assignments {
        let target = try target(assignment.target, among: targets.map(\.key))
        targets.append(target)
        values.append(target.variable.isDefault(assignment.value) ? target.variable.fallback ?? assignment.value : assignment.value)
      }
      query = .selecting(values)
    }
    let row = try self.row(of: query, width: targets.count, span: span)
    for (index, (key, variable)) in targets.enumerated() {
      let (type, value) = row[index]
      var changed = variable
      changed.value = try stored(value, type, as: variable, span)
      catalog.set(variable: changed, named: key)
    }
    return nil
  }

  func dropVariable(_ drop: AST.Drop) throws(SQLError) -> String? {
    guard let (key, _) = SessionVariable.split(drop.name), catalog.variable(named: key) != nil else {
      if drop.ifExists { return nil }
      throw .variableNotFound(drop.name, known: catalog.variableNames, as: "VARIABLE_NOT_FOUND")
    }
    catalog.set(variable: nil, named: key)
    return "dropped \"\(drop.name.text)\""
  }

  private func target(
    _ name: AST.ObjectName, among others: [String]
  ) throws(SQLError) -> (key: String, variable: SessionVariable) {
    guard let (key, length) = SessionVariable.split(name), length == name.parts.count,
      let variable = catalog.variable(named: key)
    else { throw .variableNotFound(name, known: catalog.variableNames, as: "UNRESOLVED_VARIABLE") }
    if others.contains(key) {
      throw SQLError(.bind, "DUPLICATE_ASSIGNMENTS", "variable \"\(name.text)\" is set twice", span: name.span)
    }
    return (key, variable)
  }

  /// The one row of a query with its types; NULLs if it has none.
  private func row(of query: AST.Query, width: Int, span: SourceSpan) throws(SQLError) -> [(DataType, Value)] {
    let (schema, rows) = try result(of: query, name: "variables")
    guard schema.count == width else {
      throw SQLError(
        .bind, "ASSIGNMENT_ARITY_MISMATCH", "\(width) variable\(width == 1 ? "" : "s") cannot be set to \(schema.count) columns",
        span: span)
    }
    if rows.count > 1 {
      throw SQLError(
        .data, "ROW_SUBQUERY_TOO_MANY_ROWS", "the query of SET VARIABLE gave \(rows.count) rows, and one is wanted", span: span,
        hint: "add LIMIT 1")
    }
    return schema.types.enumerated().map { index, type in (type, rows.first?[index] ?? .null) }
  }

  /// A value as the type of the variable that takes it.
  private func stored(
    _ value: Value, _ type: DataType, as variable: SessionVariable, _ span: SourceSpan
  ) throws(SQLError) -> Value {
    if type == variable.type || value.isNull { return value }
    guard Coercion.canImplicitlyCast(from: type, to: variable.type) else { throw Casts.notAllowed(from: type, to: variable.type, span: span) }
    let mode: CastMode = session.settings.isANSI ? .ansi : .legacy
    let cast = Coercion.cast(.literal(value, type, span: span), to: variable.type, mode: mode)
    return try Evaluator(EvaluationContext(settings: session.settings)).constant(cast)
  }
}

extension SessionVariable {
  /// `SET VARIABLE x = DEFAULT`
  fileprivate func isDefault(_ value: AST.Expression) -> Bool {
    guard case .name(let name) = value.kind, name.parts.count == 1 else { return false }
    return name.parts[0].text.uppercased() == "DEFAULT" && !name.parts[0].isQuoted
  }
}

extension SQLError {
  fileprivate static func variableNotFound(_ name: AST.ObjectName, known: [String], as errorClass: String) -> SQLError {
    SQLError(
      .bind, errorClass, "there is no variable \"\(name.text)\"", span: name.span,
      hint: didYouMean(name.last.text, in: known) ?? "DECLARE VARIABLE \(name.last.text) = …")
  }
}
