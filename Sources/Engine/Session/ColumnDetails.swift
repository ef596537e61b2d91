import Columnar
import Diagnostics
import SQLSyntax

/// What CREATE TABLE says of a column besides its name and type.
struct ColumnDetails {
  /// What it takes where a statement gives it no value; checked to be a constant that it can hold.
  var defaultValue: AST.Expression?
  var comment: String?
  var isNotNull: Bool

  init(_ column: AST.ColumnDefinition) {
    defaultValue = column.defaultValue
    comment = column.comment?.text
    isNotNull = column.isNotNull
  }
}

extension Relation {
  func details(ofColumn name: String) -> ColumnDetails? { columnDetails[name.lowercased()] }

  /// What a column takes where a statement gives it no value.
  func defaultValue(ofColumn name: String) -> AST.Expression {
    details(ofColumn: name)?.defaultValue ?? AST.Expression(.literal(.null), span: .none)
  }
}
