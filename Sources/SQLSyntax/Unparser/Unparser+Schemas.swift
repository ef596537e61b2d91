extension Unparser {
  mutating func schemaStatement(_ statement: AST.SchemaStatement) {
    switch statement {
    case .create(let name, let ifNotExists, let comment):
      write(ifNotExists ? "CREATE SCHEMA IF NOT EXISTS " : "CREATE SCHEMA ")
      objectName(name)
      clause(" COMMENT ", comment)
    case .drop(let name, let ifExists, let cascades):
      write(ifExists ? "DROP SCHEMA IF EXISTS " : "DROP SCHEMA ")
      objectName(name)
      if cascades { write(" CASCADE") }
    case .use(let name):
      write("USE ")
      objectName(name)
    }
  }

  mutating func upkeep(_ upkeep: AST.Upkeep) {
    switch upkeep {
    case .cache(let name, let query):
      write("CACHE TABLE ")
      objectName(name)
      if let query {
        write(" AS ")
        self.query(query)
      }
    case .uncache(let name, let ifExists):
      write(ifExists ? "UNCACHE TABLE IF EXISTS " : "UNCACHE TABLE ")
      objectName(name)
    case .clearCache: write("CLEAR CACHE")
    case .refresh(let name):
      write("REFRESH TABLE ")
      objectName(name)
    case .analyze(let name):
      write("ANALYZE TABLE ")
      objectName(name)
      write(" COMPUTE STATISTICS")
    }
  }

  mutating func alterView(_ view: AST.CreateView) {
    write("ALTER VIEW ")
    objectName(view.name)
    write(" AS ")
    running(view.query, view.clauses)
  }

  mutating func addColumns(_ alter: AST.AddColumns) {
    write("ALTER TABLE ")
    objectName(alter.table)
    write(" ADD COLUMNS ")
    parenthesised(alter.columns) { unparser, column in unparser.column(column) }
  }

  mutating func rename(_ rename: AST.Rename) {
    write(rename.isView ? "ALTER VIEW " : "ALTER TABLE ")
    objectName(rename.name)
    write(" RENAME TO ")
    objectName(rename.newName)
  }
}
