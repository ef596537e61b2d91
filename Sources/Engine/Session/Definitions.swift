import SQLSyntax

/// The statements that made relations and views, for SHOW CREATE TABLE.
struct Definitions {
  private var texts: [String: String] = [:]

  /// By the key that the catalog gives the name.
  func text(of key: String) -> String? { texts[key] }

  mutating func note(_ create: AST.CreateTable, key: String) {
    var create = create
    if create.ifNotExists, text(of: key) != nil { return }
    create.ifNotExists = false
    create.isReplace = false
    for index in create.options.indices where create.options[index].key.text.isSecretName {
      create.options[index].value = .string(AST.StringLiteral("***"))
    }
    texts[key] = AST.Statement(.createTable(create), span: .none).sql
  }

  mutating func note(_ create: AST.CreateView, key: String) {
    var create = create
    if create.ifNotExists, text(of: key) != nil { return }
    create.ifNotExists = false
    create.isReplace = false
    texts[key] = AST.Statement(.createView(create), span: .none).sql
  }

  mutating func move(_ key: String, to newKey: String) { texts[newKey] = texts.removeValue(forKey: key) }
  mutating func forget(_ key: String) { texts[key] = nil }
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
