import Columnar
import Connectors
import Diagnostics
import Planning

/// What a session's catalog knows of files beside their connectors: `errors(source)` and `read_files(…)`.
extension SessionCatalog {
  /// `errors(source)`: the records of a source that could not be read as declared, as far as queries have met them.
  ///
  /// The source is named as queries name it: a table or stream, or the path in quotes.
  func errorsRelation(_ arguments: [Value], span: SourceSpan) throws(SQLError) -> Relation {
    guard arguments.count == 1, let name = arguments[0].text else {
      throw SQLError(
        .bind, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "errors takes the name of a source", span: span,
        hint: "SELECT * FROM errors(my_table), or errors('logs/*.json')")
    }
    let rows = try malformedRecords(of: name, span: span).map(\.row)
    let batch = Batch(rows: rows, schema: MalformedRecords.schema)
    return try makeRelation(
      name: "errors(\(name))", SystemRelation.connector("errors", MalformedRecords.schema, rows.isEmpty ? [] : [batch]), [],
      schema: nil, isStream: false, span: span)
  }

  private func malformedRecords(of name: String, span: SourceSpan) throws(SQLError) -> [MalformedRecords.Entry] {
    if let relation = relations[name.lowercased()] {
      guard let records = relation.description.malformed else {
        throw SQLError(
          .bind, "UNSUPPORTED_FEATURE", "\"\(relation.name)\" reads from \(relation.connector.name), where no record is malformed",
          span: span)
      }
      return records.kept
    }
    if let records = malformed[name] { return records.kept }
    if views[name.lowercased()] != nil {
      throw SQLError(
        .bind, "EXPECT_TABLE_NOT_VIEW", "\"\(name)\" is a view", span: span, hint: "name the source that it reads")
    }
    throw SQLError(
      .bind, "TABLE_OR_VIEW_NOT_FOUND", "no query has read from \"\(name)\"", span: span,
      hint: didYouMean(name, in: relationNames + malformed.keys.sorted())
        ?? "errors() takes a table, a stream, or a path as it stands in FROM")
  }

  /// `read_files('path', format => 'csv', …)`: a path in FROM that has options.
  func filesRelation(
    _ positional: [Value], _ options: [(name: String, value: Value)], isStream: Bool, span: SourceSpan
  ) throws(SQLError) -> Relation {
    var given = options.map { GivenOption($0.name, Self.text($0.value), span: span) }
    if let path = positional.first { given.insert(GivenOption("path", Self.text(path), span: span), at: 0) }
    let place = given.firstIndex { $0.name.lowercased() == "path" }
    guard positional.count <= 1, let path = place.map({ given.remove(at: $0).text }) else {
      throw SQLError(
        .bind, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "read_files takes one path, and options by name", span: span,
        hint: "read_files('logs/*.csv', header => true)")
    }
    let format = given.firstIndex { $0.name.lowercased() == "format" }.map { given.remove(at: $0) }
    let connector = try connectors.connector(readingPath: path, format: format?.text, span: span)
    given = try connector.options(forPath: path, format: format, span: span) + given
    let schema = try declaredColumns(&given, connector, span: span)
    for option in given where !connector.options.contains(where: { $0.name.lowercased() == option.name.lowercased() }) {
      // Options of read_files itself, misspelt.
      guard let meant = closestMatch(to: option.name, in: ["format", "schema"]) else { continue }
      throw SQLError(
        .bind, "UNKNOWN_OPTION", "read_files has no option \"\(option.name)\"", span: option.span, hint: "did you mean \"\(meant)\"?")
    }
    return try anonymousRelation(connector, given, schema: schema, isStream: isStream, span: span)
  }

  /// What `schema => 'a INT, b STRING'` declares, taken out of the options, unless the connector has an option of that name.
  func declaredColumns(
    _ given: inout [GivenOption], _ connector: ConnectorDefinition, span: SourceSpan
  ) throws(SQLError) -> Columnar.Schema? {
    guard let place = given.firstIndex(where: { $0.name.lowercased() == "schema" }),
      !connector.options.contains(where: { $0.name.lowercased() == "schema" })
    else { return nil }
    return try Planner.columns(declaredIn: given.remove(at: place).text, span: span)
  }
}

extension MalformedRecords {
  /// Columns of `errors(source)`.
  static let schema = Schema([
    Field("file", .string, isNullable: false), Field("line", .bigint), Field("position", .bigint, isNullable: false),
    Field("column", .string), Field("reason", .string, isNullable: false), Field("record", .string, isNullable: false),
    Field("time", .timestamp, isNullable: false),
  ])
}

extension MalformedRecords.Entry {
  fileprivate var row: [Value] {
    [
      .string(input), line.map { .int64($0) } ?? .null, .int64(byteOffset), column.map { .string($0) } ?? .null,
      .string(message), .string(text), .int64(timeMicros),
    ]
  }
}
