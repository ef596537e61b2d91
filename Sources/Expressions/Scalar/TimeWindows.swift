internal import Columnar
package import Diagnostics

/// Time windows as expressions: the start of the tumbling window that a time lies in, and the struct of start and end
/// that `window()` gives.
///
/// The binder builds windows from these parts, never from one opaque call: grouping by `window(ts, '10 seconds')` is then
/// grouping by one integer, and the planner sees through `window.start` when it asks what time a row is about.
package enum TimeWindows {
  /// Name of the call that gives a window's start; arguments: time, size and offset in µs.
  package static let startName = "window_start"
  /// Name of the call that moves a time by a constant number of µs.
  package static let shiftName = "window_shift"
  /// Name of the call that makes the struct of start and end.
  package static let structName = "window"

  /// The start of the tumbling window of `size` µs that `time` lies in; windows align to the UTC epoch plus `offset`
  /// (SEM-14). NULL of NULL; an error where the start lies before the calendar's first microsecond.
  package static func start(
    of time: BoundExpression, sizeMicros size: Int64, offsetMicros offset: Int64, span: SourceSpan
  ) -> BoundExpression {
    let function = BoundFunction(
      startName, [time.type, .bigint, .bigint], returns: time.type, isNullable: time.isNullable, canFail: true
    ) { (context, operands) throws(SQLError) in
      try map(operands[0], &context) { starting($0, size, offset) }
    }
    return BoundExpression(
      .call(ScalarCall(function, [time, micros(size), micros(offset)])), type: time.type,
      isNullable: time.isNullable, span: span)
  }

  /// `time` moved by a constant.
  package static func shift(_ time: BoundExpression, byMicros delta: Int64, span: SourceSpan) -> BoundExpression {
    if delta == 0 { return time }
    let function = BoundFunction(
      shiftName, [time.type, .bigint], returns: time.type, isNullable: time.isNullable, canFail: true
    ) { (context, operands) throws(SQLError) in
      try map(operands[0], &context) { $0.addingReportingOverflow(delta) }
    }
    return BoundExpression(
      .call(ScalarCall(function, [time, micros(delta)])), type: time.type, isNullable: time.isNullable, span: span)
  }

  /// `struct<start, end>`; NULL where either is.
  package static func make(start: BoundExpression, end: BoundExpression, span: SourceSpan) -> BoundExpression {
    let type = DataType.structure([Field("start", start.type), Field("end", end.type)])
    let isNullable = start.isNullable || end.isNullable
    let function = BoundFunction(structName, [start.type, end.type], returns: type, isNullable: isNullable) {
      (context, operands) in
      let fields = operands.map { $0.flattened(rows: context.rows) }
      return .structure(StructColumn(fields: fields, count: context.rows, validity: context.validity))
    }
    return BoundExpression(.call(ScalarCall(function, [start, end])), type: type, isNullable: isNullable, span: span)
  }

  /// Start and end of a window made by `make`.
  package static func parts(of window: BoundExpression) -> (start: BoundExpression, end: BoundExpression)? {
    guard case .call(let call) = window.node, call.function.name == structName, call.arguments.count == 2 else {
      return nil
    }
    return (call.arguments[0], call.arguments[1])
  }

  /// What a call of `startName` or `shiftName` is about: its time and its constants.
  package static func constants(of call: ScalarCall) -> [Int64] {
    call.arguments.dropFirst().compactMap { argument in
      if case .int64(let value)? = argument.literalValue { return value }
      return nil
    }
  }

  /// Floor of `time` to a multiple of `size` counted from `offset`, and whether that is before the calendar.
  @inlinable package static func starting(_ time: Int64, _ size: Int64, _ offset: Int64) -> (Int64, Bool) {
    let (fromOffset, first) = time.subtractingReportingOverflow(offset)
    var rest = fromOffset % size
    if rest < 0 { rest &+= size }
    let (start, second) = time.subtractingReportingOverflow(rest)
    return (start, first || second)
  }

  private static func micros(_ value: Int64) -> BoundExpression { .literal(.int64(value), .bigint) }

  private static func map(
    _ operand: Operand, _ context: inout KernelContext, _ body: (Int64) -> (Int64, Bool)
  ) throws(SQLError) -> Column {
    guard case .int64(let times) = operand.flattened(rows: context.rows) else {
      return ColumnBuilder.nulls(.timestamp, count: context.rows)
    }
    var overflowed = false
    let values = [Int64](unsafeUninitializedCapacity: times.count) { target, count in
      times.values.withUnsafeBufferPointer { source in
        for row in source.indices {
          let (value, overflow) = body(source[row])
          overflowed = overflowed || overflow
          target.initializeElement(at: row, to: value)
        }
      }
      count = times.count
    }
    if overflowed {
      for row in 0..<times.count where context.isValid(row) && body(times.values[row]).1 {
        throw SQLError(.data, "DATETIME_OVERFLOW", "a window of this time lies outside of the calendar")
      }
    }
    return .int64(PrimitiveColumn(values, validity: times.validity))
  }
}
