internal import Columnar
internal import Diagnostics

/// `regexp_replace`.
extension Regexps {
  static let replacement: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "regexp_replace", .regexp, "regexp_replace(str, regexp, rep[, position])",
        "The text with every match of a regular expression from a 1-based position on exchanged; $1 stands for a group.",
        [
          FunctionExample("SELECT regexp_replace('100-200', '(\\\\d+)', 'num')", "num-num"),
          FunctionExample("SELECT regexp_replace('a-b', '(.)-(.)', '$2-$1')", "b-a"),
        ]), bind: bindReplace)
  ]

  private static func bindReplace(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(3...4)
    var types: [DataType] = []
    for i in 0..<3 { types.append(try call.parameter(i, as: .string)) }
    if call.arguments.count == 4 {
      types.append(try call.parameter(3, as: .int))
      if let position = try call.constant(3)?.integer, position < 1 {
        throw .argumentOutOfRange(call, 3, range: "(0, 2147483647]", found: "\(position)")
      }
    }
    let pattern = try RegexpArgument(call, 1)
    return BoundFunction(call.name, types, returns: .string, canFail: true) { (context, operands) throws(SQLError) in
      let texts = try operands[0].texts(context.rows)
      let replacements = try operands[2].texts(context.rows)
      let positions: [Int32]? = operands.count > 3 ? try operands[3].rowValues(context.rows) : nil
      var builder = TextBuilder(rows: context.rows)
      var out = ByteWriter()
      var total = 0
      var template: (source: BytesView, regexp: Regexp, value: ReplacementTemplate)?
      try pattern.forEachRow(operands[1], context, skipped: { _ in builder.appendEmpty() }) { (row, matcher) throws(SQLError) in
        if template?.source != replacements[row] || template?.regexp !== matcher.regexp {
          template = (
            replacements[row], matcher.regexp, try ReplacementTemplate(replacements[row].withBytes { Array($0) }, matcher.regexp)
          )
        }
        guard let template = template?.value else { return }
        out.removeAll()
        let isChanged = try texts[row].withText { (text) throws(SQLError) -> Bool in
          let start = Utf8.offset(text, skipping: max(0, Int(positions?[row] ?? 1) - 1))
          var copied = 0
          var isChanged = false
          try matcher.forEach(in: text, from: start) {
            isChanged = true
            out.append(UnsafeRawBufferPointer(rebasing: text[copied..<matcher.start()]))
            template.append(matcher, text, to: &out)
            copied = matcher.end()
            return out.count <= TextLimits.valueBytesMax
          }
          if isChanged { out.append(UnsafeRawBufferPointer(rebasing: text[copied...])) }
          return isChanged
        }
        total &+= out.count
        try TextLimits.check(call.name, value: out.count, batch: total)
        if isChanged { builder.append(out.bytes) } else { builder.append(shared: texts[row]) }
      }
      return builder.finish(sharing: operands[0].owners)
    }
  }
}

/// A replacement in Java's notation: `$1`, `${name}`, and a backslash that takes what follows as it is.
private struct ReplacementTemplate {
  private enum Part {
    case text([UInt8])
    case group(Int)
  }

  private var parts: [Part] = []

  init(_ source: [UInt8], _ regexp: Regexp) throws(SQLError) {
    var text: [UInt8] = []
    var at = 0
    while at < source.count {
      switch source[at] {
      case UInt8(ascii: "\\"):
        guard at + 1 < source.count else { throw .invalidReplacement(source, "it ends with a backslash") }
        text.append(source[at + 1])
        at += 2
      case UInt8(ascii: "$"):
        let (group, end) = try ReplacementTemplate.group(source, at + 1, regexp)
        if !text.isEmpty { parts.append(.text(text)) }
        text = []
        parts.append(.group(group))
        at = end
      default:
        text.append(source[at])
        at += 1
      }
    }
    if !text.isEmpty { parts.append(.text(text)) }
  }

  private static func group(_ source: [UInt8], _ start: Int, _ regexp: Regexp) throws(SQLError) -> (Int, Int) {
    guard start < source.count else { throw .invalidReplacement(source, "it ends with $") }
    if source[start] == UInt8(ascii: "{") {
      guard let close = source[start...].firstIndex(of: UInt8(ascii: "}")) else {
        throw .invalidReplacement(source, "${ is not closed")
      }
      let name = String(decoding: source[start + 1..<close], as: UTF8.self)
      guard let number = regexp.group(named: name) else { throw .invalidReplacement(source, "there is no group \"\(name)\"") }
      return (number, close + 1)
    }
    guard AsciiText.isDigit(source[start]) else { throw .invalidReplacement(source, "behind $ stands no group") }
    var number = Int(source[start] - 0x30)
    guard number <= regexp.groupCount else { throw .invalidReplacement(source, "there is no group \(number)") }
    var at = start + 1
    // As many digits as still name a group.
    while at < source.count, AsciiText.isDigit(source[at]), number * 10 + Int(source[at] - 0x30) <= regexp.groupCount {
      number = number * 10 + Int(source[at] - 0x30)
      at += 1
    }
    return (number, at)
  }

  func append(_ matcher: RegexpMatcher, _ text: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    for part in parts {
      switch part {
      case .text(let bytes): bytes.withUnsafeBytes { out.append($0) }
      case .group(let group):
        let start = matcher.start(group)
        if start >= 0, matcher.end(group) > start {
          out.append(UnsafeRawBufferPointer(rebasing: text[start..<matcher.end(group)]))
        }
      }
    }
  }
}

extension SQLError {
  fileprivate static func invalidReplacement(_ source: [UInt8], _ reason: String) -> SQLError {
    .data(
      "INVALID_REGEXP_REPLACE", "the replacement '\(String(decoding: source, as: UTF8.self))' is malformed: \(reason)",
      hint: "write \\$ for a dollar sign and \\\\ for a backslash")
  }
}
