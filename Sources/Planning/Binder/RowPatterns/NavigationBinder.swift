internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// FIRST, LAST, PREV, NEXT, CLASSIFIER, MATCH_NUMBER, MATCH_ROWTIME and aggregates inside MEASURES and DEFINE.
extension ExpressionBinder {
  /// Offsets of FIRST, LAST, PREV and NEXT: that many rows are remembered by every open match.
  private static let navigationOffsetMax = 10_000

  /// Nil if the call means here what it means elsewhere.
  func bindPatternCall(
    _ name: String, _ call: AST.FunctionCall, _ place: RowPatternPlace, span: SourceSpan
  ) throws(SQLError) -> BoundExpression? {
    let isNavigation = ["first", "last", "prev", "next", "classifier", "match_number", "match_rowtime"].contains(name)
    let isAggregate = context.catalog.functions.aggregates[name] != nil
    if !isNavigation && !isAggregate {
      if name == "match_proctime" { return try patternTime(call, span: span) }
      if call.semantics != nil {
        throw SQLError(
          .bind, "ROW_PATTERN_PLACE", "RUNNING and FINAL belong to FIRST, LAST and aggregates, and \(name) is none of them",
          span: span)
      }
      return nil
    }
    guard case .value(let scope) = place else {
      throw SQLError(
        .bind, "ROW_PATTERN_ARGUMENT", "\(name.uppercased()) cannot stand inside another navigation or an aggregate", span: span,
        hint: "PREV and NEXT may hold FIRST or LAST as their whole argument: PREV(LAST(A.x), 2)")
    }
    if call.semantics == .final, !scope.isMeasure {
      throw SQLError(
        .bind, "ROW_PATTERN_PLACE", "FINAL has no meaning in DEFINE, where the match is not known yet", span: span)
    }
    let text = autoName(of: call)
    let isFinal = call.semantics == .final
    switch name {
    case "classifier", "match_number":
      try requireNoArguments(call, span: span)
      let navigation = RowNavigation(
        name == "classifier" ? .classifier : .matchNumber, variables: nil, isFinal: isFinal,
        type: name == "classifier" ? .string : .bigint, text: text)
      return scope.column(navigation, span: span)
    case "match_rowtime":
      guard let time = scope.order.first?.expression, time.type.isTimestamp else {
        throw SQLError(
          .bind, "ROW_PATTERN_PLACE", "MATCH_ROWTIME() needs a TIMESTAMP as the first column of ORDER BY", span: span)
      }
      // MATCH_ROWTIME(ts) names the time that is meant.
      if call.arguments.count == 1, let named = call.arguments[0].expression {
        guard try argumentBinder(scope).0.bind(named).isSame(as: time) else {
          throw SQLError(
            .bind, "ROW_PATTERN_PLACE", "MATCH_ROWTIME is about the first column of ORDER BY", span: named.span)
        }
      } else {
        try requireNoArguments(call, span: span)
      }
      return scope.column(
        RowNavigation(.expression(time), variables: nil, isFinal: isFinal, type: time.type, text: text), span: span)
    case "first", "last", "prev", "next":
      return scope.column(try navigation(name, call, scope, isFinal: isFinal, text: text, span: span), span: span)
    default: return scope.column(try aggregate(name, call, scope, isFinal: isFinal, text: text, span: span), span: span)
    }
  }

