internal import Columnar
internal import Diagnostics

/// `+ - * / div` where a date, a timestamp or an interval takes part (Spark's `BinaryArithmeticWithDatetimeResolver`).
enum DatetimeArithmetic {
  /// The bound operation, or nil when neither operand is a date, a timestamp or an interval.
  static func bind(
    _ call: FunctionCall, _ operation: Arithmetic.Operation, failure given: Kernel.Failure
  ) throws(SQLError) -> BoundFunction? {
    let (left, right) = (call.types[0], call.types[1])
    guard left.isTemporal || right.isTemporal || left.isInterval || right.isInterval else { return nil }
    // Times never wrap around, in no mode.
    let failure: Kernel.Failure = given == .keep ? .raise : given
    switch operation {
    case .add:
      if let bound = sum(call, left, right, failure) { return bound }
      if let bound = try moved(call, left, right, isSwapped: false, sign: 1, failure) { return bound }
      if let bound = try moved(call, right, left, isSwapped: true, sign: 1, failure) { return bound }
    case .subtract:
      if let bound = sum(call, left, right, failure, isDifference: true) { return bound }
      if let bound = try moved(call, left, right, isSwapped: false, sign: -1, failure) { return bound }
      if left.isInterval, right.isInterval || right == .date {
        throw .unexpectedInput(call, 1, wanted: "\"\(left.sqlName)\"")
      }
      return try difference(call, left, right, failure)
    case .multiply:
      if left.isInterval { return try IntervalScaling.product(call, interval: left, number: right, isSwapped: false, failure) }
      if right.isInterval { return try IntervalScaling.product(call, interval: right, number: left, isSwapped: true, failure) }
    case .divide:
      if left.isInterval { return try IntervalScaling.quotient(call, interval: left, number: right, failure) }
    case .integralDivide:
      if left.isInterval, right.isInterval { return try IntervalScaling.integralQuotient(call, left, right, failure) }
    case .remainder, .positiveModulo: break
    }
    if left.isInterval, right.isInterval, operation == .add {
      throw .unexpectedInput(call, 1, wanted: "\"\(left.sqlName)\"")
    }
    if operation == .add, left == .date || right == .date, left.isTemporal, right.isTemporal {
      throw .unexpectedInput(call, 1, wanted: "(\"INT\" or \"INTERVAL\")")
    }
    if operation == .add || operation == .subtract { throw mismatch(call, operation) }
    // Only a text is converted before both are refused.
    let isMixed = left != right && left != .string && right != .string
    if isMixed || Coercion.commonType(left, right) == nil { throw .differentTypes(call, call.types) }
    throw .wrongOperandType(call, left.isTemporal || left.isInterval ? left : right, wanted: "numbers and intervals")
  }

  /// What is wrong with a sum or difference that has no meaning: a moment or an interval of days says what should stand
  /// beside it, others are just two types that do not go together.
  private static func mismatch(_ call: FunctionCall, _ operation: Arithmetic.Operation) -> SQLError {
    let (left, right) = (call.types[0], call.types[1])
    if operation == .subtract {
      if case .dayTimeInterval = right { return .unexpectedInput(call, 0, wanted: "\"TIMESTAMP\"") }
      if right.isTemporal { return .unexpectedInput(call, 0, wanted: "\"\(right.sqlName)\"") }
      if left.isTemporal { return .unexpectedInput(call, 1, wanted: left == .date ? "\"INT\"" : "\"\(left.sqlName)\"") }
      return .differentTypes(call, call.types)
    }
    // Texts are not taken as counts of days.
    if left == .string || right == .string || !(left == .date || right == .date), let type = Coercion.commonType(left, right) {
      return .wrongOperandType(call, type, wanted: "numbers and intervals")
    }
    if case .dayTimeInterval = right { return .unexpectedInput(call, 0, wanted: "\"TIMESTAMP\"") }
    if case .dayTimeInterval = left { return .unexpectedInput(call, 1, wanted: "\"TIMESTAMP\"") }
    if left == .date { return .unexpectedInput(call, 1, wanted: "\"INT\"") }
    if right == .date { return .unexpectedInput(call, 0, wanted: "\"INT\"") }
    return .differentTypes(call, call.types)
  }

  // MARK: Interval ± interval

  private static func sum(
    _ call: FunctionCall, _ left: DataType, _ right: DataType, _ failure: Kernel.Failure, isDifference: Bool = false
  ) -> BoundFunction? {
    let areIntervals = (left.isInterval || left == .null) && (right.isInterval || right == .null)
    guard areIntervals, let type = Coercion.commonType(left, right) else { return nil }
    let name: Arithmetic.Operation = isDifference ? .subtract : .add
    let kernel: BoundFunction.Kernel
    if case .yearMonthInterval = type {
      kernel = sumKernel(Int32.self, isDifference, failure, name)
    } else {
      kernel = sumKernel(Int64.self, isDifference, failure, name)
    }
    return BoundFunction(
      call.name, [type, type], returns: type, isNullable: failure == .null, canFail: failure == .raise, kernel)
  }

