import Diagnostics

extension Parser {
  /// What follows INSERT.
  mutating func insert() throws(SQLError) -> AST.Insert {
    let isOverwrite = accept(.overwrite)
    if !isOverwrite { try expect(.into) }
    if isOverwrite, isDirectory() { return try insertDirectory() }
    if at(.table) { advance() }
    let start = token.span
    let target = try insertTarget()
    let targetSpan = span(from: start)
    let options = at(.options, .leftParen) ? try namedOptions() : []
    let partition = at(.partition, .leftParen) ? try partitionClause() : []
    var columns: [AST.Identifier] = []
    let isByName = at(.by)
    if isByName {
      try expect(.by, .name)
    } else if at(.leftParen), isOnlyName(ahead: 1), !isQueryStart(ahead: 1) {
      // A reserved word begins a query, or is no name to `insertTarget`, which looked at the same list.
      columns = try parenthesisedList { (parser) throws(SQLError) in try parser.onlyName() }
    }
    let (query, clauses) = try runningQuery()
    return .init(
      isOverwrite: isOverwrite, target: target, targetSpan: targetSpan, options: options,
      partition: partition, isByName: isByName, columns: columns, query: query, clauses: clauses)
  }

  /// `PARTITION (a = 1, b)`
  private mutating func partitionClause() throws(SQLError) -> [AST.PartitionValue] {
    try expect(.partition)
    return try parenthesisedList { (parser) throws(SQLError) in
      let column = try parser.anyName()
      return AST.PartitionValue(column: column, value: parser.accept(.equal) ? try parser.expression() : nil)
    }
  }

  /// `OPTIONS (…)`
  private mutating func namedOptions() throws(SQLError) -> [AST.Option] {
    try expect(.options)
    return try options()
  }

  /// A name, a path, or a connector with arguments: literals and `key => value`, so that `t (a, b)` stays a column list.
  private mutating func insertTarget() throws(SQLError) -> AST.InsertTarget {
    if isString() { return .path(try stringLiteral()) }
    guard isName(), !at(.table) else { throw unexpected("a relation, a path or a connector") }
    let name = try objectName()
    guard at(.leftParen), !isOnlyNameList(ahead: 1),
      isTargetArgument(ahead: 1) || kind(ahead: 1) == .symbol(.rightParen)
    else { return .name(name) }
    let arguments = try parenthesisedListOrNone { (parser) throws(SQLError) in
      try parser.targetArgument()
    }
    return .function(.init(name: name, arguments: arguments))
  }

  /// A string, a number, or `name => e`.
  private mutating func targetArgument() throws(SQLError) -> AST.Argument {
    let start = token.span
    if isString() {
      let string = try stringLiteral()
      return .init(value: .expression(.init(.literal(.string(string)), span: string.span)))
    }
    if case .number = kind {
      let number = try numberLiteral()
      return .init(value: .expression(.init(.literal(.number(number)), span: start)))
    }
    guard isTargetArgument() else { throw unexpected("a literal or name => value") }
    return try argument()
  }

  private func isTargetArgument(ahead distance: Int = 0) -> Bool {
    switch kind(ahead: distance) {
    case .string, .number: true
    default: isName(ahead: distance) && kind(ahead: distance + 1) == .symbol(.fatArrow)
    }
  }

  /// Whether `"a", "b")` goes on like a list of columns before a query.
  private func isOnlyNameList(ahead distance: Int) -> Bool {
    var distance = distance
    while isOnlyName(ahead: distance) {
      guard kind(ahead: distance + 1) == .symbol(.comma) else {
        return kind(ahead: distance + 1) == .symbol(.rightParen)
      }
      distance += 2
    }
    return false
  }

