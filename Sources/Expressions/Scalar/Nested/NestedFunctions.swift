/// The functions of arrays, maps and structs, a file a family.
enum NestedFunctions {
  static let functions: [ScalarFunction] =
    ArrayConstruction.functions + ArraySearch.functions + ArrayShape.functions + ArrayOrder.functions
    + ArraySets.functions + ArrayText.functions + ArrayZip.functions + Sequences.functions + Structs.functions
    + MapConstruction.functions + MapParts.functions + TextMaps.functions
}
