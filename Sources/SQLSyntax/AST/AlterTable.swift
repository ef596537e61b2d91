extension AST {
  /// `ALTER TABLE t ADD COLUMNS (a INT, …)`
  package struct AddColumns: Equatable, Sendable {
    package var table: ObjectName
    package var columns: [ColumnDefinition]
  }
}
