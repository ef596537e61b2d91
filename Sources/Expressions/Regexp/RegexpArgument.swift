internal import Columnar
internal import Diagnostics

/// The pattern of a call: compiled while binding if it is constant, else once for each run of equal patterns.
struct RegexpArgument: Sendable {
  private let function: String
  private let constant: Regexp?

  init(_ call: FunctionCall, _ index: Int) throws(SQLError) {
    function = call.name
    if case .bytes(let bytes)? = try call.constant(index) {
      do {
        constant = try bytes.withUnsafeBufferPointer { (bytes) throws(SQLError) in
          try Regexp(UnsafeRawBufferPointer(bytes), function: call.name)
        }
      } catch {
        throw error.located(at: call.arguments[index].span.isNone ? call.span : call.arguments[index].span)
      }
    } else {
      constant = nil
    }
  }

  /// Groups of a constant pattern.
  var groupCount: Int? { constant?.groupCount }

  /// Calls `body` for every row that has all arguments, with a matcher of the row's pattern.
  func forEachRow(
    _ patterns: Operand, _ context: borrowing KernelContext, skipped: (Int) -> Void = { _ in },
    _ body: (Int, RegexpMatcher) throws(SQLError) -> Void
  ) throws(SQLError) {
    if let constant {
      let matcher = try RegexpMatcher(constant)
      for row in 0..<context.rows {
        if context.isValid(row) { try body(row, matcher) } else { skipped(row) }
      }
      return
    }
    let sources = try patterns.texts(context.rows)
    var last: (source: BytesView, matcher: RegexpMatcher)?
    for row in 0..<context.rows {
      guard context.isValid(row) else {
        skipped(row)
        continue
      }
      if last?.source != sources[row] {
        let regexp = try sources[row].withBytes { (bytes) throws(SQLError) in
          try Regexp(UnsafeRawBufferPointer(bytes), function: function)
        }
        last = (sources[row], try RegexpMatcher(regexp))
      }
      if let matcher = last?.matcher { try body(row, matcher) }
    }
  }
}

extension BytesView {
  /// As `withRaw`, for bodies that throw.
  @inline(__always)
  func withText<R>(_ body: (UnsafeRawBufferPointer) throws(SQLError) -> R) throws(SQLError) -> R {
    try withBytes { (bytes) throws(SQLError) in try body(UnsafeRawBufferPointer(bytes)) }
  }
}
