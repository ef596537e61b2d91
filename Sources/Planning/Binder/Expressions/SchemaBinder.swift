internal import Columnar
internal import Diagnostics
internal import SQLSyntax

extension TypeBinder {
  /// A schema written as text: one type (`ARRAY<INT>`), or the columns of a struct (`a INT, b STRING`).
  ///
  /// Errors have no span: the text is a value, not part of the statement.
  static func schema(_ text: String) throws(SQLError) -> DataType {
    let asType: SQLError
    do throws(SQLError) { return try bind(try Parser.parseDataType(SourceText(name: "schema", text: text))) } catch { asType = error }
    do throws(SQLError) {
      return try bind(try Parser.parseDataType(SourceText(name: "schema", text: "struct<\(text)>")))
    } catch {
      // A text that is one type is wrong as such. Else the columns say what is wrong, in the class that the text has as a type.
      var unplaced = asType.kind == .parse ? error : asType
      // What is understood and refused keeps its own class.
      if unplaced.errorClass != "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING" { unplaced.errorClass = asType.errorClass }
      unplaced.span = nil
      throw unplaced
    }
  }
}
