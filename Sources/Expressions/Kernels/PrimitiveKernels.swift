internal import Columnar
internal import Diagnostics

/// Loops over primitive columns, specialised at every call.
///
/// `body` is inlined into the loop, so a kernel is one line where it is used and a tight loop where it runs. Bodies see
/// the fillers below NULLs too: they must be total.
enum Kernel {
  /// What a kernel does with rows that its function has no value for.
  enum Failure: Sendable {
    case raise
    /// NULL, as `try_…` functions give.
    case null
    /// Whatever was computed: integers wrap around, as in Spark before ANSI mode.
    case keep
  }

  /// One value from one value.
  @inline(__always)
  static func unary<A: ColumnElement, R: ColumnElement>(
    _ operand: Operand, _ context: borrowing KernelContext, _ body: (A) -> R
  ) throws(SQLError) -> Column {
    let rows = context.rows
    let input: [A] = try operand.rowValues(rows)
    let values = input.withUnsafeBufferPointer { x in
      [R](unsafeUninitializedCapacity: rows) { target, count in
        for i in 0..<rows { target.initializeElement(at: i, to: body(x[i])) }
        count = rows
      }
    }
    return R.column(values, validity: nil)
  }

  /// One value from two; loops of their own for a constant side.
  @inline(__always)
  static func binary<A: ColumnElement, B: ColumnElement, R: ColumnElement>(
    _ left: Operand, _ right: Operand, _ context: borrowing KernelContext, _ body: (A, B) -> R
  ) throws(SQLError) -> Column {
    R.column(try binaryValues(left, right, rows: context.rows, body), validity: nil)
  }

  @inline(__always)
  static func binaryValues<A: ColumnElement, B: ColumnElement, R: ColumnElement>(
    _ left: Operand, _ right: Operand, rows: Int, _ body: (A, B) -> R
  ) throws(SQLError) -> [R] {
    let a: [A] = try right.isConstant ? left.rowValues(rows) : left.values()
    let b: [B] = try right.values()
    return a.withUnsafeBufferPointer { x in
      b.withUnsafeBufferPointer { y in
        [R](unsafeUninitializedCapacity: rows) { target, count in
          count = rows
          if rows == 0 { return }
          if right.isConstant {
            let constant = y[0]
            for i in 0..<rows { target.initializeElement(at: i, to: body(x[i], constant)) }
          } else if left.isConstant {
            let constant = x[0]
            for i in 0..<rows { target.initializeElement(at: i, to: body(constant, y[i])) }
          } else {
            for i in 0..<rows { target.initializeElement(at: i, to: body(x[i], y[i])) }
          }
        }
      }
    }
  }

  /// As `unary`, for functions without a value for some arguments: `body` says whether it failed, and the batch is
  /// searched for a failing row only if one did.
  @inline(__always)
  static func checkedUnary<A: ColumnElement, R: ColumnElement>(
    _ operand: Operand, _ context: borrowing KernelContext, _ failure: Failure = .raise,
    _ body: (A) -> (value: R, failed: Bool), error: (A) -> SQLError
  ) throws(SQLError) -> Column {
    let rows = context.rows
    let input: [A] = try operand.rowValues(rows)
    var anyFailed = false
    let values = input.withUnsafeBufferPointer { x in
      [R](unsafeUninitializedCapacity: rows) { target, count in
        var failed: UInt8 = 0
        for i in 0..<rows {
          let result = body(x[i])
          target.initializeElement(at: i, to: result.value)
          failed |= result.failed ? 1 : 0
        }
        anyFailed = failed != 0
        count = rows
      }
    }
    if !anyFailed || failure == .keep { return R.column(values, validity: nil) }
    switch failure {
    case .null:
      return R.column(values, validity: Validity(count: rows) { !body(input[$0]).failed })
    case .raise, .keep:
      for row in 0..<rows where context.isValid(row) && body(input[row]).failed { throw error(input[row]) }
      return R.column(values, validity: nil)
    }
  }

  /// As `checkedUnary`, from two values.
  @inline(__always)
  static func checkedBinary<A: ColumnElement, B: ColumnElement, R: ColumnElement>(
    _ left: Operand, _ right: Operand, _ context: borrowing KernelContext, _ failure: Failure = .raise,
    _ body: (A, B) -> (value: R, failed: Bool), error: (A, B) -> SQLError
  ) throws(SQLError) -> Column {
    let rows = context.rows
    var failed: UInt8 = 0
    let values: [R] = try binaryValues(left, right, rows: rows) { (a: A, b: B) -> R in
      let result = body(a, b)
      failed |= result.failed ? 1 : 0
      return result.value
    }
    if failed == 0 || failure == .keep { return R.column(values, validity: nil) }
    let a: [A] = try left.rowValues(rows)
    let b: [B] = try right.rowValues(rows)
    switch failure {
    case .null:
      return R.column(values, validity: Validity(count: rows) { !body(a[$0], b[$0]).failed })
    case .raise, .keep:
      for row in 0..<rows where context.isValid(row) && body(a[row], b[row]).failed { throw error(a[row], b[row]) }
      return R.column(values, validity: nil)
    }
  }
}
