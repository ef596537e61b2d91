import Diagnostics

extension Parser {
  /// What follows SHOW.
  mutating func show() throws(SQLError) -> AST.Show {
    let subject: AST.Show.Subject
    switch accept(anyOf: [
      .queries, .tables, .streams, .views, .functions, .sources, .sinks, .connectors, .settings, .columns, .create, .schemas, .databases,
      .namespaces, .current,
    ]) {
    case .queries: subject = .queries
    case .tables: subject = .tables
    case .streams: subject = .streams
    case .views: subject = .views
    case .functions: subject = .functions
    case .sources: subject = .sources
    case .sinks: subject = .sinks
    case .connectors: subject = .connectors
    case .settings: subject = .settings
    case .schemas, .databases, .namespaces: subject = .schemas
    case .current:
      guard acceptSchemaWord() else { throw unexpected() }
      subject = .currentSchema
    case .columns:
      guard accept(anyOf: [.from, .in]) != nil else { throw unexpected() }
      subject = .columns(try objectName())
    case .create:
      guard accept(anyOf: [.table, .stream, .view]) != nil else { throw unexpected() }
      subject = .createTable(try objectName())
    default: throw unexpected()
    }
    return .init(subject: subject, like: accept(.like) ? try stringLiteral() : nil)
  }

  /// What follows DESCRIBE. Its words are names unless something to describe follows them.
  mutating func describe() throws(SQLError) -> AST.Describe {
    var isExtended = acceptBeforeSubject(.extended) || acceptBeforeSubject(.formatted)
    if at(.query), isOnlyName(ahead: 1), !isQueryStart(ahead: 1) {
      advance()
      return .init(subject: .query(try onlyName()), isExtended: isExtended)
    }
    if at(.query), isQueryStart(ahead: 1) || kind(ahead: 1) == .symbol(.leftParen) {
      advance()
      return .init(subject: .statement(try query()), isExtended: isExtended)
    }
    if at(.function), isOnlyName(ahead: 1) {
      advance()
      if acceptBeforeSubject(.extended) { isExtended = true }
      return .init(subject: .function(try objectName()), isExtended: isExtended)
    }
    if at(.leftParen) || (isQueryStart() && !at(.table)) {
      return .init(subject: .statement(try query()), isExtended: isExtended)
    }
    if at(.table), isOnlyName(ahead: 1) {
      advance()
      if acceptBeforeSubject(.extended) || acceptBeforeSubject(.formatted) { isExtended = true }
      return .init(subject: .relation(try objectName()), isExtended: isExtended)
    }
    if isString() { return .init(subject: .path(try stringLiteral()), isExtended: isExtended) }
    guard isName() else { throw unexpected("a relation, a query or a function") }
    return .init(subject: .relation(try objectName()), isExtended: isExtended)
  }

  /// Takes the word if it is one before a name, a string or a query.
  private mutating func acceptBeforeSubject(_ keyword: Keyword) -> Bool {
    guard at(keyword),
      isOnlyName(ahead: 1) || isString(ahead: 1) || isQueryStart(ahead: 1)
        || kind(ahead: 1) == .symbol(.leftParen)
    else { return false }
    advance()
    return true
  }

  /// What follows SET.
  mutating func set() throws(SQLError) -> AST.SetStatement {
    if at(.time), kind(ahead: 1) == .word(.zone) {
      advance()
      advance()
      return .timeZone(try timeZone())
    }
    guard isSettingStart else {
      if kind != .end, !at(.semicolon) { throw unexpected("the name of a setting") }
      return .showAll
    }
    let key = try settingName()
    guard accept(.equal) else { return .show(key) }
    return .assign(key: key, value: try settingValue())
  }

  private mutating func timeZone() throws(SQLError) -> AST.TimeZone {
    if accept(.local) { return .local }
    if accept(.interval) { return .offset(try intervalLiteral()) }
    return .named(try stringLiteral())
  }

  var isSettingStart: Bool {
    switch kind {
    case .word, .quotedName, .string: true
    case .binary, .number, .symbol, .hintStart, .hintEnd, .end: false
    }
  }

  /// `spark.sql.ansi.enabled`, `table.exec.source.idle-timeout`, or the name as a string.
  mutating func settingName() throws(SQLError) -> String {
    if isString() { return try singleString().text }
    var text = try anyName().text
    while at(.dot) || at(.hyphen) {
      text += at(.dot) ? "." : "-"
      advance()
      text += try anyName().text
    }
    return text
  }

  /// A string, a number with or without a word behind it, or words between dots.
  private mutating func settingValue() throws(SQLError) -> String {
    switch kind {
    case .string: return try stringLiteral().text
    case .number: return try settingNumber()
    case .symbol(.hyphen):
      advance()
      return "-" + (try settingNumber())
    case .word, .quotedName:
      // `Europe/Berlin` needs no quotes, as in Spark.
      var text = try settingName()
      while accept(.slash) { text += "/" + (try settingName()) }
      return text
    case .binary, .symbol, .hintStart, .hintEnd, .end: throw unexpected("the value of the setting")
    }
  }

  private mutating func settingNumber() throws(SQLError) -> String {
    guard case .number = kind else { throw unexpected("a number") }
    var text = tokenText
    advance()
    if case .word = kind {
      text += " " + tokenText
      advance()
    }
    return text
  }
}
