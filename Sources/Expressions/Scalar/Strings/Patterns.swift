internal import Columnar
internal import Diagnostics

/// `LIKE` and `ILIKE`. Constant patterns are compiled when the query is bound, others once for each run of equal ones.
extension Strings {
  static let patterns: [ScalarFunction] = [
    like(
      "like", ignoresCase: false, "Whether the whole text matches a pattern of % (any characters) and _ (one character).",
      "SELECT 'Spark' LIKE 'S_a%'", "true"),
    like("ilike", ignoresCase: true, "As LIKE, without regard to case.", "SELECT 'Spark' ILIKE 'spa%'", "true"),
  ]

  private static func like(
    _ name: String, ignoresCase: Bool, _ summary: String, _ sql: String, _ result: String
  ) -> ScalarFunction {
    ScalarFunction(
      FunctionDoc(
        name, .string, "str \(name.uppercased()) pattern [ESCAPE 'c']", summary, [FunctionExample(sql, result)])
    ) { (call) throws(SQLError) in
      try call.expect(2...3)
      let types = try call.parameters(all: .string)
      let escape = try escapeCharacter(call)
      let compile: @Sendable (UnsafeRawBufferPointer) throws(SQLError) -> LikePattern = {
        (source) throws(SQLError) in
        try pattern(source, escape, ignoresCase: ignoresCase)
      }
      // A pattern that does not compile is an error of the rows that use it: there may be none.
      let constant = try call.constant(1)
      var compiled: LikePattern?
      if case .bytes(let bytes)? = constant { compiled = try? withBytes(bytes, compile) }
      let ready = compiled
      return BoundFunction(name, types, returns: .boolean, canFail: ready == nil) { (context, operands) throws(SQLError) in
        let rows = context.rows
        let texts: [BytesView]
        if ignoresCase {
          let lower = try TextKernel.write(operands[0], context) { CaseMapping.convert($0, to: .lower, into: &$1) }
          return try withExtendedLifetime(lower) { () throws(SQLError) in
            try test(try Operand(lower).texts(rows), operands[1], ready, context, compile)
          }
        }
        texts = try operands[0].texts(rows)
        return try test(texts, operands[1], ready, context, compile)
      }
    }
  }

  private static func test(
    _ texts: [BytesView], _ patterns: Operand, _ ready: LikePattern?, _ context: borrowing KernelContext,
    _ compile: (UnsafeRawBufferPointer) throws(SQLError) -> LikePattern
  ) throws(SQLError) -> Column {
    if let ready { return .bool(PrimitiveColumn(ready.matches(texts))) }
    let sources = try patterns.texts(context.rows)
    var result = [Bool](repeating: false, count: context.rows)
    var last: (source: BytesView, pattern: LikePattern)?
    for row in 0..<context.rows where context.isValid(row) {
      if last?.source != sources[row] {
        last = (sources[row], try compiled(from: sources[row], compile))
      }
      if let pattern = last?.pattern { result[row] = texts[row].withRaw { pattern.matches($0) } }
    }
    return .bool(PrimitiveColumn(result))
  }

  private static func compiled(
    from source: BytesView, _ compile: (UnsafeRawBufferPointer) throws(SQLError) -> LikePattern
  ) throws(SQLError) -> LikePattern {
    try source.withBytes { (bytes) throws(SQLError) in try compile(UnsafeRawBufferPointer(bytes)) }
  }

  private static func pattern(
    _ source: UnsafeRawBufferPointer, _ escape: [UInt8], ignoresCase: Bool
  ) throws(SQLError) -> LikePattern {
    var lower = ByteWriter(capacity: source.count + 16)
    if ignoresCase { CaseMapping.convert(source, to: .lower, into: &lower) } else { lower.append(source) }
    return try LikePattern(UnsafeRawBufferPointer(rebasing: lower.bytes[...]), escape: escape)
  }

  /// `\`, or the constant third argument.
  private static func escapeCharacter(_ call: FunctionCall) throws(SQLError) -> [UInt8] {
    guard call.arguments.count == 3 else { return [UInt8(ascii: "\\")] }
    guard case .bytes(let bytes)? = try call.constant(2), bytes.withUnsafeBytes({ Utf8.count($0) }) == 1 else {
      throw SQLError(
        .parse, "INVALID_ESC", "the escape of \(call.name) is one character, given as a constant",
        span: call.arguments[2].span.isNone ? call.span : call.arguments[2].span)
    }
    return bytes
  }

  private static func withBytes<R>(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(SQLError) -> R
  ) throws(SQLError) -> R {
    try bytes.withUnsafeBufferPointer { (bytes) throws(SQLError) in try body(UnsafeRawBufferPointer(bytes)) }
  }
}
