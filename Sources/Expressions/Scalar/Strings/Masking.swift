internal import Columnar
internal import Diagnostics

/// Texts made safe or checked character by character: `mask`, `quote`, `luhn_check`.
extension Strings {
  static let masking: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "mask", .string, "mask(input[, upperChar, lowerChar, digitChar, otherChar])",
        "The text with upper-case letters, lower-case letters, digits and all else exchanged for characters ('X', 'x', 'n' and none); NULL keeps a kind.",
        shown: [
          "SELECT mask('AbCD123-@$#')": "XxXXnnn-@$#", "SELECT mask('AbCD123-@$#', 'Q', 'q', 'd', 'o')": "QqQQdddoooo",
        ]), bind: bindMask),
    .plain(
      FunctionDoc(
        "quote", .string, "quote(str)", "The text in single quotes, those in it behind a backslash.",
        shown: ["SELECT quote('Don\\'t')": "'Don\\'t'"]), [.string], returns: .string
    ) { (context, operands) throws(SQLError) in
      let quote = UInt8(ascii: "'")
      return try TextKernel.write(operands[0], context) { text, out in
        out.append(quote)
        for byte in text {
          if byte == quote { out.append(UInt8(ascii: "\\")) }
          out.append(byte)
        }
        out.append(quote)
      }
    },
    .plain(
      FunctionDoc(
        "luhn_check", .string, "luhn_check(str)", "Whether a text of digits ends in the check digit of Luhn's algorithm.",
        shown: ["SELECT luhn_check('79927398713')": "true", "SELECT luhn_check('79927398714')": "false"]),
      [.string], returns: .boolean
    ) { (context, operands) throws(SQLError) in
      try TextKernel.measure(operands[0], context) { isLuhn($0) }
    },
  ]

  private static func isLuhn(_ text: UnsafeRawBufferPointer) -> Bool {
    var sum = 0
    for at in 0..<text.count {
      guard AsciiText.isDigit(text[text.count &- 1 &- at]) else { return false }
      let digit = Int(text[text.count &- 1 &- at] &- 0x30)
      let doubled = at & 1 == 1 ? digit &* 2 : digit
      sum &+= doubled > 9 ? doubled &- 9 : doubled
    }
    return text.count > 0 && sum % 10 == 0
  }

  // MARK: mask

  /// What stands for each kind of character; nil keeps it.
  private struct MaskCharacters: Sendable {
    var characters: [[UInt8]?]

    func append(_ kind: Int, _ original: UnsafeRawBufferPointer, to out: inout ByteWriter) {
      if let mask = characters[kind] { mask.withUnsafeBytes { out.append($0) } } else { out.append(original) }
    }
  }

  private static func bindMask(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1...5)
    for (index, type) in call.types.enumerated() where type != .string && type != .null {
      throw .unexpectedInput(call, index, wanted: "\"STRING\"")
    }
    var characters: [[UInt8]?] = [[UInt8(ascii: "X")], [UInt8(ascii: "x")], [UInt8(ascii: "n")], nil]
    for index in 1..<max(1, call.arguments.count) {
      let text = try call.constantText(index, what: "a mask")
      if let text, text.unicodeScalars.count != 1 {
        let span = call.arguments[index].span
        throw SQLError(
          .bind, "DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE", "a mask must be one character, found '\(text)'",
          span: span.isNone ? call.span : span)
      }
      characters[index - 1] = text.map { Array($0.utf8) }
    }
    let masks = MaskCharacters(characters: characters)
    let types = call.types.map { _ in DataType.string }
    return BoundFunction("mask", types, returns: .string, nulls: .handled) { (context, operands) throws(SQLError) in
      let column = try TextKernel.write(operands[0], context) { text, out in
        var at = 0
        while at < text.count {
          let (scalar, width) = Utf8.scalar(text, at)
          masks.append(kind(of: scalar), UnsafeRawBufferPointer(rebasing: text[at..<at &+ width]), to: &out)
          at &+= width
        }
      }
      return column.with(validity: operands[0].flattened(rows: context.rows).validity)
    }
  }

  /// 0 upper case, 1 lower case, 2 digit, 3 other.
  private static func kind(of scalar: Unicode.Scalar?) -> Int {
    guard let scalar else { return 3 }
    switch scalar.value {
    case 0x41...0x5A: return 0
    case 0x61...0x7A: return 1
    case 0x30...0x39: return 2
    case 0..<0x80: return 3
    default:
      if scalar.properties.isUppercase { return 0 }
      if scalar.properties.isLowercase { return 1 }
      return scalar.properties.generalCategory == .decimalNumber ? 2 : 3
    }
  }
}
