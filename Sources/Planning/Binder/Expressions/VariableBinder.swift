internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension ExpressionBinder {
  /// The value of a variable of the session, or of a field of it: what a name means that no column has.
  func sessionVariable(_ name: AST.ObjectName, span: SourceSpan) throws(SQLError) -> BoundExpression? {
    guard let (key, length) = SessionVariable.split(name), let variable = context.catalog.variable(named: key) else { return nil }
    var bound = BoundExpression.literal(variable.value, variable.type, span: span)
    for field in name.parts[length...] { bound = try self.field(field, of: bound, span: span) }
    return bound
  }
}
