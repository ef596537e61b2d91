import Expressions
import Testing

@testable import Planning

/// Hints for functions of other systems name functions that are here, for names that are not.
struct ForeignFunctionTests {
  private let known = Set(FunctionRegistry.builtin.docs.flatMap { [$0.name] + $0.aliases }).union(["int", "bigint", "double", "string", "range"])

  @Test func whatIsSaidCanBeCalled() {
    for (name, use) in ForeignFunctions.uses {
      let called = use.matches(of: /([a-z_0-9]+)\(/).map { String($0.1) }
      #expect(called.allSatisfy(known.contains), "\(name): \(use)")
      #expect(!known.contains(name), "\(name) is here")
      #expect(name == name.lowercased())
    }
  }
}
