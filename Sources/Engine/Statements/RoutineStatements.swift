import Columnar
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// CREATE FUNCTION, DROP FUNCTION and what SHOW and DESCRIBE say of functions.
extension StatementExecutor {
  func createFunction(_ create: AST.CreateFunction, span: SourceSpan) throws(SQLError) -> String? {
    let name = try routineName(create.name)
    if create.ifNotExists && catalog.routines[name] != nil { return "function \"\(name)\" exists already" }
    if let known = try foreignFunction(create, name: name, span: span) { return known }
    try checkFree(name, isReplace: create.isReplace, span: create.name.span)
    if let language = create.language, language.text.uppercased() != "SQL" {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "functions are written in SQL, not in \(language.text.uppercased())", span: language.span,
        hint: "CREATE FUNCTION f(x INT) RETURNS INT RETURN x + 1")
    }
    return try define(try definition(create, name: name, span: span), at: create.name.span)
  }

  /// Defines the function if its body is good. It is in the catalog while it is checked, so that a call of itself is found.
  private func define(_ routine: RoutineDefinition, at span: SourceSpan) throws(SQLError) -> String {
    let old = catalog.routines[routine.name]
    catalog.set(routine: routine, named: routine.name)
    do throws(SQLError) {
      var checked = routine
      do throws(SQLError) {
        checked.result = try Planner(catalog: catalog).check(routine)
      } catch {
        // A body that has no value is an error of whoever asks for it, if it is known what it would give.
        guard error.kind == .data, case .value(.some) = routine.result else { throw error }
      }
      catalog.set(aggregate: nil, named: routine.name)
      catalog.set(routine: checked, named: routine.name)
    } catch {
      catalog.set(routine: old, named: routine.name)
      throw error.located(at: span)
    }
    return "created function \"\(routine.name)\""
  }

  private func definition(
    _ create: AST.CreateFunction, name: String, span: SourceSpan
  ) throws(SQLError) -> RoutineDefinition {
    let planner = Planner(catalog: catalog)
    var parameters: [RoutineDefinition.Parameter] = []
    for parameter in create.parameters ?? [] {
      if parameters.contains(where: { $0.name.lowercased() == parameter.name.text.lowercased() }) {
        throw SQLError(
          .bind, "DUPLICATE_ROUTINE_PARAMETER_NAMES", "parameter \"\(parameter.name.text)\" is there twice", span: parameter.name.span)
      }
      if parameter.defaultValue == nil, let earlier = parameters.last(where: { $0.defaultValue != nil }) {
        throw SQLError(
          .bind, "USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION",
          "\"\(parameter.name.text)\" needs a DEFAULT, since \"\(earlier.name)\" before it has one", span: parameter.name.span)
      }
      parameters.append(
        .init(
          name: parameter.name.text, type: try planner.bindType(parameter.type, text: text),
          defaultValue: parameter.defaultValue))
    }
    var result = RoutineDefinition.Result.value(nil)
    if let returns = create.returns { result = .value(try planner.bindType(returns, text: text)) }
    if let columns = create.returnsTable {
      var fields: [Field] = []
      for column in columns {
        if fields.contains(where: { $0.name.lowercased() == column.name.text.lowercased() }) {
          throw SQLError(
            .bind, "DUPLICATE_ROUTINE_RETURNS_COLUMNS", "column \"\(column.name.text)\" is returned twice", span: column.name.span)
        }
        fields.append(Field(column.name.text, try planner.bindType(column.type, text: text)))
      }
      result = .table(columns.isEmpty ? nil : Schema(fields))
    }
    let shownName = create.isTemporary ? name : "spark_catalog.\(catalog.settings.schemaName).\(name)"
    return RoutineDefinition(
      name: name, shownName: shownName, isANSI: catalog.settings.isANSI, parameters: parameters, result: result,
      body: try body(create.body), definition: text.text(of: span))
  }

  /// The body, parsed if it was written as a string; errors point into the string where it was written as it is read.
  private func body(_ body: AST.CreateFunction.Body) throws(SQLError) -> RoutineDefinition.Body {
    switch body {
    case .expression(let expression):
      if case .scalarSubquery(let query) = expression.kind { return .query(query) }
      return .expression(expression)
    case .query(let query): return .query(query)
    case .text(let literal):
      var source = text
      var range = literal.span
      let written = text.text(of: literal.span)
      let quotes: Int32 = written.hasPrefix("$$") ? 2 : 1
      if written.utf8.count == literal.text.utf8.count + Int(2 * quotes), written.dropFirst(Int(quotes)).hasPrefix(literal.text) {
        range = SourceSpan(lower: range.lower + quotes, upper: range.upper - quotes)
      } else {
        source = SourceText(name: "<body>", text: literal.text)
        range = SourceSpan(lower: 0, upper: Int32(truncatingIfNeeded: source.bytes.count))
      }
      do {
        return try parsedBody(source, range)
      } catch {
        if range.lower > 0 { throw error }
        var placed = error
        placed.span = literal.span
        throw placed
      }
    }
  }

  private func parsedBody(_ source: SourceText, _ range: SourceSpan) throws(SQLError) -> RoutineDefinition.Body {
    let written = source.text(of: range)
    let word = written.drop { $0.isWhitespace }.prefix { $0.isLetter }
    var range = range
    var first = word.uppercased()
    if first == "RETURN" {
      let rest = written[word.endIndex...]
      range = SourceSpan(lower: range.upper - Int32(truncatingIfNeeded: rest.utf8.count), upper: range.upper)
      first = rest.drop { $0.isWhitespace }.prefix { $0.isLetter }.uppercased()
    }
    if ["SELECT", "WITH", "VALUES", "FROM", "TABLE"].contains(first) {
      return .query(try Parser.parseQuery(source, span: range, dialect: session.dialect))
    }
    return .expression(try Parser.parseExpression(source, span: range, dialect: session.dialect))
  }

  // MARK: Names

  func routineName(_ name: AST.ObjectName) throws(SQLError) -> String {
    let qualifier = name.parts.dropLast().map { $0.text.lowercased() }
    if qualifier.allSatisfy({ ["system", "session", "builtin"].contains($0) }) { return name.last.text.lowercased() }
    throw SQLError(
      .bind, "UNSUPPORTED_FEATURE", "functions have names without a schema", span: name.span,
      hint: "CREATE FUNCTION \(name.last.text)(…)")
  }

  func checkFree(_ name: String, isReplace: Bool, span: SourceSpan) throws(SQLError) {
    if isBuiltin(name) {
      throw SQLError(
        .bind, "ROUTINE_ALREADY_EXISTS", "\"\(name)\" is a built-in function", span: span, hint: "choose another name")
    }
    if !isReplace, catalog.routines[name] != nil || catalog.ownAggregates[name] != nil {
      throw SQLError(
        .bind, "ROUTINE_ALREADY_EXISTS", "function \"\(name)\" exists already", span: span,
        hint: "use CREATE OR REPLACE, or IF NOT EXISTS")
    }
  }

  private func isBuiltin(_ name: String) -> Bool {
    let builtin = FunctionRegistry.builtin
    return builtin.scalars[name] != nil || builtin.aggregates[name] != nil || builtin.generators[name] != nil
      || builtin.windows[name] != nil || Planner.specialFunctionNames.contains(name) || Planner.isWindowCall(name)
  }

  func dropRoutine(_ drop: AST.Drop) throws(SQLError) -> String? {
    let name = try routineName(drop.name)
    if drop.kind == .function, catalog.routines[name] != nil {
      catalog.set(routine: nil, named: name)
      return "dropped function \"\(name)\""
    }
    if catalog.ownAggregates[name] != nil {
      catalog.set(aggregate: nil, named: name)
      return "dropped aggregate \"\(name)\""
    }
    if isBuiltin(name) {
      throw SQLError(
        .bind, "FORBIDDEN_OPERATION", "\"\(name)\" is a built-in function and cannot be dropped", span: drop.name.span)
    }
    if drop.ifExists { return nil }
    throw SQLError(
      .bind, "ROUTINE_NOT_FOUND", "there is no function \"\(name)\" that could be dropped", span: drop.name.span,
      hint: didYouMean(name, in: Array(catalog.routines.keys) + catalog.ownAggregates.keys))
  }

  /// Built-in functions and those of the user.
  var functionDocs: [FunctionDoc] {
    let own = catalog.routines.values.map { routine in
      FunctionDoc(routine.name, .user, routine.signature, routine.definition, [])
    }
    return (catalog.functions.docs + own).sorted { $0.name < $1.name }
  }
}

