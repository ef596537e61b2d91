package import Columnar
package import Diagnostics
package import Expressions
package import SQLSyntax

/// Makes a plan of a query: binds names, optimises, chooses operators and checks the output mode.
///
/// ```swift
/// let planned = try Planner(catalog: session).plan(query, text: text, clauses: clauses)
/// run(planned.physical)
/// ```
package struct Planner {
  let catalog: any Catalog
  private let optimizer: Optimizer
  let limits: PlanLimits
  /// False: the plan runs as bound. Answers are the same.
  package var isOptimizing = true

  package init(catalog: any Catalog, optimizer: Optimizer = .standard, limits: PlanLimits = PlanLimits()) {
    self.catalog = catalog
    self.optimizer = optimizer
    self.limits = limits
  }

  /// Plans a query.
  ///
  /// The output mode is that of `clauses`, else `defaultMode`, else APPEND where rows never change and UPDATE where they do.
  package func plan(
    _ query: AST.Query, text: SourceText, clauses: AST.StreamClauses = AST.StreamClauses(),
    defaultMode: OutputMode? = nil
  ) throws(SQLError) -> PlannedQuery {
    let context = StatementContext(catalog: catalog, text: text, limits: limits)
    context.noteMentions(in: query)
    let bound = try QueryBinder(context).bind(query)
    let logical = bound.namedPlan
    let timed = PushFilters(isBelowWatermarks: true).rewrite(logical, settings: context.settings)
    let optimized = RankFilters().rewrite(
      isOptimizing ? optimizer.optimize(timed, settings: context.settings) : timed, settings: context.settings)
    let physical = try PhysicalPlanner(settings: context.settings, mayTakeOneStep: clauses.trigger?.isOneStep ?? true).plan(
      optimized,
      mode: RequestedMode(
        mode: clauses.outputMode.map(OutputMode.init), fallback: defaultMode, span: clauses.outputModeSpan))
    return PlannedQuery(
      logical: logical, optimized: optimized, physical: physical, schema: physical.schema, warnings: context.warnings)
  }

  // MARK: Parts of statements

  /// An expression over the columns of `schema`, none by default; aggregates and generators are refused.
  package func bindExpression(
    _ expression: AST.Expression, over schema: Schema = Schema(), qualifier: [String] = []
  ) throws(SQLError) -> BoundExpression {
    let context = StatementContext(catalog: catalog, text: nil, limits: limits)
    return try QueryBinder(context)
      .expressionBinder(Scope(schema, qualifier: qualifier), .constant).bind(expression)
  }

  /// A constant of an option or an argument: its value, and its text as a cast to STRING gives it.
  package func bindConstant(
    _ expression: AST.Expression, text: SourceText
  ) throws(SQLError) -> (value: Value, text: String) {
    let bound = try bindExpression(expression)
    guard bound.isConstant else {
      throw SQLError(.bind, "NON_FOLDABLE_ARGUMENT", "a constant is expected here", span: expression.span)
    }
    let evaluator = Evaluator(EvaluationContext(settings: catalog.settings))
    let string = Coercion.cast(bound, to: .string)
    return (try evaluator.constant(bound), try evaluator.constant(string).text ?? "")
  }

  /// `expression` converted to the type of a column it is written to (Spark's store assignment), and fitted to its length.
  package func storing(
    _ expression: BoundExpression, in column: Field
  ) throws(SQLError) -> BoundExpression {
    let type = column.type
    guard Coercion.canStore(expression.type, as: type) else {
      throw SQLError(
        .bind, "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
        "cannot write \(expression.type.sqlName) to column \"\(column.name)\" of type \(type.sqlName)", span: expression.span,
        hint: "CAST(… AS \(type.sqlName)) converts it")
    }
    let stored = Coercion.cast(expression, to: type, mode: catalog.settings.isANSI ? .ansi : .legacy)
    return column.lengths.map { stored.fitted(to: $0) } ?? stored
  }

  /// The columns of a relation, computed ones bound; throws what is wrong with them.
  package func columns(of source: SourceReference) throws(SQLError) -> Schema {
    let context = StatementContext(catalog: catalog, text: nil, limits: limits)
    return try QueryBinder(context).laidOut(source, qualifier: [], span: .none).scope.schema
  }

  /// The event time that a definition declares: a column of `schema`, and its delay.
  package func watermark(
    _ definition: AST.WatermarkDefinition, over schema: Schema
  ) throws(SQLError) -> (column: Int, delayMicros: Int64) {
    let column = try bindExpression(
      AST.Expression(.name(definition.column), span: definition.column.span), over: schema)
    guard case .column(let ordinal) = column.node, column.type.isTimestamp else {
      throw SQLError(
        .bind, "EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE",
        "the event time \"\(definition.column.text)\" must be a TIMESTAMP column, found \(column.type.sqlName)",
        span: definition.column.span, hint: "add a computed column: event_time AS CAST(… AS TIMESTAMP)")
    }
    switch definition.strategy {
    case .delay(let duration): return (ordinal, duration.micros)
    case .expression(let expression):
      let bound = try bindExpression(expression, over: schema)
      let delay = bound.eventTime([ordinal: EventTime(.event)])
      guard let delay, delay.offsetMicros >= 0, !delay.isWindow else {
        throw SQLError(
          .bind, "UNSUPPORTED_FEATURE", "a watermark is its column less a constant interval", span: expression.span,
          hint: "write WATERMARK FOR \(definition.column.text) AS \(definition.column.text) - INTERVAL '5' SECOND")
      }
      return (ordinal, delay.offsetMicros)
    }
  }

  /// Names that calls are known by without being in the registry of functions: conditionals, values of the step.
  package static var specialFunctionNames: [String] { ExpressionBinder.specialFormNames }

  /// Whether calls of this name mean a window of time.
  package static func isWindowCall(_ name: String) -> Bool { ExpressionBinder.isWindowCall(name) }

  /// The columns of `a INT, b STRING`.
  package static func columns(declaredIn text: String, span: SourceSpan) throws(SQLError) -> Schema {
    do throws(SQLError) {
      if case .structure(let fields) = try TypeBinder.schema(text) { return Schema(fields) }
    } catch {
      throw error.located(at: span)
    }
    throw SQLError(
      .bind, "INVALID_SCHEMA.PARSE_ERROR", "'\(text)' declares no columns", span: span, hint: "write 'a INT, b STRING'")
  }

  /// A column as CREATE TABLE declares it.
  package func bindColumn(_ name: String, _ type: AST.TypeName, isNullable: Bool) throws(SQLError) -> Field {
    Field(name, try TypeBinder.bind(column: type), isNullable: isNullable, lengths: TypeBinder.lengths(of: type))
  }

  /// A type as written in DDL.
  package func bindType(_ type: AST.TypeName, text: SourceText) throws(SQLError) -> DataType { try TypeBinder.bind(column: type) }
}

/// A query that is ready to run, with the stages that led there.
package struct PlannedQuery: Sendable {
  /// As bound.
  package var logical: LogicalPlan
  /// After the optimiser's rules.
  package var optimized: LogicalPlan
  package var physical: PhysicalPlan
  /// Output columns.
  package var schema: Schema
  /// Things worth saying that stop nothing.
  package var warnings: [SQLError]

  package init(
    logical: LogicalPlan, optimized: LogicalPlan, physical: PhysicalPlan, schema: Schema, warnings: [SQLError]
  ) {
    self.logical = logical
    self.optimized = optimized
    self.physical = physical
    self.schema = schema
    self.warnings = warnings
  }
}

extension OutputMode {
  package init(_ mode: AST.OutputMode) {
    switch mode {
    case .append: self = .append
    case .update: self = .update
    case .complete: self = .complete
    case .changelog: self = .changelog
    }
  }
}

extension AST.Trigger {
  /// Whether a bounded query takes one step under it.
  fileprivate var isOneStep: Bool {
    switch self {
    case .once, .continuous, .realtime: true
    case .every, .availableNow: false
    }
  }
}
