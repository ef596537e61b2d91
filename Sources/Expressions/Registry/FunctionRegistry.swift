internal import Diagnostics

/// All functions by name, without regard to case. A family of functions is a file that exports a list; the lists are
/// joined in `builtin`: one line a family.
package struct FunctionRegistry: Sendable {
  package private(set) var scalars: [String: ScalarFunction] = [:]
  package private(set) var aggregates: [String: AggregateFunction] = [:]
  package private(set) var generators: [String: GeneratorFunction] = [:]
  /// Functions that need an OVER.
  package private(set) var windows: [String: WindowFunction] = [:]

  package init() {}

  package mutating func add(_ functions: [ScalarFunction]) {
    for function in functions {
      for name in [function.doc.name] + function.doc.aliases { scalars[name.lowercased()] = function }
    }
  }

  package mutating func add(_ functions: [AggregateFunction]) {
    for function in functions {
      for name in [function.doc.name] + function.doc.aliases { aggregates[name.lowercased()] = function }
    }
  }

  package mutating func add(_ functions: [GeneratorFunction]) {
    for function in functions {
      for name in [function.doc.name] + function.doc.aliases { generators[name.lowercased()] = function }
    }
  }

  /// Forgets an aggregate; a name that is not there is none.
  package mutating func removeAggregate(named name: String) { aggregates[name.lowercased()] = nil }

  package mutating func add(_ functions: [WindowFunction]) {
    for function in functions {
      for name in [function.doc.name] + function.doc.aliases { windows[name.lowercased()] = function }
    }
  }

  /// Names of all functions, for completion and "did you mean".
  package var names: [String] {
    let special = SpecialForms.docs.flatMap { [$0.name] + $0.aliases }
    return Set(special + Array(scalars.keys) + Array(aggregates.keys) + Array(generators.keys) + Array(windows.keys))
      .filter { $0.first?.isLetter ?? false }.sorted()
  }

  /// Documentation of all functions, by name, aliases not repeated.
  package var docs: [FunctionDoc] {
    let all =
      SpecialForms.docs + scalars.values.map(\.doc) + aggregates.values.map(\.doc) + generators.values.map(\.doc)
      + windows.values.map(\.doc)
    var seen: Set<String> = []
    return all.filter { seen.insert($0.name).inserted }.sorted { $0.name < $1.name }
  }
}
