internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// Aliases of a select list, with what they stand for.
struct SelectAliases: Sendable {
  private(set) var entries: [(name: String, expression: BoundExpression)] = []

  mutating func add(_ name: String, _ expression: BoundExpression) { entries.append((name, expression)) }

  func named(_ name: String) -> [BoundExpression] {
    entries.filter { $0.name.equalsIgnoringCase(name) }.map(\.expression)
  }

  var names: [String] { entries.map(\.name) }
}

/// How aliases and input columns of one name are told apart.
enum AliasLookup: Sendable {
  case none
  /// Input columns first: lateral aliases in a select list, GROUP BY.
  case afterInput(SelectAliases)
  /// Aliases first: ORDER BY.
  case beforeInput(SelectAliases)
  /// Input columns that are keys of GROUP BY first, then aliases, then what else there is of the input: HAVING.
  case afterKeys([NamedExpression], SelectAliases)

  var names: [String] {
    switch self {
    case .none: []
    case .afterInput(let aliases), .beforeInput(let aliases), .afterKeys(_, let aliases): aliases.names
    }
  }
}

extension ExpressionBinder {
  func bindName(_ name: AST.ObjectName, span: SourceSpan) throws(SQLError) -> BoundExpression {
    if let variable = try lambdaVariable(name, span: span) { return variable }
    if let rowPattern { return try bindPatternColumn(name, rowPattern, span: span) }
    if case .beforeInput(let aliases) = aliases, let bound = try alias(name, in: aliases, span: span) { return bound }
    if case .afterKeys(let keys, let aliases) = aliases {
      if let bound = try key(name, among: keys, span: span) { return bound }
      if let bound = try alias(name, in: aliases, span: span) { return bound }
    }
    if let bound = try inputColumn(name, in: scope, span: span) { return bound }
    if case .afterInput(let aliases) = aliases, let bound = try alias(name, in: aliases, span: span) { return bound }
    if let bound = try parameterlessFunction(name, span: span) { return bound }
    if groupings != nil, name.text.lowercased() == "grouping__id" {
      // Hive's name of it, which Spark knows too.
      return try bindGrouping("grouping_id", AST.FunctionCall(name: name), span: span)
    }
    if let bound = try outerColumn(name, span: span) { return bound }
    if let bound = try sessionVariable(name, span: span) { return bound }
    throw .unresolvedColumn(name.text, candidates: suggestions(for: name), span: span)
  }

  /// Names that could have been meant: qualified ones if a qualifier was written.
  private func suggestions(for name: AST.ObjectName) -> [String] {
    var names = lambdaVariables.map(\.name) + aliases.names
    for column in scope.columns {
      names.append(column.field.name)
      if name.parts.count > 1, let relation = column.qualifier.last { names.append("\(relation).\(column.field.name)") }
    }
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  private func lambdaVariable(_ name: AST.ObjectName, span: SourceSpan) throws(SQLError) -> BoundExpression? {
    guard let variable = lambdaVariables.last(where: { $0.name.equalsIgnoringCase(name.parts[0].text) }) else { return nil }
    let bound = BoundExpression(
      .lambdaVariable(variable.slot), type: variable.field.type, isNullable: variable.field.isNullable, span: span)
    return try fields(name.parts[1...], of: bound, span: span)
  }

  /// An input column that rows are grouped by.
  private func key(
    _ name: AST.ObjectName, among keys: [NamedExpression], span: SourceSpan
  ) throws(SQLError) -> BoundExpression? {
    // What is ambiguous in the input may still be the name of one item.
    guard let column = try? inputColumn(name, in: scope, span: span),
      keys.contains(where: { $0.expression.isSame(as: column) })
    else { return nil }
    return column
  }

  /// What an alias stands for. Of several items of one name GROUP BY takes the first; elsewhere it is ambiguous.
  private func alias(
    _ name: AST.ObjectName, in aliases: SelectAliases, span: SourceSpan
  ) throws(SQLError) -> BoundExpression? {
    let found = aliases.named(name.parts[0].text)
    guard var first = found.first else { return nil }
    if clause != .groupBy, found.count > 1, !found.allSatisfy({ $0.isSame(as: first) }) {
      if clause == .having || clause == .orderBy {
        throw .ambiguousColumn(
          name.text, candidates: found.map { _ in name.parts[0].text }, span: span)
      }
      throw .ambiguousAlias(name.parts[0].text, span: span)
    }
    first.span = span
    return try fields(name.parts[1...], of: first, span: span)
  }

  /// A column by Spark's order of trial: the longest qualifier first, then struct fields of an unqualified column.
  func inputColumn(_ name: AST.ObjectName, in scope: Scope, span: SourceSpan) throws(SQLError) -> BoundExpression? {
    let parts = name.parts.map(\.text)
    for qualifierCount in stride(from: parts.count - 1, through: 0, by: -1) {
      let found = scope.ordinals(qualifier: parts[..<qualifierCount], name: parts[qualifierCount])
      guard let ordinal = found.first else { continue }
      if found.count > 1 {
        throw .ambiguousColumn(
          name.text, candidates: found.map { scope.columns[$0].displayName }, span: span)
      }
      let column = scope.reference(to: ordinal, span: span)
      return try fields(name.parts[(qualifierCount + 1)...], of: column, span: span)
    }
    return nil
  }

  private func fields(
    _ names: ArraySlice<AST.Identifier>, of base: BoundExpression, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    var bound = base
    for name in names { bound = try field(name, of: bound, span: span) }
    return bound
  }

  /// `base.name`: a field of a struct, or the value of a key of a map.
  func field(_ name: AST.Identifier, of base: BoundExpression, span: SourceSpan) throws(SQLError) -> BoundExpression {
    if let (start, end) = TimeWindows.parts(of: base) {
      if name.text.equalsIgnoringCase("start") { return start }
      if name.text.equalsIgnoringCase("end") { return end }
    }
    let key = BoundExpression.literal(.string(name.text), .string, span: name.span)
    switch base.type {
    case .structure(let fields):
      guard fields.contains(where: { $0.name.equalsIgnoringCase(name.text) }) else {
        throw .unresolvedField(
          name.text, of: base.type, candidates: fields.map(\.name), span: name.span.isNone ? span : name.span)
      }
      return try call("get_field", [base, key], span: span)
    case .map: return try call("element_access", [base, key], span: span)
    case .array(.structure): return try call("get_field", [base, key], span: span)
    default: throw .notAStruct(base.type, field: name.text, span: name.span.isNone ? span : name.span)
    }
  }

  /// `CURRENT_DATE` and its like, which are written without parentheses.
  private func parameterlessFunction(_ name: AST.ObjectName, span: SourceSpan) throws(SQLError) -> BoundExpression? {
    guard name.parts.count == 1, !name.parts[0].isQuoted else { return nil }
    switch name.parts[0].text.lowercased() {
    case "current_date", "current_timestamp", "localtimestamp", "current_time", "current_user", "session_user", "user":
      return try bindCall(AST.FunctionCall(name: name), span: span)
    default: return nil
    }
  }
}

extension Scope.Column {
  /// `t.a`, for messages.
  var displayName: String { (qualifier.suffix(1) + [field.name]).joined(separator: ".") }
}
