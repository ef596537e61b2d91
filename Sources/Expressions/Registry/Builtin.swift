extension FunctionRegistry {
  /// Everything that ships with the engine.
  package static let builtin: FunctionRegistry = {
    var registry = FunctionRegistry()
    return registry
  }()
}
