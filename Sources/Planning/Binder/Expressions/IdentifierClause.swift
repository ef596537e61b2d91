internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// `IDENTIFIER(e)` where the parser found more than strings in the parentheses: the name is a constant of any form.
extension ExpressionBinder {
  /// The name that a call of `identifier` stands for.
  func identifierName(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> AST.ObjectName {
    guard call.arguments.count == 1, let argument = call.arguments[0].expression else {
      throw .wrongArgumentCount("identifier", expected: "1 argument", found: call.arguments.count, span: span)
    }
    func refusal(_ subclass: String, _ found: String) -> SQLError {
      SQLError(
        .bind, "NOT_A_CONSTANT_STRING.\(subclass)", "identifier takes a constant text, found \(found)", span: argument.span)
    }
    var constants = self
    constants.scope = Scope()
    constants.aliases = .none
    let bound = try constants.bind(argument)
    guard bound.type == .string || bound.type == .null else { throw refusal("WRONG_TYPE", bound.type.sqlName) }
    guard bound.isConstant else { throw refusal("NOT_CONSTANT", "what is another one each time") }
    guard let text = try context.constantValue(bound).text else { throw refusal("NULL", "NULL") }
    return try AST.ObjectName(text: text, span: span)
  }
}
