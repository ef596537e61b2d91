import Diagnostics

extension Parser {
  mutating func statement() throws(SQLError) -> AST.Statement {
    let outer = try enter()
    defer { leave(outer) }
    let start = token.span
    let kind = try statementKind()
    return .init(kind, span: span(from: start))
  }

  private mutating func statementKind() throws(SQLError) -> AST.StatementKind {
    let start = token.span
    if at(.with) {
      advance()
      // The tables may be meant for an INSERT, whose query could have said them as well.
      let with = try withClause()
      if accept(.insert) { return .insert(try insert().with(with)) }
      let (query, clauses) = try runningQuery(after: with, from: start)
      return .query(query, clauses)
    }
    if isQueryStart() || at(.leftParen) {
      let (query, clauses) = try runningQuery()
      return .query(query, clauses)
    }
    if accept(.insert) { return .insert(try insert()) }
    if accept(.create) { return try create() }
    if accept(.drop) {
      if acceptSchemaWord() { return .schema(try dropSchema()) }
      return .drop(try drop())
    }
    if accept(.start) { return .startQuery(try startQuery()) }
    if accept(.explain) { return try explain() }
    if accept(.alter) {
      if at(.table) || at(.view) { return try alterRelation() }
      return .alterQuery(try alterQuery())
    }
    if accept(.update) { return .update(try update()) }
    if accept(.delete) { return .delete(try delete()) }
    if accept(.truncate) { return .delete(try truncate()) }
    if accept(.merge) { return .merge(try merge()) }
    if accept(.show) { return .show(try show()) }
    if accept(.describe) || accept(.desc) { return .describe(try describe()) }
    if accept(.set) {
      guard isVariableSetting else { return .set(try set()) }
      advance()
      return .setVariables(try setVariables())
    }
    if accept(.reset) { return .reset(isSettingStart ? try settingName() : nil) }
    if let control = try queryControl() { return control }
    if accept(.assert) { return .assert(try assertion()) }
    if accept(.advance) { return try advanceTime() }
    if accept(.declare) { return .declare(try declare()) }
    if at(.execute), kind(ahead: 1) == .word(.immediate) {
      advance()
      return .immediate(try immediate())
    }
    if accept(.use) { return .schema(try useSchema()) }
    if let upkeep = try upkeep() { return .upkeep(upkeep) }
    if let refusal = absentStatement() { throw refusal }
    note(.keyword(.select))
    note(.keyword(.with))
    throw unexpected("a statement")
  }

  /// `STOP QUERY q`, `AWAIT QUERY q FOR …`, `PROCESS`, `CLOSE STREAM s`
  private mutating func queryControl() throws(SQLError) -> AST.StatementKind? {
    if accept(.stop) {
      try expect(.query)
      return .stopQuery(try onlyName())
    }
    if accept(.pause) {
      try expect(.query)
      return .pauseQuery(try onlyName())
    }
    if accept(.resume) {
      try expect(.query)
      return .resumeQuery(try onlyName())
    }
    if accept(.await) {
      try expect(.query)
      let name = try onlyName()
      return .awaitQuery(name, timeout: accept(.for) ? try duration() : nil)
    }
    if accept(.process) { return .process(accept(.query) ? try onlyName() : nil) }
    if accept(.close) {
      try expect(.stream)
      return .closeStream(try objectName())
    }
    return nil
  }

  /// A query and the clauses that say how it runs; a LIMIT may follow them.
  mutating func runningQuery(
    after with: AST.WithClause? = nil, from beginning: SourceSpan? = nil
  ) throws(SQLError) -> (AST.Query, AST.StreamClauses) {
    var query = try query(after: with, from: beginning)
    var clauses = AST.StreamClauses()
    try streamClauses(&clauses)
    let start = token.span
    guard !clauses.isEmpty, accept(.limit) else { return (query, clauses) }
    guard query.limit == nil else { throw .duplicateClause("LIMIT", at: start) }
    let count = try expression()
    if query.pipes.isEmpty {
      query.limit = count
    } else {
      query.pipes.append(.init(kind: .limit(count, offset: nil), span: span(from: start)))
    }
    try streamClauses(&clauses)
    return (query, clauses)
  }

