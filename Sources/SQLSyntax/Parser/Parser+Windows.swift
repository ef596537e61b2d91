import Diagnostics

extension Parser {
  /// `w AS (…), …` after WINDOW.
  mutating func namedWindows() throws(SQLError) -> [AST.NamedWindow] {
    try commaSeparated { (parser) throws(SQLError) in
      let name = try parser.onlyName()
      try parser.expect(.as)
      return AST.NamedWindow(name: name, specification: try parser.windowSpecification())
    }
  }

  /// `([base] [PARTITION BY …] [ORDER BY …] [frame])`
  mutating func windowSpecification() throws(SQLError) -> AST.WindowSpecification {
    let start = token.span
    try expect(.leftParen)
    var window = AST.WindowSpecification()
    if isName(), !isWindowKeyword { window.base = try name() }
    if accept(.partition) {
      try expect(.by)
      window.partitionBy = try expressionList()
    }
    if at(.order) { window.orderBy = try orderBy() } else { note(.keyword(.order)) }
    window.frame = try windowFrame()
    try expect(.rightParen)
    window.span = span(from: start)
    return window
  }

  private var isWindowKeyword: Bool { at(.partition) || at(.rows) || at(.range) || at(.groups) }

  private mutating func windowFrame() throws(SQLError) -> AST.WindowFrame? {
    let start = token.span
    let unit: AST.WindowFrame.Unit
    switch accept(anyOf: [.rows, .range, .groups]) {
    case .rows: unit = .rows
    case .range: unit = .range
    case .groups: unit = .groups
    default: return nil
    }
    let isBetween = accept(.between)
    let first = try frameBound()
    if isBetween { try expect(.and) }
    let last = isBetween ? try frameBound() : .currentRow
    let exclusion = try frameExclusion()
    return .init(unit: unit, start: first, end: last, exclusion: exclusion, span: span(from: start))
  }

  private mutating func frameExclusion() throws(SQLError) -> AST.WindowFrame.Exclusion? {
    guard accept(.exclude) else { return nil }
    if accept(.group) { return .group }
    if accept(.ties) { return .ties }
    if accept(.current) {
      try expect(.row)
      return .currentRow
    }
    try expect(.no)
    try expect(.others)
    return .noOthers
  }

  private mutating func frameBound() throws(SQLError) -> AST.WindowFrame.Bound {
    if at(.unbounded, .preceding) || at(.unbounded, .following) {
      advance()
      defer { advance() }
      return at(.preceding) ? .unboundedPreceding : .unboundedFollowing
    }
    if at(.current, .row) {
      advance()
      advance()
      return .currentRow
    }
    let distance = try value()
    if accept(.preceding) { return .preceding(distance) }
    try expect(.following)
    return .following(distance)
  }
}
