internal import Columnar
internal import Diagnostics

/// Texts that need not be UTF-8: `is_valid_utf8`, `make_valid_utf8`, `validate_utf8`, `try_validate_utf8`.
enum Utf8Functions {
  static let functions: [ScalarFunction] = [
    .plain(
      FunctionDoc(
        "is_valid_utf8", .string, "is_valid_utf8(str)", "Whether every byte of a text belongs to a character of UTF-8.",
        shown: ["SELECT is_valid_utf8('Spark')": "true", "SELECT is_valid_utf8(x'61C262')": "false"]),
      [.string], returns: .boolean
    ) { (context, operands) throws(SQLError) in
      try TextKernel.measure(operands[0], context) { Utf8.isValid($0) }
    },
    .plain(
      FunctionDoc(
        "make_valid_utf8", .string, "make_valid_utf8(str)", "The text with U+FFFD for each run of bytes that begins no character.",
        shown: ["SELECT make_valid_utf8(x'61C262')": "a\u{FFFD}b"]), [.string], returns: .string
    ) { (context, operands) throws(SQLError) in
      let texts = try operands[0].texts(context.rows)
      var builder = TextBuilder(rows: context.rows)
      for text in texts {
        if text.withRaw({ Utf8.isValid($0) }) {
          builder.append(shared: text)
        } else {
          // Swift's decoder replaces maximal subparts (Unicode 3.9, W3C), which is what Spark does.
          builder.append(text.string)
        }
      }
      return builder.finish(sharing: operands[0].owners)
    },
    .plain(
      FunctionDoc(
        "validate_utf8", .string, "validate_utf8(str)", "The text itself, if it is UTF-8; else an error.",
        shown: ["SELECT validate_utf8('Spark')": "Spark"]), [.string], returns: .string, canFail: true
    ) { (context, operands) throws(SQLError) in
      let texts = try operands[0].texts(context.rows)
      for row in 0..<context.rows where context.isValid(row) && !texts[row].withRaw({ Utf8.isValid($0) }) {
        throw .data(
          "INVALID_UTF8_STRING", "'\(texts[row].string)' is no valid UTF-8",
          hint: "make_valid_utf8 replaces what is not, try_validate_utf8 gives NULL")
      }
      return operands[0].flattened(rows: context.rows)
    },
    .plain(
      FunctionDoc(
        "try_validate_utf8", .string, "try_validate_utf8(str)", "The text itself, if it is UTF-8; else NULL.",
        shown: ["SELECT try_validate_utf8(x'80')": "NULL"]), [.string], returns: .string
    ) { (context, operands) throws(SQLError) in
      let texts = try operands[0].texts(context.rows)
      let known = Validity(count: context.rows) { texts[$0].withRaw { Utf8.isValid($0) } }
      return .bytes(BytesColumn(texts, owners: operands[0].owners, validity: known.isAllValid ? nil : known))
    },
  ]
}
