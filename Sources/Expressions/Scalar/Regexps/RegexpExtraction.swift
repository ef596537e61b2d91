internal import Columnar
internal import Diagnostics

/// `regexp_extract`, `regexp_extract_all`, `regexp_substr`: slices of the text that a pattern or one of its groups matches.
extension Regexps {
  static let extraction: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "regexp_extract", .regexp, "regexp_extract(str, regexp[, idx])",
        "What a group (the first by default, 0 is all) of the first match took, an empty text if there is none.",
        [FunctionExample("SELECT regexp_extract('100-200', '(\\\\d+)-(\\\\d+)', 2)", "200")])
    ) { (call) throws(SQLError) in
      try call.expect(2...3)
      let (types, pattern) = try parameters(call)
      return BoundFunction(call.name, types, returns: .string, canFail: true) { (context, operands) throws(SQLError) in
        let texts = try operands[0].texts(context.rows)
        let groups: [Int32]? = operands.count > 2 ? try operands[2].rowValues(context.rows) : nil
        var builder = TextBuilder(rows: context.rows)
        try pattern.forEachRow(operands[1], context, skipped: { _ in builder.appendEmpty() }) { (row, matcher) throws(SQLError) in
          let group = try checked(groups?[row] ?? 1, matcher, call.name)
          let part = try texts[row].withText { (text) throws(SQLError) -> (Int, Int) in
            guard try matcher.find(text), matcher.start(group) >= 0 else { return (0, 0) }
            return (matcher.start(group), matcher.end(group))
          }
          builder.append(shared: texts[row].slice(part.0, max(0, part.1 - part.0)))
        }
        return builder.finish(sharing: operands[0].owners)
      }
    },
    ScalarFunction(
      FunctionDoc(
        "regexp_extract_all", .regexp, "regexp_extract_all(str, regexp[, idx])",
        "What a group (the first by default, 0 is all) of each match took.",
        [FunctionExample("SELECT regexp_extract_all('100-200, 300-400', '(\\\\d+)-(\\\\d+)', 1)", "[100, 300]")])
    ) { (call) throws(SQLError) in
      try call.expect(2...3)
      let (types, pattern) = try parameters(call)
      return BoundFunction(call.name, types, returns: .array(.string), canFail: true) { (context, operands) throws(SQLError) in
        let texts = try operands[0].texts(context.rows)
        let groups: [Int32]? = operands.count > 2 ? try operands[2].rowValues(context.rows) : nil
        var builder = TextBuilder(rows: context.rows)
        var offsets: [Int32] = [0]
        try pattern.forEachRow(
          operands[1], context, skipped: { _ in offsets.append(Int32(truncatingIfNeeded: builder.count)) }
        ) { (row, matcher) throws(SQLError) in
          let group = try checked(groups?[row] ?? 1, matcher, call.name)
          try texts[row].withText { (text) throws(SQLError) in
            try matcher.forEach(in: text) {
              let start = max(0, matcher.start(group))
              builder.append(shared: texts[row].slice(start, max(0, matcher.end(group) - start)))
              return builder.count < Strings.elementsMax
            }
          }
          offsets.append(Int32(truncatingIfNeeded: builder.count))
        }
        return .list(ListColumn(offsets: offsets, child: builder.finish(sharing: operands[0].owners)))
      }
    },
    ScalarFunction(
      FunctionDoc(
        "regexp_substr", .regexp, "regexp_substr(str, regexp)", "The first match of a regular expression, NULL if there is none.",
        [
          FunctionExample("SELECT regexp_substr('Steven Jones and Stephen Smith', 'Ste(v|ph)en')", "Steven"),
          FunctionExample("SELECT regexp_substr('abc', 'x')", "NULL"),
        ])
    ) { (call) throws(SQLError) in
      try call.expect(2)
      let (types, pattern) = try parameters(call)
      return BoundFunction(call.name, types, returns: .string, canFail: true) { (context, operands) throws(SQLError) in
        let texts = try operands[0].texts(context.rows)
        var builder = TextBuilder(rows: context.rows)
        var found = Validity(repeating: true, count: context.rows)
        try pattern.forEachRow(operands[1], context, skipped: { _ in builder.appendEmpty() }) { (row, matcher) throws(SQLError) in
          let length = try texts[row].withText { (text) throws(SQLError) in
            try matcher.find(text) ? matcher.end() - matcher.start() : 0
          }
          // An empty match is NULL too: Spark has NULLIF(regexp_extract(…), '').
          found.set(row, length > 0)
          builder.append(shared: length > 0 ? texts[row].slice(matcher.start(), length) : BytesView())
        }
        return builder.finish(sharing: operands[0].owners, validity: found)
      }
    },
  ]

  private static func parameters(_ call: FunctionCall) throws(SQLError) -> ([DataType], RegexpArgument) {
    var types = [try call.parameter(0, as: .string), try call.parameter(1, as: .string)]
    if call.arguments.count == 3 { types.append(try call.parameter(2, as: .int)) }
    return (types, try RegexpArgument(call, 1))
  }

  private static func checked(_ group: Int32, _ matcher: RegexpMatcher, _ function: String) throws(SQLError) -> Int {
    let count = matcher.regexp.groupCount
    if group >= 0, Int(group) <= count { return Int(group) }
    throw .data(
      "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX",
      "\(function): group \(group) does not exist, the regular expression has 0 to \(count)")
  }
}
