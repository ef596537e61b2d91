import Diagnostics
import SQLSyntax

/// What CREATE OR REPLACE takes the place of: a thing of its own kind, which nothing follows that would not notice.
enum ReplacingKind {
  case relation, view, materializedView
}

extension StatementExecutor {
  /// Rows of a table do not go because something else gets its name, and no view's query is left without its view.
  func checkReplaced(_ name: AST.ObjectName, by kind: ReplacingKind) throws(SQLError) {
    if let relation = catalog.relation(name) {
      let isKept = relation.keeper != nil
      if kind == (isKept ? .materializedView : .relation) {
        if !isKept { try checkNoViewReads(relation, at: name.span) }
        return
      }
      let (found, drop) = isKept ? ("a materialized view", "MATERIALIZED VIEW") : relation.isStream ? ("a stream", "STREAM") : ("a table", "TABLE")
      throw .otherKind(kind == .relation ? "EXPECT_TABLE_NOT_VIEW" : "EXPECT_VIEW_NOT_TABLE", name, found, drop)
    }
    if catalog.view(name) != nil, kind != .view { throw .otherKind("EXPECT_TABLE_NOT_VIEW", name, "a view", "VIEW") }
  }
}

extension SQLError {
  fileprivate static func otherKind(_ errorClass: String, _ name: AST.ObjectName, _ found: String, _ drop: String) -> SQLError {
    SQLError(
      .bind, errorClass, "\"\(name.text)\" is \(found) and is not replaced by something else", span: name.span,
      hint: "DROP \(drop) \(name.text) first, or choose another name")
  }
}
