internal import Columnar
internal import Diagnostics

/// `encode` and `decode`: texts in character sets. `decode` with more than two arguments is a CASE, made by the binder.
enum CharsetFunctions {
  static let functions: [ScalarFunction] = [
    .plain(
      FunctionDoc(
        "encode", .conversion, "encode(str, charset)", "The text as bytes of a character set: \(Charset.names).",
        shown: ["SELECT hex(encode('abc', 'UTF-16BE'))": "006100620063"]),
      [.string, .string], returns: .binary, canFail: true
    ) { (context, operands) throws(SQLError) in
      try converted(operands, "encode", context) { $0.encode($1, into: &$2) }
    },
    .plain(
      FunctionDoc(
        "decode", .conversion, "decode(bin, charset) | decode(expr, search, result[, search, result]…[, default])",
        "The text that bytes of a character set stand for; or the result behind the first search value that equals a value.",
        shown: [
          "SELECT decode(encode('abc', 'UTF-16'), 'UTF-16')": "abc",
          "SELECT decode(2, 1, 'Southlake', 2, 'San Francisco', 'elsewhere')": "San Francisco",
        ]),
      [.binary, .string], returns: .string, canFail: true
    ) { (context, operands) throws(SQLError) in
      try converted(operands, "decode", context) { $0.decode($1, into: &$2) }
    },
  ]

  private static func converted(
    _ operands: [Operand], _ function: String, _ context: borrowing KernelContext,
    _ body: (Charset, UnsafeRawBufferPointer, inout ByteWriter) -> Bool
  ) throws(SQLError) -> Column {
    let rows = context.rows
    let texts = try operands[0].texts(rows)
    let names = try operands[1].texts(rows)
    let constant = operands[1].constantText.flatMap(Charset.init)
    var builder = TextBuilder(rows: rows)
    var out = ByteWriter()
    for row in 0..<rows {
      out.removeAll()
      if context.isValid(row) {
        guard let charset = constant ?? Charset(names[row]) else {
          throw .data(
            "INVALID_PARAMETER_VALUE.CHARSET", "\(function) knows no character set '\(names[row].string)'",
            hint: "it knows \(Charset.names)")
        }
        if !texts[row].withRaw({ body(charset, $0, &out) }) {
          throw .data(
            "MALFORMED_CHARACTER_CODING", "\(function) met a character that is not in \(names[row].string.uppercased())",
            hint: "make_valid_utf8 replaces what is no UTF-8")
        }
      }
      builder.append(out.bytes)
    }
    return builder.finish()
  }
}
