import Columnar
import Diagnostics
import Expressions
import SQLSyntax
import Testing

@testable import Planning

/// A catalog without a session: a few relations, the built-in functions and some that only have types.
final class FakeCatalog: Catalog {
  var relations: [String: CatalogRelation] = [:]
  var settings = SessionSettings()
  var functions: FunctionRegistry = FakeFunctions.registry
  private var idsUsed = 0

  init() {
    let people = Schema([Field("id", .int, isNullable: false), Field("name", .string), Field("age", .int)])
    add("lines", Schema([Field("value", .string)]), isBounded: false, canEnd: true)
    add("people", people, isBounded: true, canEnd: true)
    add("endless", people, isBounded: false, canEnd: false)
    add(
      "orders",
      Schema([
        Field("id", .bigint), Field("customer_id", .int), Field("price", .decimal(precision: 10, scale: 2)),
        Field("tags", .array(.string)), Field("at", .timestamp),
        Field("address", .structure([Field("city", .string), Field("zip", .int)])),
        Field("extra", .map(key: .string, value: .string)),
      ]), isBounded: false, canEnd: true)
  }

  func add(_ name: String, _ schema: Schema, isBounded: Bool, canEnd: Bool, isAppendOnly: Bool = true) {
    relations[name] = .source(
      SourceReference(
        id: newID(), name: name, connector: "fake", schema: schema, isBounded: isBounded, canEnd: canEnd,
        isAppendOnly: isAppendOnly))
  }

  func addView(_ name: String, columns: [String] = [], _ sql: String) throws {
    let text = SourceText(name: "\(name).sql", text: sql)
    relations[name] = .view(
      ViewDefinition(name: name, columns: columns, query: try Parser.parseQuery(text), text: text))
  }

  private func newID() -> SourceID {
    idsUsed += 1
    return SourceID(idsUsed)
  }

  func relation(named name: [String]) throws(SQLError) -> CatalogRelation? {
    relations[name.map { $0.lowercased() }.joined(separator: ".")]
  }

  func source(
    atPath path: String, format: String?, isStream: Bool, span: SourceSpan
  ) throws(SQLError) -> SourceReference {
    SourceReference(
      id: newID(), name: path, connector: format ?? "text", schema: Schema([Field("value", .string)]),
      isBounded: !isStream, canEnd: !isStream)
  }

  func source(
    function name: String, positional: [Value], named options: [(name: String, value: Value)], isStream: Bool,
    span: SourceSpan
  ) throws(SQLError) -> SourceReference? {
    guard name.lowercased() == "socket" else { return nil }
    let address = positional.first?.text ?? options.first { $0.name == "host" }?.value.text ?? "?"
    return SourceReference(
      id: newID(), name: address, connector: "socket", schema: Schema([Field("value", .string)]), isBounded: false,
      canEnd: true)
  }

  var relationNames: [String] { relations.keys.sorted() }
}

/// Functions whose row code does not matter here.
enum FakeFunctions {
  static let registry: FunctionRegistry = {
    var registry = FunctionRegistry.builtin
    registry.add([
      scalar("upper", [.string], .string), scalar("length", [.string], .int),
      scalar("split", [.string, .string], .array(.string)), scalar("rand", [], .double, isDeterministic: false),
    ])
    return registry
  }()

  private static func scalar(
    _ name: String, _ parameters: [DataType], _ result: DataType, isDeterministic: Bool = true
  ) -> ScalarFunction {
    ScalarFunction(FunctionDoc(name, .misc, name, "For tests.", [])) { _ throws(SQLError) in
      BoundFunction(name, parameters, returns: result, isDeterministic: isDeterministic) {
        (context, _) throws(SQLError) in
        ColumnBuilder.nulls(result, count: context.rows)
      }
    }
  }
}

/// What a test asks of the planner, by SQL text.
struct Planning {
  var catalog = FakeCatalog()
  var optimizer = Optimizer.standard
  var limits = PlanLimits()

  func plan(_ sql: String) throws -> PlannedQuery {
    let source = SourceText(name: "q.sql", text: sql)
    guard case .query(let query, let clauses) = try Parser.parseStatement(source).kind else {
      throw SQLError(.parse, "TEST", "not a query")
    }
    return try Planner(catalog: catalog, optimizer: optimizer, limits: limits)
      .plan(query, text: source, clauses: clauses)
  }

  /// The plan as bound, one operator a line.
  func logical(_ sql: String) throws -> String { Explain.logical(try plan(sql)).joined(separator: "\n") }

  func optimized(_ sql: String) throws -> String { Explain.optimized(try plan(sql)).joined(separator: "\n") }

  func physical(_ sql: String) throws -> String { Explain.physical(try plan(sql)).joined(separator: "\n") }

  /// The output columns as DDL.
  func schema(_ sql: String) throws -> String { try plan(sql).schema.description }

  /// The error as a user sees it; empty if there is none.
  func error(_ sql: String) -> String {
    do {
      _ = try plan(sql)
      return ""
    } catch {
      guard let error = error as? SQLError else { return "\(error)" }
      return error.rendered(in: SourceText(name: "q.sql", text: sql))
    }
  }
}
