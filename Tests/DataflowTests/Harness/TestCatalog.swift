import Columnar
import Diagnostics
import Expressions
import Planning

/// The reference's tables as unbounded relations without a connector.
struct TestCatalog: Catalog {
  let isAppendOnly: [Bool]

  static func schema(_ table: Int) -> Schema {
    Schema(ReferencePlan.tables[table].enumerated().map { Field("c\($0.offset)", $0.element.type) })
  }

  func relation(named name: [String]) throws(SQLError) -> CatalogRelation? {
    guard let index = isAppendOnly.indices.first(where: { ["t\($0)"] == name }) else { return nil }
    return .source(
      SourceReference(
        id: SourceID(index), name: "t\(index)", connector: "test", schema: Self.schema(index), isBounded: false,
        canEnd: true, isAppendOnly: isAppendOnly[index]))
  }

  func source(
    atPath path: String, format: String?, isStream: Bool, span: SourceSpan
  ) throws(SQLError) -> SourceReference {
    throw SQLError(.bind, "TEST", "no path is read here")
  }

  func source(
    function name: String, positional: [Value], named options: [(name: String, value: Value)], isStream: Bool,
    span: SourceSpan
  ) throws(SQLError) -> SourceReference? { nil }

  var relationNames: [String] { isAppendOnly.indices.map { "t\($0)" } }
  var functions: FunctionRegistry { OwnAggregates.registry }
  var settings: SessionSettings { SessionSettings() }
}
