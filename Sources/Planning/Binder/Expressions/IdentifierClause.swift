internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// `IDENTIFIER('t.a')`: a name that is computed, as a constant, for scripts whose names come from variables.
extension ExpressionBinder {
  /// The name that a call of `identifier` stands for.
  func identifierName(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> AST.ObjectName {
    guard call.arguments.count == 1, let argument = call.arguments[0].expression else {
      throw .wrongArgumentCount("identifier", expected: "1 argument", found: call.arguments.count, span: span)
    }
    var constants = self
    constants.scope = Scope()
    constants.aliases = .none
    let bound = try constants.bind(argument)
    guard bound.isConstant, bound.type == .string, let text = try context.constantValue(bound).text else {
      throw SQLError(
        .bind, "NOT_A_CONSTANT_STRING", "identifier takes a constant text, found \(bound.type.sqlName)", span: argument.span)
    }
    guard let parts = Self.nameParts(text) else {
      throw SQLError(.bind, "INVALID_ATTRIBUTE_NAME_SYNTAX", "'\(text)' is no name", span: argument.span)
    }
    return AST.ObjectName(parts.map { AST.Identifier($0, span: span) })
  }

  /// Parts between dots, backquotes around them taken off; nil if one is empty or a backquote is left open.
  private static func nameParts(_ text: String) -> [String]? {
    var parts: [String] = []
    var part = ""
    var isQuoted = false
    var wasQuoted = false
    var rest = Array(text)[...]
    while let character = rest.popFirst() {
      switch character {
      case "`" where isQuoted && rest.first == "`":
        rest.removeFirst()
        part.append("`")
      case "`":
        guard isQuoted || part.isEmpty else { return nil }
        isQuoted.toggle()
        wasQuoted = true
      case "." where !isQuoted:
        guard wasQuoted || !part.isEmpty else { return nil }
        parts.append(part)
        (part, wasQuoted) = ("", false)
      default:
        if wasQuoted, !isQuoted { return nil }
        part.append(character)
      }
    }
    guard !isQuoted, !part.isEmpty else { return nil }
    return parts + [part]
  }
}
