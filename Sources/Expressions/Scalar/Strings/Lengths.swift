internal import Columnar
internal import Diagnostics

/// Sizes of texts. `length` counts the characters of a string and the bytes of a binary.
extension Strings {
  static let lengths: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "length", aliases: ["char_length", "character_length", "len"], .string, "length(expr)",
        "The number of characters of a string, or of bytes of a binary.",
        [FunctionExample("SELECT length('Spark SQL ')", "10"), FunctionExample("SELECT length(x'537061')", "3")])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      let type = try call.textParameter(0)
      if type == .binary {
        return BoundFunction(call.name, [.binary], returns: .int) { (context, operands) throws(SQLError) in
          try Kernel.unary(operands[0], context) { (view: BytesView) in Int32(truncatingIfNeeded: view.count) }
        }
      }
      return BoundFunction(call.name, [.string], returns: .int) { (context, operands) throws(SQLError) in
        try TextKernel.measure(operands[0], context) { Int32(truncatingIfNeeded: Utf8.count($0)) }
      }
    },
    byteCount("octet_length", "bytes", factor: 1, "SELECT octet_length('€')", "3"),
    byteCount("bit_length", "bits", factor: 8, "SELECT bit_length('Spark')", "40"),
  ]

  private static func byteCount(
    _ name: String, _ what: String, factor: Int, _ sql: String, _ result: String
  ) -> ScalarFunction {
    ScalarFunction(
      FunctionDoc(name, .string, "\(name)(expr)", "The number of \(what) of a string or binary.", [FunctionExample(sql, result)])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      return BoundFunction(name, [try call.textParameter(0)], returns: .int) { (context, operands) throws(SQLError) in
        try Kernel.unary(operands[0], context) { (view: BytesView) in
          Int32(truncatingIfNeeded: view.count &* factor)
        }
      }
    }
  }
}
