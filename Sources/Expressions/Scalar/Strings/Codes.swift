internal import Columnar
internal import Diagnostics

/// Characters and their numbers.
extension Strings {
  static let codes: [ScalarFunction] = [
    .plain(
      FunctionDoc(
        "ascii", .string, "ascii(str)", "The code point of the first character, 0 for an empty text.",
        [FunctionExample("SELECT ascii('222')", "50"), FunctionExample("SELECT ascii('')", "0")]),
      [.string], returns: .int
    ) { (context, operands) throws(SQLError) in
      try TextKernel.measure(operands[0], context) { text in
        if text.count == 0 { return Int32(0) }
        // A byte that is no character is what Java decodes it to.
        return Utf8.scalar(text, 0).value.map { Int32(truncatingIfNeeded: $0.value) } ?? 0xFFFD
      }
    },
    .plain(
      FunctionDoc(
        "chr", aliases: ["char"], .string, "chr(n)",
        "The character with a code, taken modulo 256; an empty text for a negative one.",
        [FunctionExample("SELECT chr(65)", "A")]),
      [.bigint], returns: .string
    ) { (context, operands) throws(SQLError) in
      let codes: [Int64] = try operands[0].rowValues(context.rows)
      var builder = TextBuilder(rows: context.rows)
      for code in codes {
        let low = UInt8(truncatingIfNeeded: code)
        if code < 0 {
          builder.appendEmpty()
        } else if low < 0x80 {
          builder.append(shared: .single(low))
        } else {
          withUnsafeBytes(of: (0xC0 | low >> 6, 0x80 | low & 0x3F)) { builder.append($0) }
        }
      }
      return builder.finish()
    },
  ]
}
