import Columnar
import Diagnostics
import SQLSyntax

/// What CREATE TABLE says of a column besides its name and type.
struct ColumnDetails {
  /// Of VARCHAR(n): the longest text that may be written, in characters.
  var charactersMax: Int?
  /// What it takes where a statement gives it no value; checked to be a constant that it can hold.
  var defaultValue: AST.Expression?
  var comment: String?

  init(_ column: AST.ColumnDefinition) {
    if case .stored(let type) = column.content { charactersMax = type.charactersMax }
    defaultValue = column.defaultValue
    comment = column.comment?.text
  }
}

extension AST.TypeName {
  /// The n of VARCHAR(n).
  fileprivate var charactersMax: Int? {
    guard case .named(let name, let parameters) = kind, name.text.uppercased() == "VARCHAR" else { return nil }
    return parameters.first
  }
}

extension Relation {
  func details(ofColumn name: String) -> ColumnDetails? { columnDetails[name.lowercased()] }

  /// What a column takes where a statement gives it no value.
  func defaultValue(ofColumn name: String) -> AST.Expression {
    details(ofColumn: name)?.defaultValue ?? AST.Expression(.literal(.null), span: .none)
  }

  /// The type as it was declared: `varchar(10)` is a string with a bound.
  func declaredType(ofColumn field: Field) -> String {
    details(ofColumn: field.name)?.charactersMax.map { "varchar(\($0))" } ?? field.type.description
  }
}
