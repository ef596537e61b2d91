import Columnar
import Connectors
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// Runs one statement of a session; each family of statements is a file beside this one.
struct StatementExecutor {
  let session: Session
  let text: SourceText
  /// How many EXECUTE IMMEDIATE stand around the statement.
  var immediateDepth = 0

  var catalog: SessionCatalog { session.catalog }

  /// Returns a notice for an interactive user.
  func execute(_ statement: AST.Statement) throws(SQLError) -> String? {
    switch statement.kind {
    case .query(let query, let clauses): return try select(query, clauses)
    case .insert(let insert): return try self.insert(insert, span: statement.span)
    case .explain(let mode, let inner): return try explain(mode, inner)
    case .createTable(let create):
      let notice = try createTable(create, span: statement.span)
      catalog.definitions.note(try withColumns(create), key: catalog.key(of: create.name))
      return notice
    case .createView(let create):
      let notice = try createView(create, span: statement.span)
      catalog.definitions.note(create, key: catalog.key(of: create.name))
      return notice
    case .drop(let drop): return try self.drop(drop)
    case .declare(let declare): return try self.declare(declare)
    case .setVariables(let set): return try setVariables(set, span: statement.span)
    case .immediate(let immediate): return try executeImmediate(immediate)
    case .schema(let statement): return try schema(statement)
    case .upkeep(let upkeep): return try self.upkeep(upkeep)
    case .startQuery(let start): return try startQuery(start, span: statement.span)
    case .stopQuery(let name): return try stop(name)
    case .pauseQuery(let name): return try pause(name)
    case .resumeQuery(let name): return try resume(name)
    case .awaitQuery(let name, let timeout): return try awaitQuery(name, timeout: timeout)
    case .process(let name): return try process(name)
    case .closeStream(let name): return try close(name)
    case .show(let show): return try self.show(show)
    case .describe(let describe): return try self.describe(describe)
    case .set(let set): return try self.set(set, span: statement.span)
    case .reset(let key): return try reset(key)
    case .assert(let assertion): return try assert(assertion, span: statement.span)
    case .advanceClock(let duration): return try advanceClock(duration, span: statement.span)
    case .update(let update): return try self.update(update, span: statement.span)
    case .delete(let delete): return try self.delete(delete, span: statement.span)
    case .alterView(let create):
      let notice = try alterView(create, span: statement.span)
      catalog.definitions.note(create, key: catalog.key(of: create.name))
      return notice
    case .rename(let rename): return try self.rename(rename)
    case .addColumns(let alter): return try addColumns(alter)
    case .alterQuery: throw notYet("ALTER QUERY", statement.span, hint: "STOP QUERY it, and START QUERY it as it shall be")
    case .merge(let merge): return try self.merge(merge, span: statement.span)
    case .createSink(let create): return try createSink(create, span: statement.span)
    case .createFunction(let create): return try createFunction(create, span: statement.span)
    case .createAggregate(let create): return try createAggregate(create, span: statement.span)
    case .advanceWatermark(let name, let time): return try advanceWatermark(name, to: time)
    }
  }

  func notYet(_ what: String, _ span: SourceSpan, hint: String) -> SQLError {
    SQLError(.plan, "UNSUPPORTED_FEATURE", "\(what) cannot be run yet", span: span, hint: hint)
  }

  /// Plans a query with its statement's clauses.
  func plan(_ query: AST.Query, _ clauses: AST.StreamClauses) throws(SQLError) -> PlannedQuery {
    var planner = Planner(catalog: catalog)
    planner.isOptimizing = session.options.isOptimizing
    return try planner.plan(query, text: text, clauses: clauses)
  }

  func trigger(_ clauses: AST.StreamClauses) -> Trigger {
    switch clauses.trigger {
    case nil: .immediate
    case .every(let interval): .every(micros: interval.micros)
    case .once: .once
    case .availableNow: .availableNow
    // The interval is that of commits, not of steps (SEM-1): rows are shown at once.
    case .continuous, .realtime: .immediate
    }
  }
}
