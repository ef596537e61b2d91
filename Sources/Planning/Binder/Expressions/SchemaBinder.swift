internal import Columnar
internal import Diagnostics
internal import SQLSyntax

extension TypeBinder {
  /// A schema written as text: one type (`ARRAY<INT>`), or the columns of a struct (`a INT, b STRING`).
  ///
  /// Errors have no span: the text is a value, not part of the statement.
  static func schema(_ text: String) throws(SQLError) -> DataType {
    do {
      if let type = try? bind(try Parser.parseDataType(SourceText(name: "schema", text: text))) { return type }
      return try bind(try Parser.parseDataType(SourceText(name: "schema", text: "struct<\(text)>")))
    } catch {
      var unplaced = error
      unplaced.span = nil
      throw unplaced
    }
  }
}
