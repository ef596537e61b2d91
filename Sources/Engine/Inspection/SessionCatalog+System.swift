import Columnar
import Connectors
import Diagnostics
import Planning

extension SessionCatalog {
  /// `system.queries` and its like; an unknown name among them is an error that lists what there is.
  func systemRelation(_ name: [String]) throws(SQLError) -> Relation? {
    guard name.count == 2, name[0].lowercased() == "system", let rows = systemRows else { return nil }
    guard let definition = SystemRelations.named(name[1]) else {
      throw SQLError(
        .bind, "TABLE_OR_VIEW_NOT_FOUND", "there is no relation \"system.\(name[1])\"",
        hint: didYouMean(name[1], in: SystemRelations.all.map(\.name))
          ?? "there are \(SystemRelations.all.map { "system.\($0.name)" }.joined(separator: ", "))")
    }
    let batch = Batch(rows: rows(definition), schema: definition.schema)
    return try makeRelation(
      name: "system.\(definition.name)", SystemRelation.connector("system", definition.schema, [batch]), [], schema: nil,
      isStream: false, span: .none)
  }

  /// `why(query)`: the reasons why nothing (more) comes out of it.
  func whyRelation(_ arguments: [Value], span: SourceSpan) throws(SQLError) -> Relation {
    guard arguments.count == 1, let name = arguments[0].text else {
      throw SQLError(
        .bind, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "why takes the name of a query", span: span,
        hint: "SELECT * FROM why('my_query')")
    }
    let schema = Schema([
      Field("cause", .string, isNullable: false), Field("subject", .string), Field("detail", .string), Field("fix", .string),
    ])
    let rows: [[Value]] = try reasons(name, span).map { reason in
      [
        .string(reason.cause.rawValue), .string(reason.subject), .string(reason.detail),
        reason.fix.isEmpty ? .null : .string(reason.fix),
      ]
    }
    return try makeRelation(
      name: "why(\(name))", SystemRelation.connector("why", schema, [Batch(rows: rows, schema: schema)]), [], schema: nil,
      isStream: false, span: span)
  }
}
