internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension QueryBinder {
  /// `t MATCH_RECOGNIZE (…)`: rows of `input`, partitioned and ordered, and the matches of a pattern in them.
  func bind(_ match: AST.MatchRecognize, over input: BoundRelation) throws(SQLError) -> BoundRelation {
    let binder = expressionBinder(input.scope, .from)
    let names = try PatternNames(match)
    var partition: [NamedExpression] = []
    for expression in match.partitionBy {
      let bound = try binder.bind(expression)
      guard bound.type.isOrderable else { throw .notGroupable(bound.type, in: "PARTITION BY", span: expression.span) }
      partition.append(NamedExpression(bound, as: binder.outputName(of: expression)))
    }
    var order: [SortKey] = []
    for item in match.orderBy { order.append(try item.key(try binder.bind(item.expression))) }
    if let within = match.within { try checkWithin(within, order) }

    let conditions = RowPatternScope(input.scope, names, order: order)
    var variables = names.variables.map { RowPatternSpec.Variable(name: $0) }
    for definition in match.definitions {
      guard let variable = names.variable(definition.variable.text) else {
        throw .unknownPatternVariable(definition.variable.text, names.variables, span: definition.variable.span)
      }
      if variables[variable].condition != nil {
        throw SQLError(
          .bind, "ROW_PATTERN_VARIABLE", "pattern variable \"\(definition.variable.text)\" is defined twice",
          span: definition.variable.span)
      }
      var inner = expressionBinder(Scope(), .define)
      inner.rowPattern = .value(conditions)
      let condition = try inner.bindCondition(definition.condition)
      if let culprit = condition.firstStepValue ?? conditions.navigations.lazy.flatMap(\.expressions).compactMap(\.firstStepValue).first {
        throw SQLError(
          .bind, "INVALID_NON_DETERMINISTIC_EXPRESSIONS",
          "\(culprit.sqlText) gives another value each time a row is looked at, and DEFINE may look at it again",
          span: culprit.span.isNone ? definition.condition.span : culprit.span, hint: "compute it in a subquery below MATCH_RECOGNIZE")
      }
      variables[variable].condition = condition
    }

    let measures = RowPatternScope(input.scope, names, order: order)
    measures.isMeasure = true
    var bound: [NamedExpression] = []
    for item in match.measures {
      var inner = expressionBinder(Scope(), .measures)
      inner.rowPattern = .value(measures)
      bound.append(
        NamedExpression(try inner.bind(item.expression), as: item.aliases.first?.text ?? binder.outputName(of: item.expression)))
    }
    let pattern = try names.pattern(match.pattern)
    let limit = context.limits.patternStepsMax
    if pattern.stepCount(upTo: limit) >= limit {
      throw SQLError(
        .bind, "ROW_PATTERN_TOO_LARGE", "the pattern has more than \(limit) steps once its repetitions are written out",
        span: match.pattern.span, hint: "use * or + with a condition in DEFINE instead of a large {n}")
    }
    let (output, fields) = columns(match, input, partition, order, bound)
    let spec = RowPatternSpec(
      partition: partition.map(\.expression), pattern: pattern, variables: variables,
      navigations: conditions.navigations, skip: try skip(match, names), rowsPerMatch: match.rowsPerMatch.bound,
      withinMicros: match.within?.micros, measures: bound.map(\.expression), measureNavigations: measures.navigations,
      output: output, fields: fields, span: match.span)
    return BoundRelation(
      plan: .matchRecognize(.init(input: input.plan, spec: spec, order: order)),
      scope: Scope(Schema(fields), qualifier: []))
  }

  /// ONE ROW: partition columns and measures. ALL ROWS: also those of ORDER BY before the measures, and the rest behind.
  private func columns(
    _ match: AST.MatchRecognize, _ input: BoundRelation, _ partition: [NamedExpression], _ order: [SortKey],
    _ measures: [NamedExpression]
  ) -> ([RowPatternSpec.OutputColumn], [Field]) {
    var output = partition.indices.map { RowPatternSpec.OutputColumn.partition($0) }
    var fields = partition.map(\.field)
    var shown = Set(partition.compactMap(\.expression.columnOrdinal))
    func show(_ ordinal: Int) {
      guard shown.insert(ordinal).inserted, !input.scope.columns[ordinal].isHidden else { return }
      output.append(.input(.column(ordinal, input.scope.columns[ordinal].field)))
      fields.append(input.scope.columns[ordinal].field)
    }
    if match.rowsPerMatch != .one {
      for key in order { if let ordinal = key.expression.columnOrdinal { show(ordinal) } }
    }
    for (index, measure) in measures.enumerated() {
      output.append(.measure(index))
      fields.append(Field(measure.name, measure.expression.type))
    }
    if match.rowsPerMatch != .one {
      for ordinal in input.scope.columns.indices { show(ordinal) }
    }
    return (output, fields)
  }

  private func checkWithin(_ within: AST.Duration, _ order: [SortKey]) throws(SQLError) {
    guard let first = order.first, first.expression.type.isTimestamp, !first.isDescending else {
      throw SQLError(
        .bind, "ROW_PATTERN_WITHIN", "WITHIN needs a TIMESTAMP as the first column of ORDER BY, ascending", span: within.span,
        hint: "write ORDER BY and the column that says when a row happened")
    }
    guard within.micros > 0 else {
      throw SQLError(.bind, "ROW_PATTERN_WITHIN", "the time of WITHIN must be more than 0", span: within.span)
    }
  }

  private func skip(_ match: AST.MatchRecognize, _ names: PatternNames) throws(SQLError) -> RowPatternSpec.Skip {
    if match.rowsPerMatch == .allWithUnmatched, match.afterMatch != .pastLastRow {
      throw SQLError.unsupported(
        "WITH UNMATCHED ROWS beside a match that may overlap another", span: match.span,
        hint: "write AFTER MATCH SKIP PAST LAST ROW", kind: .bind)
    }
    switch match.afterMatch {
    case .pastLastRow: return .pastLastRow
    case .toNextRow: return .toNextRow
    case .toFirst(let name): return .toFirst(try names.variables(of: name))
    case .toLast(let name): return .toLast(try names.variables(of: name))
    }
  }
}

extension AST.MatchRecognize.RowsPerMatch {
  fileprivate var bound: RowPatternSpec.RowsPerMatch {
    switch self {
    case .one: .one
    case .allShowEmpty: .all(showsEmpty: true)
    case .allOmitEmpty: .all(showsEmpty: false)
    case .allWithUnmatched: .allWithUnmatched
    }
  }
}

extension BoundExpression {
  /// The first part whose value is that of the step, or random.
  fileprivate var firstStepValue: BoundExpression? {
    if case .stepValue = node { return self }
    if case .call(let call) = node, !call.function.isDeterministic { return self }
    for child in children {
      if let found = child.firstStepValue { return found }
    }
    return nil
  }
}