  private func patternTime(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> BoundExpression {
    try requireNoArguments(call, span: span)
    return BoundExpression(.stepValue(.timestamp), type: .timestamp, isNullable: false, span: span)
  }

  private func requireNoArguments(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) {
    if call.arguments.isEmpty { return }
    throw .wrongArgumentCount(call.name.text, expected: "no argument", found: call.arguments.count, span: span)
  }

  private func argumentBinder(_ scope: RowPatternScope) -> (ExpressionBinder, RowPatternArgument) {
    let argument = RowPatternArgument()
    var inner = self
    inner.rowPattern = .argument(scope, argument)
    return (inner, argument)
  }

  // MARK: Rows

  private func navigation(
    _ name: String, _ call: AST.FunctionCall, _ scope: RowPatternScope, isFinal: Bool, text: String, span: SourceSpan
  ) throws(SQLError) -> RowNavigation {
    try refuseSyntax(of: call, name, span: span)
    guard (1...2).contains(call.arguments.count), let operand = call.arguments[0].expression else {
      throw .wrongArgumentCount(name.uppercased(), expected: "a value and an offset", found: call.arguments.count, span: span)
    }
    let isStep = name == "prev" || name == "next"
    let count = try call.arguments.dropFirst().first?.expression.map { (e) throws(SQLError) in try offset(e, of: name) }
    if isStep, case .call(let inner) = operand.kind, inner.name.parts.count == 1,
      ["first", "last"].contains(inner.name.text.lowercased())
    {
      var found = try navigation(
        inner.name.text.lowercased(), inner, scope, isFinal: isFinal || inner.semantics == .final, text: text,
        span: operand.span)
      if case .classifier = found.value { throw classifierPlace(span) }
      found.step = (name == "prev" ? -1 : 1) * (count ?? 1)
      return found
    }
    var found: RowNavigation
    if case .call(let inner) = operand.kind, inner.name.text.lowercased() == "classifier" {
      if isStep || !scope.isMeasure { throw classifierPlace(span) }
      try requireNoArguments(inner, span: operand.span)
      found = RowNavigation(.classifier, variables: nil, isFinal: isFinal, type: .string, text: text)
    } else {
      let (binder, argument) = argumentBinder(scope)
      let bound = try binder.bind(operand)
      found = RowNavigation(.expression(bound), variables: argument.variables, isFinal: isFinal, type: bound.type, text: text)
    }
    if isStep {
      found.step = (name == "prev" ? -1 : 1) * (count ?? 1)
    } else {
      found.isFromFirst = name == "first"
      found.offset = count ?? 0
    }
    return found
  }

  private func classifierPlace(_ span: SourceSpan) -> SQLError {
    .unsupported(
      "CLASSIFIER() of another row than the last, here", span: span,
      hint: "write CLASSIFIER() alone, or FIRST and LAST of it in MEASURES", kind: .bind)
  }

  private func offset(_ expression: AST.Expression, of name: String) throws(SQLError) -> Int {
    var plain = self
    plain.rowPattern = nil
    plain.scope = Scope()
    let bound = try plain.bind(expression)
    guard bound.isConstant, bound.type.isIntegral, let value = try context.constantValue(bound).integer,
      (0...Int64(Self.navigationOffsetMax)).contains(value)
    else {
      throw SQLError(
        .bind, "ROW_PATTERN_ARGUMENT",
        "the offset of \(name.uppercased()) is a constant from 0 to \(Self.navigationOffsetMax)", span: expression.span)
    }
    return Int(value)
  }

  // MARK: Aggregates

  private func aggregate(
    _ name: String, _ call: AST.FunctionCall, _ scope: RowPatternScope, isFinal: Bool, text: String, span: SourceSpan
  ) throws(SQLError) -> RowNavigation {
    try refuseSyntax(of: call, name, span: span)
    guard let function = context.catalog.functions.aggregates[name] else {
      throw .unresolvedRoutine(name, candidates: [], span: span)
    }
    let (binder, argument) = argumentBinder(scope)
    var arguments: [BoundExpression] = []
    for item in call.arguments {
      guard let expression = item.expression, item.name == nil else {
        throw SQLError(.bind, "ROW_PATTERN_ARGUMENT", "\(name) takes values here", span: span)
      }
      if case .star(let star) = expression.kind {
        // `count(*)` and `count(A.*)` count rows.
        guard name == "count", call.arguments.count == 1, star.except.isEmpty, star.replace.isEmpty else {
          throw SQLError(.bind, "INVALID_USAGE_OF_STAR_OR_REGEX", "* cannot stand here", span: expression.span)
        }
        if let qualifier = star.qualifier, let variable = qualifier.parts.first {
          try argument.note(try scope.names.variables(of: variable), variable, span: expression.span)
        }
        arguments.append(.literal(.int32(1), .int, span: expression.span))
      } else {
        arguments.append(try binder.bind(expression))
      }
    }
    let bound: BoundAggregate
    do {
      bound = try function.bind(FunctionCall(name: name, arguments: arguments, span: span, settings: context.settings))
    } catch {
      throw error.located(at: span)
    }
    if !scope.isMeasure, bound.isOrderSensitive {
      throw SQLError.unsupported(
        "\(name) in DEFINE", span: span, hint: "use an aggregate that does not depend on order, or FIRST and LAST", kind: .bind)
    }
    let cast = try castArguments(arguments, to: bound.parameters, function: name, span: span)
    return RowNavigation(
      .aggregate(bound, arguments: cast), variables: argument.variables, isFinal: isFinal, type: bound.result, text: text)
  }

  private func refuseSyntax(of call: AST.FunctionCall, _ name: String, span: SourceSpan) throws(SQLError) {
    let syntax: String
    if call.isDistinct {
      syntax = "DISTINCT"
    } else if call.filter != nil {
      syntax = "FILTER"
    } else if !call.orderBy.isEmpty || !call.withinGroup.isEmpty {
      syntax = "ORDER BY"
    } else if call.nullTreatment != nil {
      syntax = "IGNORE NULLS"
    } else {
      return
    }
    throw SQLError.unsupported(
      "\(syntax) of \(name) inside MATCH_RECOGNIZE", span: span, hint: "match all rows with a variable of their own and apply \(name) to it",
      kind: .bind)
  }
}