/// Functions that scripts for other engines load from a class.
extension StatementExecutor {
  /// What is known of classes, by their simple name: SQL that does the same.
  private static let classes = [
    // Nexmark: how often a character is in a text.
    "CountChar": """
    CREATE FUNCTION count_char(s STRING, c STRING) RETURNS BIGINT
    RETURN CASE WHEN length(c) > 0 THEN length(s) - length(replace(s, substring(c, 1, 1), '')) ELSE 0 END
    """
  ]

  /// `CREATE FUNCTION name AS 'com.example.Class'`; nil if the statement is none of these.
  private func foreignFunction(
    _ create: AST.CreateFunction, name: String, span: SourceSpan
  ) throws(SQLError) -> String? {
    guard create.parameters == nil, create.returns == nil, create.returnsTable == nil, case .text(let path) = create.body,
      create.language?.text.uppercased() != "SQL"
    else { return nil }
    let simple = path.text.split(separator: ".").last.map(String.init) ?? path.text
    guard let definition = Self.classes[simple] else {
      throw SQLError(
        .bind, "CANNOT_LOAD_FUNCTION_CLASS", "class \"\(path.text)\" is not known: no code of a JVM is run here", span: path.span,
        hint: "write it in SQL: CREATE FUNCTION \(name)(x STRING) RETURNS STRING RETURN upper(x)")
    }
    try checkFree(name, isReplace: create.isReplace, span: create.name.span)
    let source = SourceText(name: "<\(simple)>", text: definition)
    guard case .createFunction(var known) = try Parser.parseStatement(source).kind else {
      throw .internal("the definition of \(simple) is no function")
    }
    known.name = create.name
    let executor = StatementExecutor(session: session, text: source)
    return try define(
      try executor.definition(known, name: name, span: SourceSpan(lower: 0, upper: Int32(source.bytes.count))),
      at: create.name.span)
  }
}
