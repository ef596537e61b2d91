import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// Aggregates as a user would define them, for any type of argument: with INVERSE and MERGE, and with neither.
enum OwnAggregates {
  static let registry: FunctionRegistry = {
    var registry = FunctionRegistry.builtin
    registry.add([
      function("own_sum") { _ in
        """
        CREATE AGGREGATE own_sum(x BIGINT) RETURNS BIGINT INITIAL 0
        UPDATE (s, x) -> s + x INVERSE (s, x) -> s - x MERGE (a, b) -> a + b
        """
      },
      function("own_list") { type in
        """
        CREATE AGGREGATE own_list(x \(type)) RETURNS ARRAY<\(type)> INITIAL array()
        UPDATE (s, x) -> concat(s, array(x))
        """
      },
    ])
    return registry
  }()

  private static func function(_ name: String, _ definition: @escaping @Sendable (String) -> String) -> AggregateFunction {
    AggregateFunction(FunctionDoc(name, .user, name, "an aggregate of the tests", [])) { (call) throws(SQLError) in
      let text = SourceText(name: "test", text: definition(call.types[0].sqlName))
      guard case .createAggregate(let create) = try Parser.parseStatement(text).kind else {
        throw SQLError(.bind, "TEST", "no CREATE AGGREGATE")
      }
      return try Planner(catalog: TestCatalog(isAppendOnly: [])).ownAggregate(create, text: text).bound
    }
  }
}
