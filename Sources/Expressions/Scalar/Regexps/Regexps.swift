internal import Columnar
internal import Diagnostics

/// Functions of regular expressions: searching.
enum Regexps {
  static let all: [ScalarFunction] = searching + extraction + replacement

  static let searching: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "rlike", aliases: ["regexp", "regexp_like"], .regexp, "rlike(str, regexp)",
        "Whether a regular expression matches anywhere in the text.",
        [FunctionExample("SELECT 'x-15' RLIKE '[0-9]+'", "true"), FunctionExample("SELECT regexp_like('abc', '^b')", "false")])
    ) { (call) throws(SQLError) in
      try call.expect(2)
      return try measuring(call, returns: .boolean, filler: false) { (text, matcher) throws(SQLError) in
        try matcher.find(text)
      }
    },
    ScalarFunction(
      FunctionDoc(
        "regexp_count", .regexp, "regexp_count(str, regexp)", "The number of matches of a regular expression in the text.",
        [FunctionExample("SELECT regexp_count('Steven Jones and Stephen Smith', 'Ste(v|ph)en')", "2")])
    ) { (call) throws(SQLError) in
      try call.expect(2)
      return try measuring(call, returns: .int, filler: Int32(0)) { (text, matcher) throws(SQLError) in
        var count: Int32 = 0
        try matcher.forEach(in: text) {
          count &+= 1
          return true
        }
        return count
      }
    },
    ScalarFunction(
      FunctionDoc(
        "regexp_instr", .regexp, "regexp_instr(str, regexp[, idx])",
        "The 1-based position of the first match of a regular expression, 0 if there is none.",
        [FunctionExample("SELECT regexp_instr('user@spark.apache.org', '@[^.]*')", "5")])
    ) { (call) throws(SQLError) in
      try call.expect(2...3)
      return try measuring(call, returns: .int, filler: Int32(0)) { (text, matcher) throws(SQLError) in
        guard try matcher.find(text) else { return 0 }
        return Int32(truncatingIfNeeded: Utf8.count(UnsafeRawBufferPointer(rebasing: text[0..<matcher.start()])) &+ 1)
      }
    },
  ]

  /// A value a row from its text and the matcher of its pattern.
  private static func measuring<R: ColumnElement>(
    _ call: FunctionCall, returns type: DataType, filler: R,
    _ body: @escaping @Sendable (UnsafeRawBufferPointer, RegexpMatcher) throws(SQLError) -> R
  ) throws(SQLError) -> BoundFunction {
    var types = [try call.parameter(0, as: .string), try call.parameter(1, as: .string)]
    if call.arguments.count == 3 { types.append(try call.parameter(2, as: .int)) }
    let pattern = try RegexpArgument(call, 1)
    return BoundFunction(call.name, types, returns: type, canFail: true) { (context, operands) throws(SQLError) in
      let texts = try operands[0].texts(context.rows)
      var result = [R](repeating: filler, count: context.rows)
      try pattern.forEachRow(operands[1], context) { (row, matcher) throws(SQLError) in
        result[row] = try texts[row].withText { (text) throws(SQLError) in try body(text, matcher) }
      }
      return R.column(result, validity: nil)
    }
  }
}
