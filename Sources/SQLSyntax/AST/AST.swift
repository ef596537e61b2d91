/// The namespace of syntax trees: what a statement says, before names and types are known.
///
/// Every node keeps its `SourceSpan`. Two trees are equal when they say the same: spans, quoting of names and spelling
/// of synonyms do not count, so `parse(unparse(tree)) == tree`. Trees are values, `Sendable`, and never deeper than
/// `Parser.treeHeightMax`, so walking them recursively is safe.
package enum AST {}

/// Keeps a value out of the synthesised `==`.
@propertyWrapper
package struct NotCompared<Value: Sendable>: Equatable, Sendable {
  package var wrappedValue: Value

  package init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

  package static func == (left: NotCompared, right: NotCompared) -> Bool { true }
}
