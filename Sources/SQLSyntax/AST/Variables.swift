import Diagnostics

extension AST {
  /// `DECLARE [OR REPLACE] [VARIABLE] name [type] [DEFAULT e]`
  package struct Declare: Equatable, Sendable {
    package var name: ObjectName
    package var isReplace: Bool
    /// nil: that of the value.
    package var type: TypeName?
    package var value: Expression?
  }

  /// `SET VARIABLE a = e, …`, or `SET VARIABLE (a, …) = (query)`
  package enum SetVariables: Equatable, Sendable {
    case assignments([Assignment])
    case row([ObjectName], Query)
  }
}

extension AST.Query {
  /// `SELECT e, …`
  package static func selecting(_ values: [AST.Expression]) -> AST.Query {
    let span = values.reduce(SourceSpan.none) { $0.union($1.span) }
    return AST.Query(body: .select(AST.Select(items: values.map { AST.SelectItem($0, span: $0.span) }, span: span)), span: span)
  }
}
