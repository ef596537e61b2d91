import Diagnostics

extension Parser {
  /// What follows CREATE.
  mutating func create() throws(SQLError) -> AST.StatementKind {
    let isReplace = accept(.or)
    if isReplace { try expect(.replace) }
    if !isReplace, acceptSchemaWord() { return .schema(try createSchema()) }
    let isTemporary = accept(anyOf: [.temporary, .temp]) != nil
    if accept(.function) {
      return .createFunction(try createFunction(isReplace: isReplace, isTemporary: isTemporary))
    }
    if accept(.aggregate) {
      return .createAggregate(try createAggregate(isReplace: isReplace, isTemporary: isTemporary))
    }
    let isMaterialized = !isTemporary && accept(.materialized)
    if isMaterialized || at(.view) {
      try expect(.view)
      return .createView(
        try createView(isMaterialized ? .materialized : isTemporary ? .temporary : .permanent, isReplace: isReplace))
    }
    let kind: AST.CreateTable.Kind
    switch accept(anyOf: [.table, .stream, .source, .sink]) {
    case .table: kind = .table
    case .stream: kind = .stream
    case .source: kind = .source
    case .sink: kind = .sink
    default:
      if let refusal = absentThing() { throw refusal }
      note(.keyword(.view))
      throw unexpected()
    }
    return try createTable(kind, isReplace: isReplace, isTemporary: isTemporary)
  }

  private mutating func createTable(
    _ kind: AST.CreateTable.Kind, isReplace: Bool, isTemporary: Bool
  ) throws(SQLError) -> AST.StatementKind {
    let ifNotExists = try ifNotExists()
    var table = AST.CreateTable(kind: kind, name: try objectName())
    table.isReplace = isReplace
    table.isTemporary = isTemporary
    table.ifNotExists = ifNotExists
    if at(.leftParen) { try tableElements(&table) }
    try tableClauses(&table)
    guard accept(.as) else { return .createTable(table) }
    let (query, clauses) = try runningQuery()
    if kind == .sink {
      return .createSink(
        .init(
          ifNotExists: ifNotExists, name: table.name, using: table.using, options: table.options, query: query,
          clauses: clauses))
    }
    table.query = query
    table.clauses = clauses
    return .createTable(table)
  }

  /// USING, OPTIONS, WITH, PARTITIONED BY, LOCATION, COMMENT, TBLPROPERTIES, LIKE in any order.
  private mutating func tableClauses(_ table: inout AST.CreateTable) throws(SQLError) {
    while true {
      let start = token.span
      switch accept(anyOf: [.using, .options, .with, .tblproperties, .partitioned, .location, .comment, .like]) {
      case .using:
        let using = try onlyName()
        guard table.using == nil else { throw .duplicateClause("USING", at: start) }
        table.using = using
      case .options, .with, .tblproperties:
        table.options += try options()
      case .partitioned:
        try expect(.by)
        table.partitionedBy += try nameList()
      case .location:
        let location = try stringLiteral()
        guard table.location == nil else { throw .duplicateClause("LOCATION", at: start) }
        table.location = location
      case .comment:
        let comment = try stringLiteral()
        guard table.comment == nil else { throw .duplicateClause("COMMENT", at: start) }
        table.comment = comment
      case .like:
        let like = try objectName()
        guard table.like == nil else { throw .duplicateClause("LIKE", at: start) }
        table.like = like
      default: return
      }
    }
  }

  private mutating func createView(
    _ kind: AST.CreateView.Kind, isReplace: Bool
  ) throws(SQLError) -> AST.CreateView {
    let ifNotExists = try ifNotExists()
    let name = try objectName()
    let columns = at(.leftParen) ? try parenthesisedList { (parser) throws(SQLError) in try parser.viewColumn() } : []
    let comment = accept(.comment) ? try stringLiteral() : nil
    let viewOptions = accept(anyOf: [.with, .options, .tblproperties]) != nil ? try options() : []
    try expect(.as)
    let (query, clauses) = try runningQuery()
    return .init(
      kind: kind, isReplace: isReplace, ifNotExists: ifNotExists, name: name, columns: columns, comment: comment,
      options: viewOptions, query: query, clauses: clauses)
  }

  /// `name [COMMENT 'text']`; the comment is for whoever reads the definition.
  private mutating func viewColumn() throws(SQLError) -> AST.Identifier {
    let name = try anyName()
    if accept(.comment) { _ = try stringLiteral() }
    return name
  }

  /// What follows DROP.
  mutating func drop() throws(SQLError) -> AST.Drop {
    _ = accept(anyOf: [.temporary, .temp])
    let kind: AST.Drop.Kind
    switch accept(anyOf: [.table, .stream, .source, .sink, .view, .materialized, .function, .aggregate, .variable]) {
    case .table: kind = .table
    case .stream: kind = .stream
    case .source: kind = .source
    case .sink: kind = .sink
    case .view: kind = .view
    case .function: kind = .function
    case .aggregate: kind = .aggregate
    case .variable: kind = .variable
    case .materialized:
      try expect(.view)
      kind = .materializedView
    default: throw unexpected()
    }
    let ifExists = at(.if, .exists)
    if ifExists {
      advance()
      advance()
    }
    return .init(kind: kind, ifExists: ifExists, name: try objectName())
  }
}
