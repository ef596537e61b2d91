internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension QueryBinder {
  /// What stands in FROM before a comma; no identifier can be it.
  private static let beforeComma = "\u{0},"

  /// FROM: relations between commas. A comma is a join like those that are written out, and binds as they do: in
  /// `a, b JOIN c ON a.x = c.x` the join has `a` and `b` on its left side, as in Spark.
  func bindFrom(_ relations: [AST.Relation]) throws(SQLError) -> BoundRelation {
    guard let first = relations.first else { return BoundRelation(plan: .oneRow, scope: Scope()) }
    var result = try bind(first)
    for relation in relations.dropFirst() {
      var inner = self
      inner.commonTables[Self.beforeComma] = .bound(result, nodes: 0)
      let left = AST.Relation(.name(AST.ObjectName(Self.beforeComma)), span: relation.span)
      result = try inner.bind(relation.behind(left))
    }
    return result
  }

  /// One relation with its alias.
  func bind(_ relation: AST.Relation) throws(SQLError) -> BoundRelation {
    try refuseModifiers(relation)
    if let generator = try lateralGenerator(relation) {
      return try bind(generator, over: BoundRelation(plan: .oneRow, scope: Scope()), isOuter: false)
    }
    if let match = relation.matchRecognize {
      var input = try bindKind(relation)
      if let watermark = relation.watermark { input = try bind(watermark, over: input) }
      return try bind(match, over: input).aliased(relation.alias)
    }
    var result = try bindKind(relation)
    if let sample = relation.sample { result = try bind(sample, over: result, span: relation.span) }
    if case .values = relation.kind, let alias = relation.alias, !alias.columns.isEmpty,
      alias.columns.count != result.scope.columns.count
    {
      throw .inlineTableWidth(expected: alias.columns.count, found: result.scope.columns.count, span: alias.span)
    }
    result = try result.aliased(relation.alias)
    if let watermark = relation.watermark { result = try bind(watermark, over: result) }
    return result
  }

  /// `WATERMARK e [AS name] DELAY OF d`: a computed time becomes a column behind the others.
  private func bind(_ watermark: AST.Watermark, over input: BoundRelation) throws(SQLError) -> BoundRelation {
    var result = input
    let time = try expressionBinder(input.scope, .from).bind(watermark.expression)
    guard time.type.isTimestamp else {
      throw SQLError(
        .bind, "EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE",
        "an event time is a TIMESTAMP, found \(time.type.sqlName)", span: watermark.expression.span,
        hint: "CAST(… AS TIMESTAMP), or to_timestamp(…)")
    }
    let column: Int
    if case .column(let ordinal) = time.node, watermark.alias == nil {
      column = ordinal
    } else {
      column = input.scope.columns.count
      let name = watermark.alias?.text ?? "event_time"
      let kept = input.scope.columns.enumerated().map { NamedExpression(.column($0, $1.field), as: $1.field.name) }
      result.plan = .project(.init(input: input.plan, columns: kept + [NamedExpression(time, as: name)]))
      result.scope.columns.append(
        Scope.Column(
          qualifier: input.scope.columns.first?.qualifier ?? [],
          field: Field(name, time.type, isNullable: time.isNullable)))
    }
    let relation = result.scope.columns[column].qualifier.last ?? ""
    result.plan = .watermark(
      .init(input: result.plan, column: column, delayMicros: watermark.delay.micros, relation: relation))
    return result
  }

  private func bindKind(_ relation: AST.Relation) throws(SQLError) -> BoundRelation {
    switch relation.kind {
    case .name(let name): return try bindNamed(name, isStream: relation.isStream, span: relation.span)
    case .path(let path):
      if !relation.options.isEmpty { return try bindFiles(path, relation) }
      let source = try context.catalog.source(
        atPath: path.text, format: nil, isStream: relation.isStream, span: path.span)
      return try scan(source, qualifier: [], span: relation.span)
    case .function(let call):
      if let routine = context.catalog.routine(named: call.name.last.text.lowercased()) {
        return try bindTableRoutine(routine, call, isLateral: relation.isLateral, span: relation.span)
      }
      return try bindTableFunction(call, isStream: relation.isStream, span: relation.span)
    case .subquery(let query):
      // With nothing before it LATERAL says nothing.
      var result = try bind(query)
      result.scope = result.scope.requalified([])
      return result
    case .values(let rows): return try bindValues(rows)
    case .join(let join): return try bind(join, span: relation.span)
    case .parenthesised(let inner): return try bind(inner)
    case .unnest: throw .internal("UNNEST is bound as a generator")
    case .pivot(let input, let pivot): return try bind(pivot, over: try bind(input))
    case .unpivot(let input, let unpivot): return try bind(unpivot, over: try bind(input))
    }
  }

  /// `'data.csv' WITH (header = 'true')`, which is `read_files('data.csv', header => 'true')`.
  private func bindFiles(_ path: AST.StringLiteral, _ relation: AST.Relation) throws(SQLError) -> BoundRelation {
    let options = relation.options.map { (name: $0.key.text, value: Value.string($0.text ?? "")) }
    let source = try context.catalog.source(
      function: "read_files", positional: [.string(path.text)], named: options, isStream: relation.isStream, span: path.span)
    guard let source else { throw .internal("read_files is missing") }
    return try scan(source, qualifier: [], span: relation.span)
  }

  private func refuseModifiers(_ relation: AST.Relation) throws(SQLError) {
    if let time = relation.systemTime { throw UnsupportedFeature.systemTime.error(time.span) }
    var isPath = false
    if case .path = relation.kind { isPath = true }
    if !isPath, let option = relation.options.first { throw UnsupportedFeature.relationOptions.error(option.key.span) }
    if let option = relation.hints.lazy.compactMap(\.options.first).first {
      throw UnsupportedFeature.relationOptions.error(option.key.span)
    }
  }

  // MARK: Names

  func bindNamed(_ name: AST.ObjectName, isStream: Bool, span: SourceSpan) throws(SQLError) -> BoundRelation {
    let parts = name.parts.map(\.text)
    if parts.count == 1, let table = commonTables[parts[0].lowercased()] {
      switch table {
      case .bound(let relation, let nodes):
        try context.notePlanNodes(nodes, span: span)
        return relation
      case .underDefinition:
        throw .invalidRecursion("\"\(name.text)\" is read by its own definition, which is no UNION of an anchor and a term", span: name.span)
      }
    }
    let found: CatalogRelation?
    do { found = try context.catalog.relation(named: parts) } catch { throw error.located(at: span) }
    switch found {
    case .source(var source)?:
      if isStream { source.follow() }
      if isStream, source.isBounded { throw UnsupportedFeature.streamOfBounded.error(span) }
      return try scan(source, qualifier: context.catalog.qualifier(of: parts), span: span)
    case .view(let view)?: return try bindView(view, name: context.catalog.qualifier(of: parts), span: name.span)
    case nil: break
    }
    if parts.count == 2, name.parts[1].isQuoted {
      // csv.`path`
      let source = try context.catalog.source(
        atPath: parts[1], format: parts[0], isStream: isStream, span: name.span)
      return try scan(source, qualifier: [], span: span)
    }
    throw .relationNotFound(
      name.text, candidates: context.catalog.relationNames + commonTables.keys.sorted(), sources: context.catalog.sourceNames,
      span: name.span)
  }

  private func scan(
    _ source: SourceReference, qualifier: [String], span: SourceSpan
  ) throws(SQLError) -> BoundRelation {
    var result = try laidOut(source, qualifier: qualifier, span: span)
    if let watermark = source.watermark {
      result.plan = .watermark(
        .init(
          input: result.plan, column: watermark.column, delayMicros: watermark.delayMicros, relation: source.name))
    }
    return result
  }

  /// The columns of a relation as CREATE TABLE lists them, computed ones among them.
  func laidOut(_ source: SourceReference, qualifier: [String], span: SourceSpan) throws(SQLError) -> BoundRelation {
    var source = source
    let metadata = context.readsFileMetadata ? source.metadataOrdinal : nil
    if metadata != nil, let field = source.metadata { source.schema = Schema(source.schema.fields + [field]) }
    var stored = BoundRelation(
      plan: .scan(.init(source: source, columns: Array(source.schema.fields.indices), span: span)),
      scope: Scope(source.schema, qualifier: qualifier).markingMetadata(metadata))
    // What others wrote may lack the blanks behind a CHAR; rows of the session got them when they were inserted.
    if source.connector != "memory", source.schema.fields.contains(where: { $0.lengths?.hasChar ?? false }) {
      let columns = source.schema.fields.enumerated().map { (ordinal, field) in
        let column = BoundExpression.column(ordinal, field, span: span)
        return NamedExpression(field.lengths.map { $0.hasChar ? column.padded(to: $0) : column } ?? column, as: field.name)
      }
      stored.plan = .project(.init(input: stored.plan, columns: columns))
    }
    if source.layout.isEmpty { return stored }
    let binder = expressionBinder(stored.scope, .select)
    var columns: [NamedExpression] = []
    for column in source.layout {
      switch column {
      case .stored(let ordinal):
        columns.append(NamedExpression(.column(ordinal, source.schema[ordinal]), as: source.schema[ordinal].name))
      case .computed(let name, let expression):
        do {
          columns.append(NamedExpression(try binder.bind(expression).relocated(to: span), as: name))
        } catch {
          var placed = error
          placed.message = "in column \"\(name)\" of \"\(source.name)\": \(error.message)"
          placed.span = span
          throw placed
        }
      }
    }
    if let metadata { columns.append(NamedExpression(.column(metadata, source.schema[metadata]), as: source.schema[metadata].name)) }
    return BoundRelation(
      plan: .project(.init(input: stored.plan, columns: columns)),
      scope: Scope(Schema(columns.map(\.field)), qualifier: qualifier).markingMetadata(metadata.map { _ in columns.count - 1 }))
  }

  // MARK: Calls

  /// A call in FROM that is no generator: a connector.
  private func bindTableFunction(
    _ call: AST.FunctionCall, isStream: Bool, span: SourceSpan
  ) throws(SQLError) -> BoundRelation {
    let name = call.name.last.text.lowercased()
    if Self.windowTableFunctions.contains(name) { return try bindWindowTable(call, span: span) }
    let binder = expressionBinder(Scope(), .constant)
    if name == "identifier" {
      return try bindNamed(try binder.identifierName(call, span: span), isStream: isStream, span: span)
    }
    if name == "range", !(1...4).contains(call.arguments.count) {
      throw .wrongArgumentCount("range", expected: "1 to 4 arguments", found: call.arguments.count, span: span)
    }
    var positional: [Value] = []
    var options: [(name: String, value: Value)] = []
    for argument in call.arguments {
      guard let expression = argument.expression else {
        throw SQLError(
          .bind, "UNSUPPORTED_EXPR_FOR_PARAMETER", "\(call.name.text) takes constants, not tables", span: span)
      }
      if ["late", "errors", "why"].contains(name), case .name(let query) = expression.kind {
        // A query or a relation goes by its name.
        positional.append(.string(query.text))
        continue
      }
      let bound = try binder.bind(expression)
      let value = try constantArgument(name == "range" ? try wholeNumber(bound) : bound, of: call.name.text)
      if let name = argument.name {
        options.append((name.text, value))
      } else if options.isEmpty {
        positional.append(value)
      } else {
        throw SQLError(
          .bind, "UNEXPECTED_POSITIONAL_ARGUMENT", "a positional argument of \(call.name.text) follows a named one",
          span: expression.span)
      }
    }
    let source = try context.catalog.source(
      function: call.name.text, positional: positional, named: options, isStream: isStream, span: span)
    guard let source else {
      throw .unresolvedTableFunction(
        call.name.text, candidates: context.catalog.functions.generators.keys.sorted() + context.catalog.sourceNames + ["read_files"],
        span: call.name.span)
    }
    return try scan(source, qualifier: [call.name.last.text], span: span)
  }

  /// A constant as connectors read it: fractions as doubles, since a bare `Value` does not know its scale.
  /// An argument of `range`: a number, of which the whole part counts.
  private func wholeNumber(_ bound: BoundExpression) throws(SQLError) -> BoundExpression {
    if bound.type.isIntegral { return bound }
    guard bound.type.isNumeric || bound.type == .string else {
      throw SQLError(
        .bind, "UNEXPECTED_INPUT_TYPE", "range takes \"BIGINT\", found \"\(bound.type.sqlName)\"", span: bound.span)
    }
    return context.cast(bound, to: .bigint)
  }

  private func constantArgument(_ expression: BoundExpression, of function: String) throws(SQLError) -> Value {
    guard expression.isConstant else {
      throw SQLError(
        .bind, "NON_FOLDABLE_ARGUMENT", "arguments of \(function) must be constants", span: expression.span)
    }
    let plain = expression.type.isDecimal ? context.cast(expression, to: .double) : expression
    return try context.constantValue(plain)
  }
}

extension AST.Relation {
  /// The relation with another one, and a comma, before its first operand.
  fileprivate func behind(_ left: AST.Relation) -> AST.Relation {
    var copy = self
    switch kind {
    case .join(var join):
      join.left = join.left.behind(left)
      copy.kind = .join(join)
    case .pivot(let input, let pivot): copy.kind = .pivot(input.behind(left), pivot)
    case .unpivot(let input, let unpivot): copy.kind = .unpivot(input.behind(left), unpivot)
    case .name, .path, .function, .unnest, .subquery, .values, .parenthesised:
      copy = AST.Relation(.join(Join(kind: .inner, isNatural: false, left: left, right: self, condition: .none)), span: span)
    }
    return copy
  }
}
