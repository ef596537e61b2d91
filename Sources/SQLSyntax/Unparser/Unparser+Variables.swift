extension Unparser {
  mutating func declare(_ declare: AST.Declare) {
    write(declare.isReplace ? "DECLARE OR REPLACE VARIABLE " : "DECLARE VARIABLE ")
    objectName(declare.name)
    if let type = declare.type {
      write(" ")
      typeName(type)
    }
    clause(" DEFAULT ", declare.value)
  }

  mutating func setVariables(_ set: AST.SetVariables) {
    write("SET VARIABLE ")
    switch set {
    case .assignments(let assignments): list(assignments) { $0.assignment($1) }
    case .row(let names, let query):
      parenthesised(names) { $0.objectName($1) }
      write(" = ")
      subquery(query)
    }
  }

  mutating func immediate(_ immediate: AST.Immediate) {
    clause("EXECUTE IMMEDIATE ", immediate.text)
    clause(" INTO ", immediate.targets) { $0.objectName($1) }
    clause(" USING ", immediate.arguments) { unparser, argument in
      unparser.expression(argument.expression)
      if let name = argument.alias {
        unparser.write(" AS ")
        unparser.anyName(name)
      }
    }
  }
}