  private static func sumKernel<T: ColumnElement & FixedWidthInteger>(
    _: T.Type, _ isDifference: Bool, _ failure: Kernel.Failure, _ operation: Arithmetic.Operation
  ) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (a: T, b: T) -> (value: T, failed: Bool) in
        let (value, overflow) = isDifference ? a.subtractingReportingOverflow(b) : a.addingReportingOverflow(b)
        return (value, overflow)
      } error: { _, _ in
        .intervalOverflow(operation)
      }
    }
  }

  // MARK: Moment ± interval

  /// A date, a timestamp or a text moved by an interval, or a date moved by days.
  private static func moved(
    _ call: FunctionCall, _ moment: DataType, _ amount: DataType, isSwapped: Bool, sign: Int64,
    _ failure: Kernel.Failure
  ) throws(SQLError) -> BoundFunction? {
    func bound(
      _ momentType: DataType, _ amountType: DataType, _ result: DataType? = nil, _ kernel: @escaping BoundFunction.Kernel
    ) -> BoundFunction {
      let parameters = isSwapped ? [amountType, momentType] : [momentType, amountType]
      return BoundFunction(
        call.name, parameters, returns: result ?? momentType, isNullable: failure == .null,
        canFail: failure == .raise
      ) { (context, operands) throws(SQLError) in
        try kernel(&context, isSwapped ? [operands[1], operands[0]] : operands)
      }
    }
    switch (moment, amount) {
    case (.date, .tinyint), (.date, .smallint), (.date, .int):
      return bound(.date, .int, nil, MomentKernels.addDays(sign, failure))
    case (.date, _) where amount.isNumeric || amount == .string && sign > 0:
      throw .unexpectedInput(call, isSwapped ? 0 : 1, wanted: "\"INT\"")
    case (.date, .yearMonthInterval):
      return bound(.date, amount, nil, MomentKernels.addMonthsToDate(sign, failure))
    case (.date, .dayTimeInterval(.day, .day)):
      return bound(.date, amount, nil, MomentKernels.addWholeDays(sign, failure))
    case (.date, .dayTimeInterval):
      return bound(.timestamp, amount, nil, MomentKernels.addMicros(sign, zoned: true, failure))
    case (.timestamp, .yearMonthInterval):
      return bound(moment, amount, nil, MomentKernels.addMonths(sign, zoned: true, failure))
    case (.timestampNTZ, .yearMonthInterval):
      return bound(moment, amount, nil, MomentKernels.addMonths(sign, zoned: false, failure))
    case (.timestamp, .dayTimeInterval):
      return bound(moment, amount, nil, MomentKernels.addMicros(sign, zoned: true, failure))
    case (.timestampNTZ, .dayTimeInterval):
      return bound(moment, amount, nil, MomentKernels.addMicros(sign, zoned: false, failure))
    case (.string, .dayTimeInterval):
      // A text is read as a timestamp and printed again.
      let kernel = MomentKernels.addMicros(sign, zoned: true, failure)
      return bound(.timestamp, amount, .string) { (context, operands) throws(SQLError) in
        let column = try kernel(&context, operands)
        return try Casts.cast(Operand(column), from: .timestamp, to: .string, mode: .ansi, context: &context)
      }
    case (.date, .null):
      return isSwapped || sign > 0
        ? bound(.timestamp, .dayTime, nil, MomentKernels.addMicros(sign, zoned: true, failure)) : nil
    case (.timestamp, .null), (.timestampNTZ, .null):
      return sign > 0 ? bound(moment, .dayTime, nil, MomentKernels.addMicros(sign, zoned: true, failure)) : nil
    default: return nil
    }
  }

  // MARK: Moment − moment

  private static func difference(
    _ call: FunctionCall, _ left: DataType, _ right: DataType, _ failure: Kernel.Failure
  ) throws(SQLError) -> BoundFunction? {
    let other = left.isTemporal ? right : left
    guard left.isTemporal || right.isTemporal, other.isTemporal || other == .string || other == .null else {
      throw mismatch(call, .subtract)
    }
    // Outside of ANSI mode what is taken from a date is a count of days.
    if !call.settings.isANSI, left == .date, right == .string { throw .unexpectedInput(call, 1, wanted: "(\"INT\" or \"SMALLINT\" or \"TINYINT\")") }
    let isNullable = failure == .null
    if [left, right].allSatisfy({ $0 == .date || $0 == .string || $0 == .null }) {
      return BoundFunction(
        call.name, [.date, .date], returns: .dayTimeInterval(.day, .day), isNullable: isNullable
      ) { (context, operands) throws(SQLError) in
        try Kernel.binary(operands[0], operands[1], context) { (a: Int32, b: Int32) in
          (Int64(a) - Int64(b)) &* Micros.perDay
        }
      }
    }
    let type: DataType = left == .timestamp || right == .timestamp ? .timestamp : .timestampNTZ
    return BoundFunction(
      call.name, [type, type], returns: .dayTime, isNullable: isNullable, canFail: failure == .raise,
      MomentKernels.difference(zoned: type == .timestamp, failure))
  }
}

extension SQLError {
  static func intervalOverflow(_ operation: Arithmetic.Operation?) -> SQLError {
    guard let operation else {
      return .data("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "an interval does not fit its type")
    }
    return .data(
      "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", "an interval does not fit its type",
      hint: "use \(operation.tolerant) to get NULL")
  }

  static func datetimeOverflow(_ what: String) -> SQLError {
    .data("DATETIME_OVERFLOW", "\(what) is outside the range of its type", hint: "use try_add to get NULL")
  }
}