  /// What follows START: `QUERY [IF NOT EXISTS] [name] [INTO target [OPTIONS …]] AS query clauses`.
  mutating func startQuery() throws(SQLError) -> AST.StartQuery {
    try expect(.query)
    let ifNotExists = try ifNotExists()
    let name = isOnlyName() ? try onlyName() : nil
    var target: AST.InsertTarget?
    var targetOptions: [AST.Option] = []
    if accept(.into) {
      target = try insertTarget()
      if accept(.options) { targetOptions = try options() }
    }
    try expect(.as)
    let (query, clauses) = try runningQuery()
    return .init(
      name: name, ifNotExists: ifNotExists, target: target, options: targetOptions, query: query,
      clauses: clauses)
  }

  /// What follows ALTER: `QUERY q AS query clauses`, `QUERY q SET clauses`.
  mutating func alterQuery() throws(SQLError) -> AST.AlterQuery {
    try expect(.query)
    let name = try onlyName()
    if accept(.as) {
      let (query, clauses) = try runningQuery()
      return .init(name: name, query: query, clauses: clauses)
    }
    try expect(.set)
    var clauses = AST.StreamClauses()
    try streamClauses(&clauses)
    guard !clauses.isEmpty else { throw unexpected() }
    return .init(name: name, clauses: clauses)
  }

  /// What follows UPDATE.
  mutating func update() throws(SQLError) -> AST.Update {
    let target = try objectName()
    let alias = at(.set) ? nil : try alias()
    try expect(.set)
    return .init(
      target: target, alias: alias, assignments: try assignments(), where: accept(.where) ? try expression() : nil)
  }

  /// What follows DELETE.
  mutating func delete() throws(SQLError) -> AST.Delete {
    try expect(.from)
    let target = try objectName()
    let alias = try alias()
    return .init(target: target, alias: alias, where: accept(.where) ? try expression() : nil)
  }

  /// What follows TRUNCATE: `TABLE t`, which is DELETE of all rows.
  mutating func truncate() throws(SQLError) -> AST.Delete {
    try expect(.table)
    return .init(target: try objectName(), alias: nil, where: nil)
  }

  /// What follows MERGE.
  mutating func merge() throws(SQLError) -> AST.Merge {
    try expect(.into)
    let target = try objectName()
    let alias = try alias()
    try expect(.using)
    let source = try relationPrimary()
    try expect(.on)
    let condition = try expression()
    var clauses: [AST.Merge.Clause] = []
    try expect(.when)
    repeat { clauses.append(try mergeClause()) } while accept(.when)
    return .init(target: target, targetAlias: alias, source: source, condition: condition, clauses: clauses)
  }

  /// `[NOT] MATCHED [BY SOURCE | BY TARGET] [AND e] THEN action`
  private mutating func mergeClause() throws(SQLError) -> AST.Merge.Clause {
    var match = AST.Merge.Match.matched
    if accept(.not) { match = .notMatched }
    try expect(.matched)
    if match == .notMatched, accept(.by) {
      if accept(.source) { match = .notMatchedBySource } else { try expect(.target) }
    }
    let condition = accept(.and) ? try expression() : nil
    try expect(.then)
    return .init(match: match, condition: condition, action: try mergeAction())
  }

  private mutating func mergeAction() throws(SQLError) -> AST.Merge.Action {
    if accept(.delete) { return .delete }
    if accept(.update) {
      try expect(.set)
      return .update(accept(.star) ? [] : try assignments())
    }
    try expect(.insert)
    if accept(.star) { return .insert(columns: [], values: []) }
    let columns = try parenthesisedList { (parser) throws(SQLError) in try parser.objectName() }
    try expect(.values)
    let values = try parenthesisedList { (parser) throws(SQLError) in try parser.expression() }
    return .insert(columns: columns, values: values)
  }

  /// `[IF NOT EXISTS]`
  mutating func ifNotExists() throws(SQLError) -> Bool {
    guard at(.if), kind(ahead: 1) == .word(.not) else { return false }
    advance()
    advance()
    try expect(.exists)
    return true
  }
}
