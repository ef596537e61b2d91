internal import Diagnostics

/// What the language has and the engine does not run yet: each refused by name, here and nowhere else.
///
/// To lift one, delete its case and follow the compiler to the places that refused.
enum UnsupportedFeature: Sendable, CaseIterable {
  case systemTime
  case subqueryPlace, correlatedColumn
  case streamOfBounded, relationOptions, unnestOfSeveral
  case orderedAggregate

  /// The error that says so.
  func error(_ span: SourceSpan) -> SQLError { .unsupported(name, span: span, hint: hint, kind: .bind) }

  private var name: String {
    switch self {
    case .systemTime: "FOR SYSTEM_TIME AS OF outside of the right side of a JOIN … ON"
    case .subqueryPlace: "a subquery in this place"
    case .correlatedColumn: "this use of a column of the query around the subquery"
    case .streamOfBounded: "STREAM of a relation that is read once"
    case .relationOptions: "options of a relation inside a query"
    case .unnestOfSeveral: "UNNEST of several arrays"
    case .orderedAggregate: "ORDER BY inside an aggregate"
    }
  }

  private var hint: String? {
    switch self {
    case .streamOfBounded: "declare it with CREATE STREAM, or name its path: FROM STREAM 'path'"
    case .relationOptions: "give them to CREATE TABLE, or to the connector: FROM socket('…', key => 'value')"
    case .unnestOfSeveral: "explode(arrays_zip(a, b)) makes one row of both"
    case .subqueryPlace: "subqueries may stand in the select list, WHERE, HAVING, ORDER BY and ON; or join with the subquery"
    case .correlatedColumn: "compare it with = in the WHERE of the subquery, or write a join"
    case .systemTime, .orderedAggregate:
      nil
    }
  }
}
