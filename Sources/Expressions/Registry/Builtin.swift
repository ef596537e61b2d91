extension FunctionRegistry {
  /// Everything that ships with the engine.
  package static let builtin: FunctionRegistry = {
    var registry = FunctionRegistry()
    registry.add(Arithmetic.functions)
    registry.add(Comparison.functions)
    registry.add(Logic.functions)
    registry.add(Membership.functions)
    registry.add(Access.functions)
    registry.add(NestedFunctions.functions)
    registry.add(LambdaFunctions.functions)
    registry.add(Bitwise.functions)
    registry.add(Strings.all)
    registry.add(Rounding.functions)
    registry.add(DoubleFunctions.functions)
    registry.add(Trigonometry.functions)
    registry.add(Numbers.functions)
    registry.add(RadixConversion.functions)
    registry.add(Extremes.functions)
    registry.add(NaNReplacement.functions)
    registry.add(Aggregates.all)
    registry.add(Generators.all)
    return registry
  }()
}
