package import Columnar
internal import Diagnostics
package import SQLSyntax

/// A function that a user defined (CREATE FUNCTION): its body is bound anew at every call, with the arguments in the
/// place of its parameters.
package struct RoutineDefinition: Sendable {
  package struct Parameter: Sendable {
    package var name: String
    package var type: DataType
    /// Bound without any name in sight.
    package var defaultValue: AST.Expression?
    package init(name: String, type: DataType, defaultValue: AST.Expression? = nil) {
      self.name = name
      self.type = type
      self.defaultValue = defaultValue
    }
  }

  package enum Body: Sendable {
    case expression(AST.Expression)
    /// A query of one value; with `Result.table` a relation.
    case query(AST.Query)
  }

  package enum Result: Sendable {
    /// nil: the type of the body.
    case value(DataType?)
    /// Columns with the types that the body's are cast to; nil: the columns of the body.
    case table(Schema?)
  }

  /// Lower case.
  package var name: String
  /// What a column made by a call is named with: one that is kept shows its catalog and schema, as in Spark.
  package var shownName: String
  /// Whether the session was in ANSI mode when the function was made: its body stays so.
  package var isANSI: Bool
  package var parameters: [Parameter]
  package var result: Result
  package var body: Body
  /// The statement as it was written, for DESCRIBE FUNCTION.
  package var definition: String

  package init(
    name: String, shownName: String, isANSI: Bool, parameters: [Parameter], result: Result, body: Body, definition: String
  ) {
    self.name = name
    self.shownName = shownName
    self.isANSI = isANSI
    self.parameters = parameters
    self.result = result
    self.body = body
    self.definition = definition
  }

  /// `c_to_f(c DOUBLE) RETURNS DOUBLE`
  package var signature: String {
    let parameters = parameters.map { "\($0.name) \($0.type.sqlName)" }.joined(separator: ", ")
    let result =
      switch result {
      case .value(nil): ""
      case .value(let type?): " RETURNS \(type.sqlName)"
      case .table(let schema):
        " RETURNS TABLE (\((schema?.fields ?? []).map { "\($0.name) \($0.type.sqlName)" }.joined(separator: ", ")))"
      }
    return "\(name)(\(parameters))\(result)"
  }

  package var isTable: Bool {
    if case .table = result { true } else { false }
  }
}

extension SQLError {
  /// A function that calls itself, directly or through others.
  static func recursiveFunction(_ name: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "RECURSIVE_FUNCTION", "function \"\(name)\" leads back to itself", span: span,
      hint: "a SQL function is put in the place of its call; use aggregate(sequence(…), start, (acc, i) -> …) for a loop")
  }

  static func functionsTooDeep(_ limit: Int, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "FUNCTIONS_NESTED_TOO_DEEP", "functions call each other more than \(limit) levels deep", span: span)
  }
}