  mutating func streamClauses(_ clauses: inout AST.StreamClauses) throws(SQLError) {
    while isStreamClause {
      let start = token.span
      switch accept(anyOf: [.output, .emit, .trigger, .checkpoint]) {
      case .output, .emit:
        let mode = try outputMode()
        guard clauses.outputMode == nil else { throw .duplicateClause("the output mode", at: span(from: start)) }
        clauses.outputMode = mode
        clauses.outputModeSpan = span(from: start)
      case .trigger:
        let trigger = try trigger()
        guard clauses.trigger == nil else { throw .duplicateClause("TRIGGER", at: span(from: start)) }
        clauses.trigger = trigger
        clauses.triggerSpan = span(from: start)
      default:
        let checkpoint = try checkpoint()
        guard clauses.checkpoint == nil else { throw .duplicateClause("CHECKPOINT", at: span(from: start)) }
        clauses.checkpoint = checkpoint
        clauses.checkpointSpan = span(from: start)
      }
    }
    for keyword in [Keyword.output, .emit, .trigger, .checkpoint] { note(.keyword(keyword)) }
  }

  /// `MODE COMPLETE` after OUTPUT, or `CHANGES` after EMIT.
  private mutating func outputMode() throws(SQLError) -> AST.OutputMode {
    if accept(.mode) {
      switch accept(anyOf: [.append, .update, .complete, .changelog]) {
      case .append: return .append
      case .update: return .update
      case .complete: return .complete
      case .changelog: return .changelog
      default: throw unexpected()
      }
    }
    switch accept(anyOf: [.changes, .final, .updates, .snapshot, .on]) {
    case .changes: return .changelog
    case .final: return .append
    case .updates: return .update
    case .snapshot: return .complete
    default:
      try expect(.window)
      try expect(.close)
      return .append
    }
  }

  private mutating func trigger() throws(SQLError) -> AST.Trigger {
    switch accept(anyOf: [.every, .once, .available, .continuous, .realtime]) {
    case .every: return .every(try duration())
    case .continuous: return .continuous(try duration())
    case .once: return .once
    case .realtime: return .realtime
    default:
      try expect(.now)
      return .availableNow
    }
  }

  private mutating func checkpoint() throws(SQLError) -> AST.Checkpoint {
    let directory = try stringLiteral()
    return .init(directory: directory, every: accept(.every) ? try duration() : nil)
  }

  private mutating func explain() throws(SQLError) -> AST.StatementKind {
    let mode: AST.ExplainMode
    if case .word = kind, ["CODEGEN", "COST"].contains(tokenText.uppercased()), kind(ahead: 1) != .symbol(.dot) {
      throw SQLError(
        .parse, "UNSUPPORTED_FEATURE", "EXPLAIN \(tokenText.uppercased()) is not supported: there is no generated code and no estimate",
        span: token.span, hint: "EXPLAIN ANALYZE runs the query and counts")
    }
    switch accept(anyOf: [.logical, .optimized, .physical, .graph, .analyze, .extended, .formatted, .plan]) {
    case .logical: mode = .logical
    case .optimized: mode = .optimized
    case .physical: mode = .physical
    case .graph: mode = .graph
    case .analyze: mode = .analyze
    case .plan:
      try expect(.for)
      mode = .plan
    default: mode = .plan
    }
    // ANALYZE TABLE has no plan, and behind EXPLAIN the word is a mode.
    if mode == .plan, at(.analyze) { throw unexpected("a query") }
    return .explain(mode, try statement())
  }

  /// `ASSERT (query) = (query)`
  private mutating func assertion() throws(SQLError) -> AST.Assertion {
    try expect(.leftParen)
    let actual = try query()
    try expect(.rightParen)
    try expect(.equal)
    try expect(.leftParen)
    let expected = try query()
    try expect(.rightParen)
    return .init(actual: actual, expected: expected)
  }

  /// `CLOCK BY duration` or `WATERMARK [ON] relation TO e` after ADVANCE.
  private mutating func advanceTime() throws(SQLError) -> AST.StatementKind {
    if accept(.clock) {
      try expect(.by)
      return .advanceClock(try duration())
    }
    try expect(.watermark)
    _ = accept(.on)
    let name = try objectName()
    try expect(.to)
    return .advanceWatermark(name, to: try expression())
  }
}
