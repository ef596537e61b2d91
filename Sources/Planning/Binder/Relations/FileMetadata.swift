internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// What a row's file is: the hidden column `_metadata` of relations that are read from files, and the functions over it.
///
/// A scan has the column only where the query says its name or that of such a function, so that no other query pays for it.
enum FileMetadata {
  static let column = "_metadata"
  static let functions = ["input_file_name": "file_path", "input_file_block_start": "file_block_start", "input_file_block_length": "file_block_length"]

  static func isMentioned(in text: String) -> Bool {
    let text = text.lowercased()
    return text.contains(column) || text.contains("input_file_")
  }
}

extension SourceReference {
  /// The ordinal that `metadata` has behind the other columns; nil if there is none, or a column of the relation has its name.
  var metadataOrdinal: Int? {
    guard let metadata, !(schema.fields + layoutFields).contains(where: { $0.name.equalsIgnoringCase(metadata.name) }) else { return nil }
    return schema.count
  }

  private var layoutFields: [Field] {
    layout.compactMap { column in
      if case .computed(let name, _) = column { return Field(name, .null) }
      return nil
    }
  }
}

extension Scope {
  func markingMetadata(_ ordinal: Int?) -> Scope {
    guard let ordinal else { return self }
    var scope = self
    (scope.columns[ordinal].isHidden, scope.columns[ordinal].isMetadata) = (true, true)
    return scope
  }
}

extension ExpressionBinder {
  /// `input_file_name()` and its like: of the one relation in FROM that is read from files; where there is none, '' or -1, as in Spark.
  func bindFileFunction(_ name: String, _ field: String, span: SourceSpan) throws(SQLError) -> BoundExpression {
    let found = scope.columns.indices.filter { scope.columns[$0].isMetadata }
    guard let ordinal = found.first else {
      return field == "file_path" ? .literal(.string(""), .string, span: span) : .literal(.int64(-1), .bigint, span: span)
    }
    if found.count > 1 {
      throw SQLError(
        .bind, "MULTI_SOURCES_UNSUPPORTED_FOR_EXPRESSION", "\(name) does not say which of several relations it means", span: span,
        hint: "write t._metadata.\(field)")
    }
    let value = try call("get_field", [scope.reference(to: ordinal, span: span), .literal(.string(field), .string, span: span)], span: span)
    if field != "file_path" { return value }
    // `file:/x` there, `file:///x` here, as Spark has it.
    let path = try call("substring", [value, .literal(.int32(6), .int, span: span)], span: span)
    return try call("concat", [.literal(.string("file://"), .string, span: span), path], span: span)
  }
}
