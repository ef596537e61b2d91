internal import Columnar
internal import Diagnostics

extension Generators {
  /// `explode`, `posexplode` and their outer forms: a row for each element of an array or entry of a map.
  static let explode: [GeneratorFunction] = [
    explodeFunction(
      "explode", hasPosition: false, isOuter: false,
      "Makes a row of each element of an array or entry of a map.",
      FunctionExample("SELECT explode(array(10, 20))", "10\n20")),
    explodeFunction(
      "explode_outer", hasPosition: false, isOuter: true,
      "As explode, but an empty or NULL collection gives a row of NULL.",
      FunctionExample("SELECT explode_outer(CAST(NULL AS ARRAY<INT>))", "NULL")),
    explodeFunction(
      "posexplode", hasPosition: true, isOuter: false,
      "Makes a row of each element of an array or entry of a map, with its position from 0.",
      FunctionExample("SELECT posexplode(array(10, 20))", "0\t10\n1\t20")),
    explodeFunction(
      "posexplode_outer", hasPosition: true, isOuter: true,
      "As posexplode, but an empty or NULL collection gives a row of NULLs.",
      FunctionExample("SELECT posexplode_outer(CAST(NULL AS ARRAY<INT>))", "NULL\tNULL")),
  ]

  private static func explodeFunction(
    _ name: String, hasPosition: Bool, isOuter: Bool, _ summary: String, _ example: FunctionExample
  ) -> GeneratorFunction {
    GeneratorFunction(FunctionDoc(name, .generator, "\(name)(collection)", summary, [example])) {
      (call) throws(SQLError) in
      try call.expect(1)
      let type = call.types[0]
      var fields = hasPosition ? [Field("pos", .int, isNullable: isOuter)] : []
      switch type {
      case .array(let element):
        fields.append(Field("col", element))
      case .map(let key, let value):
        fields.append(Field("key", key, isNullable: isOuter))
        fields.append(Field("value", value))
      default:
        throw .unexpectedInput(call, 0, wanted: "(\"ARRAY\" or \"MAP\")")
      }
      let span = call.span
      return BoundGenerator(call.name, [type], fields: fields) { (context, operands) throws(SQLError) in
        var elements = try ElementRows(operands[0], type, rows: context.rows, span: span)
        var positions = hasPosition ? elements.positions() : []
        var columns: [Column] = []
        if isOuter, let isReal = elements.padEmptyRows() {
          if hasPosition { columns.append(.int32(padded(&positions, isReal))) }
        } else if hasPosition {
          columns.append(.int32(PrimitiveColumn(positions)))
        }
        return GeneratedRows(
          columns: columns + elements.children, count: elements.count, offsets: elements.offsets)
      }
    }
  }

  /// The positions spread over the real rows, NULL between.
  private static func padded(_ positions: inout [Int32], _ isReal: Validity) -> PrimitiveColumn<Int32> {
    var spread = [Int32](repeating: 0, count: isReal.count)
    var next = 0
    for row in 0..<isReal.count where isReal[row] {
      spread[row] = positions[next]
      next += 1
    }
    return PrimitiveColumn(spread, validity: isReal)
  }
}
