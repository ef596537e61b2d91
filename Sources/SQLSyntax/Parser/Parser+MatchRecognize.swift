import Diagnostics

extension Parser {
  /// What follows MATCH_RECOGNIZE.
  mutating func matchRecognize() throws(SQLError) -> AST.MatchRecognize {
    let start = token.span
    try expect(.leftParen)
    var match = AST.MatchRecognize(pattern: .init(kind: .empty, span: start), span: start)
    if accept(.partition) {
      try expect(.by)
      match.partitionBy = try expressionList()
    }
    if at(.order) { match.orderBy = try orderBy() } else { note(.keyword(.order)) }
    if accept(.measures) {
      match.measures = try commaSeparated { (parser) throws(SQLError) in
        let start = parser.token.span
        let expression = try parser.expression()
        try parser.expect(.as)
        let name = try parser.anyName()
        return AST.SelectItem(expression, aliases: [name], span: parser.span(from: start))
      }
    }
    match.rowsPerMatch = try rowsPerMatch()
    if accept(.after) { match.afterMatch = try afterMatch() }
    try expect(.pattern)
    try expect(.leftParen)
    match.pattern = try rowPattern()
    try expect(.rightParen)
    if accept(.within) { match.within = try duration() }
    if accept(.subset) { match.subsets = try subsets() }
    try expect(.define)
    match.definitions = try commaSeparated { (parser) throws(SQLError) in
      let variable = try parser.name()
      try parser.expect(.as)
      return AST.MatchRecognize.Definition(variable: variable, condition: try parser.expression())
    }
    try expect(.rightParen)
    match.span = span(from: start)
    return match
  }

  /// `ONE ROW PER MATCH`, `ALL ROWS PER MATCH [SHOW EMPTY MATCHES | OMIT … | WITH UNMATCHED ROWS]`
  private mutating func rowsPerMatch() throws(SQLError) -> AST.MatchRecognize.RowsPerMatch {
    if accept(.one) {
      try expect(.row)
      try expect(.per)
      try expect(.match)
      return .one
    }
    guard accept(.all) else { return .one }
    try expect(.rows)
    try expect(.per)
    try expect(.match)
    if accept(.with) {
      try expect(.unmatched, .rows)
      return .allWithUnmatched
    }
    guard let empty = accept(anyOf: [.show, .omit]) else { return .allShowEmpty }
    try expect(.empty, .matches)
    return empty == .show ? .allShowEmpty : .allOmitEmpty
  }

  /// `MATCH SKIP PAST LAST ROW | TO NEXT ROW | TO [FIRST | LAST] variable` after AFTER.
  private mutating func afterMatch() throws(SQLError) -> AST.MatchRecognize.AfterMatch {
    try expect(.match, .skip)
    if accept(.past) {
      try expect(.last, .row)
      return .pastLastRow
    }
    try expect(.to)
    if accept(.next, .row) { return .toNextRow }
    if at(.first), isName(ahead: 1) {
      advance()
      return .toFirst(try name())
    }
    if at(.last), isName(ahead: 1) { advance() }
    return .toLast(try name())
  }

  private mutating func subsets() throws(SQLError) -> [AST.MatchRecognize.Subset] {
    try commaSeparated { (parser) throws(SQLError) in
      let name = try parser.name()
      try parser.expect(.equal)
      let variables = try parser.parenthesisedList { (parser) throws(SQLError) in try parser.name() }
      return AST.MatchRecognize.Subset(name: name, variables: variables)
    }
  }

  /// Alternatives between bars.
  private mutating func rowPattern() throws(SQLError) -> AST.RowPattern {
    let outer = try enter()
    defer { leave(outer) }
    let start = token.span
    var alternatives: [AST.RowPattern] = []
    repeat {
      let pattern = try patternSequence()
      if case .alternation(let inner) = pattern.kind { alternatives += inner } else { alternatives.append(pattern) }
    } while accept(.bar)
    return alternatives.count == 1
      ? alternatives[0] : .init(kind: .alternation(alternatives), span: span(from: start))
  }

  private mutating func patternSequence() throws(SQLError) -> AST.RowPattern {
    let start = token.span
    var steps: [AST.RowPattern] = []
    repeat {
      let before = index
      let step = try patternStep()
      if case .sequence(let inner) = step.kind { steps += inner } else { steps.append(step) }
      try checkProgress(since: before)
    } while !at(.rightParen) && !at(.bar) && !at(.comma) && !isExclusionEnd && kind != .end
    return steps.count == 1 ? steps[0] : .init(kind: .sequence(steps), span: span(from: start))
  }

  private var isExclusionEnd: Bool { at(.hyphen) && kind(ahead: 1) == .symbol(.rightBrace) }

  /// A variable or a group with its quantifier.
  private mutating func patternStep() throws(SQLError) -> AST.RowPattern {
    let start = token.span
    let pattern = try patternPrimary()
    guard let (least, most) = try patternQuantifier() else { return pattern }
    let isReluctant = accept(.question)
    return .init(
      kind: .quantified(pattern, least: least, most: most, isReluctant: isReluctant), span: span(from: start))
  }

  private mutating func patternPrimary() throws(SQLError) -> AST.RowPattern {
    let start = token.span
    if accept(.caret) { return .init(kind: .start, span: start) }
    if accept(.dollar) { return .init(kind: .end, span: start) }
    if at(.leftParen) {
      advance()
      if accept(.rightParen) { return .init(kind: .empty, span: span(from: start)) }
      let pattern = try rowPattern()
      try expect(.rightParen)
      return pattern
    }
    if at(.leftBrace), kind(ahead: 1) == .symbol(.hyphen) {
      advance()
      advance()
      let pattern = try rowPattern()
      try expect(.hyphen)
      try expect(.rightBrace)
      return .init(kind: .excluded(pattern), span: span(from: start))
    }
    if at(.permute, .leftParen) {
      advance()
      let patterns = try parenthesisedList { (parser) throws(SQLError) in try parser.rowPattern() }
      return .init(kind: .permute(patterns), span: span(from: start))
    }
    guard isName() else { throw unexpected("a pattern variable") }
    return .init(kind: .variable(try name()), span: start)
  }

  /// `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`, `{,m}`
  private mutating func patternQuantifier() throws(SQLError) -> (least: Int, most: Int?)? {
    if accept(.star) { return (0, nil) }
    if accept(.plus) { return (1, nil) }
    if accept(.question) { return (0, 1) }
    guard at(.leftBrace), kind(ahead: 1) != .symbol(.hyphen) else { return nil }
    advance()
    if accept(.comma) {
      let most = try integer()
      try expect(.rightBrace)
      return (0, most)
    }
    let least = try integer()
    var most: Int? = least
    if accept(.comma) { most = at(.rightBrace) ? nil : try integer() }
    try expect(.rightBrace)
    return (least, most)
  }
}
