import Diagnostics
import Engine

extension CommandCall {
  /// The query that is meant: the one named, or the only one there is.
  func query() throws(SQLError) -> StreamingQuery {
    let queries = shell.session?.queries ?? []
    if rest.isEmpty {
      guard let last = queries.last else { throw .noQuery(span) }
      if queries.count == 1 { return last }
      throw SQLError(
        .bind, "QUERY_NOT_FOUND", "several queries are running", span: span,
        hint: "name one: \(queries.map(\.name).joined(separator: ", "))")
    }
    if let query = shell.session?.query(named: rest) { return query }
    throw SQLError(
      .bind, "QUERY_NOT_FOUND", "there is no query \"\(rest)\"", span: span, hint: didYouMean(rest, in: queries.map(\.name)))
  }
}

extension SQLError {
  static func noQuery(_ span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "QUERY_NOT_FOUND", "no query is running", span: span, hint: "START QUERY name AS SELECT … starts one")
  }
}
