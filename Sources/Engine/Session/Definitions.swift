import SQLSyntax

/// The statements that made relations and views, for SHOW CREATE TABLE.
struct Definitions {
  private var texts: [String: String] = [:]

  private func key(_ name: AST.ObjectName) -> String { name.parts.map { $0.text.lowercased() }.joined(separator: ".") }

  func text(of name: AST.ObjectName) -> String? { texts[key(name)] }

  mutating func note(_ create: AST.CreateTable) {
    var create = create
    if create.ifNotExists, text(of: create.name) != nil { return }
    create.ifNotExists = false
    create.isReplace = false
    for index in create.options.indices where create.options[index].key.text.isSecretName {
      create.options[index].value = .string(AST.StringLiteral("***"))
    }
    texts[key(create.name)] = AST.Statement(.createTable(create), span: .none).sql
  }

  mutating func note(_ create: AST.CreateView) {
    var create = create
    if create.ifNotExists, text(of: create.name) != nil { return }
    create.ifNotExists = false
    create.isReplace = false
    texts[key(create.name)] = AST.Statement(.createView(create), span: .none).sql
  }

  mutating func forget(_ name: AST.ObjectName) { texts[key(name)] = nil }
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
