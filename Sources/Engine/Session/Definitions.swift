import SQLSyntax

/// The statements that made relations and views, for SHOW CREATE TABLE, by the keys that the catalog gives their names.
struct Definitions {
  private enum Definition {
    case table(AST.CreateTable)
    case view(AST.CreateView)
  }

  private var definitions: [String: Definition] = [:]

  func text(of key: String) -> String? {
    switch definitions[key] {
    case .table(let create): AST.Statement(.createTable(create), span: .none).sql
    case .view(let create): AST.Statement(.createView(create), span: .none).sql
    case nil: nil
    }
  }

  mutating func note(_ create: AST.CreateTable, key: String) {
    var create = create
    if create.ifNotExists, definitions[key] != nil { return }
    create.ifNotExists = false
    create.isReplace = false
    for index in create.options.indices where create.options[index].key.text.isSecretName {
      create.options[index].value = .string(AST.StringLiteral("***"))
    }
    definitions[key] = .table(create)
  }

  mutating func note(_ create: AST.CreateView, key: String) {
    var create = create
    if create.ifNotExists, definitions[key] != nil { return }
    create.ifNotExists = false
    create.isReplace = false
    definitions[key] = .view(create)
  }

  /// Another definition of the same relation.
  mutating func change(_ key: String, _ body: (inout AST.CreateTable) -> Void) {
    guard case .table(var create) = definitions[key] else { return }
    body(&create)
    definitions[key] = .table(create)
  }

  /// The relation has another name, in its definition too.
  mutating func move(_ key: String, to newKey: String, name: AST.ObjectName) {
    switch definitions.removeValue(forKey: key) {
    case .table(var create):
      create.name = name
      definitions[newKey] = .table(create)
    case .view(var create):
      create.name = name
      definitions[newKey] = .view(create)
    case nil: break
    }
  }

  mutating func forget(_ key: String) { definitions[key] = nil }
}

extension String {
  /// Whether an option of this name may hold what others must not see.
  fileprivate var isSecretName: Bool {
    let name = lowercased()
    return ["password", "secret", "token", "credential", "accesskey", "access.key"].contains { piece in
      name.indices.contains { name[$0...].hasPrefix(piece) }
    }
  }
}
