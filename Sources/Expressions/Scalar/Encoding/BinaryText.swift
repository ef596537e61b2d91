internal import Columnar
internal import Diagnostics

/// Binaries as text and back: `base64`, `unbase64`, `to_base32`, `from_base32`, `to_binary`, `try_to_binary`.
enum BinaryText {
  static let functions: [ScalarFunction] = [
    .plain(
      FunctionDoc(
        "base64", .conversion, "base64(bin)", "The bytes in base 64.",
        shown: ["SELECT base64('Spark SQL')": "U3BhcmsgU1FM"]), [.binary], returns: .string
    ) { (context, operands) throws(SQLError) in
      try TextKernel.write(operands[0], context) { Base64.encode($0, into: &$1) }
    },
    .plain(
      FunctionDoc(
        "unbase64", .conversion, "unbase64(str)",
        "The bytes that a text in base 64 stands for; other characters in it are skipped.",
        shown: ["SELECT CAST(unbase64('U3BhcmsgU1FM') AS STRING)": "Spark SQL"]), [.string], returns: .binary, canFail: true
    ) { (context, operands) throws(SQLError) in
      try decoded(operands[0], context, isTry: false, "text in base 64") { Base64.decode($0, into: &$1) }
    },
    .plain(
      FunctionDoc(
        "to_base32", .conversion, "to_base32(bin)", "The bytes in base 32.",
        shown: ["SELECT to_base32('foobar')": "MZXW6YTBOI======"]), [.binary], returns: .string
    ) { (context, operands) throws(SQLError) in
      try TextKernel.write(operands[0], context) { Base32.encode($0, into: &$1) }
    },
    .plain(
      FunctionDoc(
        "from_base32", .conversion, "from_base32(str)",
        "The bytes that a text in base 32 stands for; other characters in it are skipped.",
        shown: ["SELECT CAST(from_base32('MZXW6YTBOI======') AS STRING)": "foobar"]), [.string], returns: .binary
    ) { (context, operands) throws(SQLError) in
      try TextKernel.write(operands[0], context) { Base32.decode($0, into: &$1) }
    },
    ScalarFunction(
      FunctionDoc(
        "to_binary", .conversion, "to_binary(str[, fmt])",
        "The bytes that a text in the format 'hex' (the default), 'utf-8' or 'base64' stands for.",
        shown: ["SELECT CAST(to_binary('537061726B', 'hex') AS STRING)": "Spark"])
    ) { (call) throws(SQLError) in try bindToBinary(call, isTry: false) },
    ScalarFunction(
      FunctionDoc(
        "try_to_binary", .conversion, "try_to_binary(str[, fmt])", "As to_binary, with NULL for a text that is not in the format.",
        shown: ["SELECT try_to_binary('a!', 'base64')": "NULL"])
    ) { (call) throws(SQLError) in try bindToBinary(call, isTry: true) },
  ]

  private static func bindToBinary(_ call: FunctionCall, isTry: Bool) throws(SQLError) -> BoundFunction {
    try call.expect(1...2)
    let types = try call.parameters(all: .string)
    if types.count == 2, call.types[1] != .string, try call.constant(1)?.isNull != true {
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.INVALID_ARG_VALUE", "the format of \(call.name) is a text, not \"\(call.types[1].sqlName)\"",
        span: call.arguments[1].span.isNone ? call.span : call.arguments[1].span, hint: "it knows 'hex', 'utf-8' and 'base64'")
    }
    let format = types.count == 2 ? try call.constantText(1, what: "the format") : "hex"
    // A NULL format makes every row NULL, by the rule for NULL arguments.
    switch format?.lowercased() {
    case "hex", nil:
      return BoundFunction(call.name, types, returns: .binary, canFail: !isTry) { (context, operands) throws(SQLError) in
        try decoded(operands[0], context, isTry: isTry, "text of hexadecimal digits") { Hex.decode($0, into: &$1) }
      }
    case "base64":
      return BoundFunction(call.name, types, returns: .binary, canFail: !isTry) { (context, operands) throws(SQLError) in
        try decoded(operands[0], context, isTry: isTry, "text in base 64") {
          Base64.isStrict($0) && Base64.decode($0, into: &$1)
        }
      }
    case "utf-8", "utf8":
      return BoundFunction(call.name, types, returns: .binary) { (context, operands) in
        operands[0].flattened(rows: context.rows)
      }
    case let other?:
      if isTry {
        return BoundFunction(call.name, types, returns: .binary) { (context, _) in
          ColumnBuilder.nulls(.binary, count: context.rows)
        }
      }
      let span = call.arguments[1].span
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.INVALID_ARG_VALUE", "to_binary knows no format '\(other)'",
        span: span.isNone ? call.span : span, hint: "it knows 'hex', 'utf-8' and 'base64'")
    }
  }

  /// A binary a row; where `body` is false an error, or NULL.
  private static func decoded(
    _ operand: Operand, _ context: borrowing KernelContext, isTry: Bool, _ what: String,
    _ body: (UnsafeRawBufferPointer, inout ByteWriter) -> Bool
  ) throws(SQLError) -> Column {
    let rows = context.rows
    let texts = try operand.texts(rows)
    var builder = TextBuilder(rows: rows)
    var known = Validity(repeating: true, count: rows)
    var out = ByteWriter()
    for row in 0..<rows {
      out.removeAll()
      if context.isValid(row), !texts[row].withRaw({ body($0, &out) }) {
        if !isTry {
          throw .data(
            "CONVERSION_INVALID_INPUT", "'\(texts[row].string)' is no \(what)", hint: "use try_to_binary to get NULL")
        }
        known.set(row, false)
        out.removeAll()
      }
      builder.append(out.bytes)
    }
    return builder.finish(validity: known.isAllValid ? nil : known)
  }
}
