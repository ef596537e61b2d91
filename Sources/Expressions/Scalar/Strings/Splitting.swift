internal import Columnar
internal import Diagnostics

/// `split`, `split_part`, `substring_index`: pieces that are views into the text.
extension Strings {
  static let splitting: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "split", .string, "split(str, regex[, limit])",
        "The pieces of a text between the matches of a regular expression, at most as many as a positive limit.",
        [
          FunctionExample("SELECT split('oneAtwoBthreeC', '[ABC]')", "[one, two, three, ]"),
          FunctionExample("SELECT split('a b c', ' ', 2)", "[a, b c]"),
        ]), bind: bindSplit)
  ]

  private static func bindSplit(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2...3)
    var types = [try call.parameter(0, as: .string), try call.parameter(1, as: .string)]
    if call.arguments.count == 3 { types.append(try call.parameter(2, as: .int)) }
    var separator: [UInt8]?
    if case .bytes(let regex)? = try call.constant(1) { separator = LiteralRegex.bytes(of: regex) }
    let limit = call.arguments.count == 3 ? try call.constant(2)?.integer : -1
    if let byte = separator?.first, separator?.count == 1, let limit, limit <= 0 {
      return BoundFunction(call.name, types, returns: .array(.string)) { (context, operands) throws(SQLError) in
        let texts = try operands[0].texts(context.rows)
        guard let (pieces, offsets) = ByteSplitter.split(texts, at: byte, where: context.validity) else {
          throw .data("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION", "split would make more than \(elementsMax) elements")
        }
        return .list(ListColumn(offsets: offsets, child: .bytes(BytesColumn(pieces, owners: operands[0].owners))))
      }
    }
    throw .unexpectedInput(call, 1, wanted: "a literal")
  }
}

/// Regular expressions that are plain text in disguise: `,` or `\\|`.
enum LiteralRegex {
  /// The text that is the only match of `regex`, which is not empty; nil if it is a real pattern.
  static func bytes(of regex: [UInt8]) -> [UInt8]? {
    var text: [UInt8] = []
    var at = 0
    while at < regex.count {
      var byte = regex[at]
      if byte == UInt8(ascii: "\\") {
        at += 1
        guard at < regex.count, regex[at] < 0x80, !AsciiText.isLetter(regex[at]), !AsciiText.isDigit(regex[at]) else {
          return nil
        }
        byte = regex[at]
      } else if special.contains(byte) {
        return nil
      }
      text.append(byte)
      at += 1
    }
    return text.isEmpty ? nil : text
  }

  private static let special: Set<UInt8> = Set(".[]{}()*+?^$|".utf8)
}
