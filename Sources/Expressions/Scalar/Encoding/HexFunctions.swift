internal import Columnar
internal import Diagnostics

/// `hex` and `unhex`.
enum HexFunctions {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "hex", .conversion, "hex(expr)",
        "The hexadecimal digits of an integer (two's complement of 64 bits), or of the bytes of a text or binary.",
        shown: ["SELECT hex(17)": "11", "SELECT hex('Spark SQL')": "537061726B2053514C"]), bind: bindHex),
    .plain(
      FunctionDoc(
        "unhex", .conversion, "unhex(str)", "The bytes that hexadecimal digits stand for; NULL if there are other characters.",
        shown: ["SELECT decode(unhex('537061726B2053514C'), 'UTF-8')": "Spark SQL", "SELECT unhex('xyz')": "NULL"]),
      [.string], returns: .binary
    ) { (context, operands) throws(SQLError) in
      let texts = try operands[0].texts(context.rows)
      return JsonFunctions.optionalTexts(context) { row, out in texts[row].withRaw { Hex.decode($0, into: &out) } }
    },
  ]

  private static func bindHex(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1)
    if call.types[0].isNumeric {
      return BoundFunction("hex", [.bigint], returns: .string) { (context, operands) throws(SQLError) in
        let values: [Int64] = try operands[0].rowValues(context.rows)
        var builder = TextBuilder(rows: context.rows)
        var out = ByteWriter(capacity: 16)
        for value in values {
          out.removeAll()
          Hex.append(value, to: &out)
          builder.append(out.bytes)
        }
        return builder.finish()
      }
    }
    return BoundFunction("hex", [try call.textParameter(0)], returns: .string) { (context, operands) throws(SQLError) in
      try TextKernel.write(operands[0], context) { Hex.append($0, digits: Hex.upper, to: &$1) }
    }
  }
}
