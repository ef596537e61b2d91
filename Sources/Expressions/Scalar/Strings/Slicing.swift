internal import Columnar
internal import Diagnostics

/// `substring`, `left`, `right`: slices of the source's bytes, nothing is copied.
extension Strings {
  static let slicing: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "substring", aliases: ["substr"], .string, "substring(expr, pos[, len])",
        "The part from a 1-based position on, counted from the end if negative; of a binary, its bytes.",
        [
          FunctionExample("SELECT substring('Spark SQL', 5, 1)", "k"),
          FunctionExample("SELECT substring('Spark SQL' FROM -3)", "SQL"),
        ])
    ) { (call) throws(SQLError) in
      try call.expect(2...3)
      return try slice(call) { Range(position: $0, length: $1) }
    },
    ScalarFunction(
      FunctionDoc(
        "left", .string, "left(expr, len)", "The first characters, or bytes of a binary.",
        [FunctionExample("SELECT left('Spark SQL', 3)", "Spa")])
    ) { (call) throws(SQLError) in
      try call.expect(2)
      return try slice(call) { length, _ in Range(position: 1, length: length) }
    },
    ScalarFunction(
      FunctionDoc(
        "right", .string, "right(str, len)", "The last characters.", [FunctionExample("SELECT right('Spark SQL', 3)", "SQL")])
    ) { (call) throws(SQLError) in
      try call.expect(2)
      return try slice(call, takesBinary: false) { length, _ in
        length <= 0 ? Range(start: 0, end: 0) : Range(start: -Int(length), end: .max)
      }
    },
  ]

  /// Characters `start ..< end`; a negative start counts from the end of the text.
  private struct Range {
    var start: Int
    var end: Int
    /// Characters of the range if it counts from the end; nil up to the end.
    var length: Int?

    init(start: Int, end: Int) {
      self.start = start
      self.end = end
    }

    /// By SQL's rules: positions from 1, 0 the same as 1, a missing length is the largest integer.
    @inline(__always)
    init(position: Int32, length: Int32) {
      start = position > 0 ? Int(position) - 1 : Int(position)
      end = start >= 0 ? start &+ Int(length) : .max
      self.length = Int(length)
    }

    /// Start and length in units of `count`, which is only asked for when the range counts from the end.
    @inline(__always)
    func resolved(_ count: @autoclosure () -> Int) -> (start: Int, end: Int) {
      if start >= 0 { return (start, end) }
      let from = count() &+ start
      return (max(from, 0), length.map { from &+ $0 } ?? .max)
    }
  }

  private static func slice(
    _ call: FunctionCall, takesBinary: Bool = true, _ range: @escaping @Sendable (Int32, Int32) -> Range
  ) throws(SQLError) -> BoundFunction {
    let type = takesBinary ? try call.textParameter(0) : try call.parameter(0, as: .string)
    var parameters = [type]
    for i in 1..<call.arguments.count { parameters.append(try call.parameter(i, as: .int)) }
    return BoundFunction(call.name, parameters, returns: type) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let views = try operands[0].texts(rows)
      let first: [Int32] = try operands[1].rowValues(rows)
      let second: [Int32] = operands.count > 2 ? try operands[2].rowValues(rows) : []
      let isBinary = type == .binary
      var result = [BytesView](repeating: BytesView(), count: rows)
      for row in 0..<rows {
        let wanted = range(first[row], operands.count > 2 ? second[row] : .max)
        let view = views[row]
        let part = view.withRaw { isBinary ? bytes($0, wanted) : characters($0, wanted) }
        result[row] = part.length == view.count ? view : view.slice(part.start, part.length)
      }
      return .bytes(BytesColumn(result, owners: operands[0].owners))
    }
  }

  @inline(__always)
  private static func bytes(_ text: UnsafeRawBufferPointer, _ range: Range) -> (start: Int, length: Int) {
    let (start, end) = range.resolved(text.count)
    let from = min(start, text.count)
    return (from, max(0, min(end, text.count) &- from))
  }

  @inline(__always)
  private static func characters(_ text: UnsafeRawBufferPointer, _ range: Range) -> (start: Int, length: Int) {
    if Utf8.isASCII(text) { return bytes(text, range) }
    let (start, end) = range.resolved(Utf8.count(text))
    guard end > start else { return (0, 0) }
    let from = Utf8.offset(text, skipping: start)
    return (from, Utf8.offset(text, skipping: end &- start, from: from) &- from)
  }
}
