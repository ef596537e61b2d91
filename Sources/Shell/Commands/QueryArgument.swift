import Diagnostics
import Engine

extension CommandCall {
  /// The query that is meant: the one named, or the only one there is.
  func query() throws(SQLError) -> StreamingQuery {
    let queries = shell.session?.queries ?? []
    if rest.isEmpty {
      if let only = queries.last, queries.count == 1 { return only }
      throw SQLError(
        .bind, "QUERY_NOT_FOUND", queries.isEmpty ? "no query is running" : "several queries are running", span: span,
        hint: queries.isEmpty ? "START QUERY name AS SELECT … starts one" : "name one: \(queries.map(\.name).joined(separator: ", "))")
    }
    if let query = shell.session?.query(named: rest) { return query }
    throw SQLError(
      .bind, "QUERY_NOT_FOUND", "there is no query \"\(rest)\"", span: span, hint: didYouMean(rest, in: queries.map(\.name)))
  }
}
