import Columnar
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// EXECUTE IMMEDIATE: the text is parsed with the values of USING in the place of its markers, and run as it then stands.
///
/// A marker may so stand wherever a literal may, in a LIMIT, a type or an IDENTIFIER, as in Spark.
extension StatementExecutor {
  /// A text may hold an EXECUTE IMMEDIATE of itself; each level takes the stack of a whole statement.
  private static let immediateDepthMax = 16

  func executeImmediate(_ immediate: AST.Immediate) throws(SQLError) -> String? {
    let outer = immediate.text.span
    guard immediateDepth < Self.immediateDepthMax else {
      throw SQLError(
        .bind, "NESTED_EXECUTE_IMMEDIATE", "EXECUTE IMMEDIATE stands in itself \(Self.immediateDepthMax) times", span: outer,
        hint: "run the innermost statement by itself")
    }
    let statementText = try statementText(immediate)
    let inner = StatementExecutor(session: session, text: statementText, immediateDepth: immediateDepth + 1)
    let statement: AST.Statement
    do throws(SQLError) {
      statement = try Parser.parseStatement(statementText, dialect: session.dialect)
      if immediate.targets.isEmpty { return try inner.execute(statement) }
    } catch {
      throw error.placed(in: statementText)
    }
    return try assign(immediate.targets, by: statement, of: inner)
  }

  /// INTO: the variables take the one row of the query.
  private func assign(
    _ names: [AST.ObjectName], by statement: AST.Statement, of inner: StatementExecutor
  ) throws(SQLError) -> String? {
    guard case .query(let query, let clauses) = statement.kind, clauses == AST.StreamClauses() else {
      throw SQLError(
        .bind, "INVALID_STATEMENT_FOR_EXECUTE_INTO", "INTO takes the row of a query, and the text is another statement",
        span: names.first?.span, hint: "leave out INTO")
    }
    let targets: [VariableTarget]
    do throws(SQLError) { targets = try variables(names) } catch {
      guard error.errorClass == "UNRESOLVED_VARIABLE" else { throw error }
      var renamed = error
      renamed.errorClass = "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION"
      throw renamed
    }
    let row: [(DataType, Value)]
    do throws(SQLError) { row = try inner.row(of: query, width: targets.count, span: query.span) } catch {
      throw error.placed(in: inner.text)
    }
    try assign(targets, row, names.reduce(.none) { $0.union($1.span) })
    return nil
  }

  // MARK: The text

  private func statementText(_ immediate: AST.Immediate) throws(SQLError) -> SourceText {
    let (type, value) = try constant(immediate.text)
    let span = immediate.text.span
    guard type == .string || value.isNull else {
      throw SQLError(
        .bind, "INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE", "EXECUTE IMMEDIATE takes a STRING, found \(type.sqlName)", span: span)
    }
    guard case .bytes(let bytes) = value else {
      throw SQLError(.bind, "NULL_QUERY_STRING_EXECUTE_IMMEDIATE", "the text of EXECUTE IMMEDIATE is NULL", span: span)
    }
    let text = SourceText(name: "<immediate>", bytes: bytes)
    let markers = ParameterMarker.markers(in: text, dialect: session.dialect)
    return text.replacing(try pieces(for: markers, try arguments(of: immediate), in: text, at: span))
  }

  /// What stands in the place of each marker: named ones by name, the others by position.
  private func pieces(
    for markers: [ParameterMarker], _ arguments: [AST.SelectItem], in text: SourceText, at span: SourceSpan
  ) throws(SQLError) -> [(span: SourceSpan, bytes: [UInt8])] {
    let named = markers.filter { $0.name != nil }
    if let mixed = named.first, named.count < markers.count {
      throw SQLError(
        .bind, "INVALID_QUERY_MIXED_QUERY_PARAMETERS", "the text has both ? and :name", span: mixed.span,
        hint: "write :name for all of them"
      ).placed(in: text)
    }
    if !named.isEmpty { try checkNames(arguments) }
    var pieces: [(span: SourceSpan, bytes: [UInt8])] = []
    var known: [Int: [UInt8]] = [:]
    for (position, marker) in markers.enumerated() {
      let found = marker.name.map { name in arguments.firstIndex { $0.parameterName == name } } ?? position
      guard let index = found, arguments.indices.contains(index) else {
        throw SQLError(
          .bind, "UNBOUND_SQL_PARAMETER", "the parameter \(text.text(of: marker.span)) has no value", span: marker.span,
          hint: "USING gives it one: USING value\(marker.name.map { " AS \($0)" } ?? "")"
        ).placed(in: text)
      }
      if known[index] == nil {
        let (type, value) = try constant(arguments[index].expression)
        known[index] = value.literalBytes(type)
      }
      pieces.append((marker.span, known[index] ?? []))
    }
    return pieces
  }

  private func checkNames(_ arguments: [AST.SelectItem]) throws(SQLError) {
    var names: Set<String> = []
    for argument in arguments {
      guard let name = argument.parameterName else {
        throw SQLError(
          .bind, "ALL_PARAMETERS_MUST_BE_NAMED", "the text names its parameters, and this value has no name",
          span: argument.span, hint: "write value AS name")
      }
      guard names.insert(name).inserted else {
        throw SQLError(
          .parse, "EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES", "two values have the name \"\(name)\"", span: argument.span)
      }
    }
  }

  /// `USING (a, b)` is `USING a, b`.
  private func arguments(of immediate: AST.Immediate) throws(SQLError) -> [AST.SelectItem] {
    guard immediate.arguments.count == 1, let only = immediate.arguments.first, only.aliases.isEmpty,
      text.text(of: only.expression.span).hasPrefix("(")
    else { return immediate.arguments }
    switch only.expression.kind {
    case .row(let values): return values.map { AST.SelectItem($0, span: $0.span) }
    case .structure(let items): return items
    default: return immediate.arguments
    }
  }

  /// The value of an expression over nothing but literals and variables.
  private func constant(_ expression: AST.Expression) throws(SQLError) -> (DataType, Value) {
    if expression.containsSubquery {
      throw SQLError(
        .bind, "UNSUPPORTED_EXPR_FOR_PARAMETER", "a parameter is made of literals and variables, not of a query",
        span: expression.span, hint: "DECLARE a variable, and SET VARIABLE it to the query")
    }
    return try row(of: .selecting([expression]), width: 1, span: expression.span)[0]
  }
}

extension AST.SelectItem {
  /// The name that USING gives a value: its alias, or that of the variable it is.
  fileprivate var parameterName: String? {
    if let alias { return alias.text }
    if case .name(let name) = expression.kind { return name.last.text }
    return nil
  }
}
