internal import Columnar
internal import Diagnostics

/// From booleans and numbers.
extension Casts {
  static func fromBoolean(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext
  ) throws(SQLError) -> Column {
    switch pair.target {
    case .tinyint: return try Kernel.unary(operand, context) { (x: Bool) -> Int8 in x ? 1 : 0 }
    case .smallint: return try Kernel.unary(operand, context) { (x: Bool) -> Int16 in x ? 1 : 0 }
    case .int: return try Kernel.unary(operand, context) { (x: Bool) -> Int32 in x ? 1 : 0 }
    case .bigint: return try Kernel.unary(operand, context) { (x: Bool) -> Int64 in x ? 1 : 0 }
    case .float: return try Kernel.unary(operand, context) { (x: Bool) -> Float in x ? 1 : 0 }
    case .double: return try Kernel.unary(operand, context) { (x: Bool) -> Double in x ? 1 : 0 }
    case .timestamp: return try Kernel.unary(operand, context) { (x: Bool) -> Int64 in x ? 1 : 0 }
    case .decimal(let precision, let scale):
      let one = DecimalText.decimal(integer: 1, as: DecimalShape(precision: precision, scale: scale))
      return try Kernel.checkedUnary(operand, context, pair.failure) { (x: Bool) -> (value: Int128, failed: Bool) in
        x ? (one ?? 0, one == nil) : (0, false)
      } error: { _ in
        pair.decimalOverflow("1")
      }
    default: return ColumnBuilder.nulls(pair.target, count: context.rows)
    }
  }

  static func fromInteger<T: ColumnElement & FixedWidthInteger & SignedInteger>(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext, _: T.Type
  ) throws(SQLError) -> Column {
    switch pair.target {
    case .boolean: return try Kernel.unary(operand, context) { (x: T) in x != 0 }
    case .tinyint: return try narrow(operand, pair, context, T.self, Int8.self)
    case .smallint: return try narrow(operand, pair, context, T.self, Int16.self)
    case .int: return try narrow(operand, pair, context, T.self, Int32.self)
    case .bigint: return try narrow(operand, pair, context, T.self, Int64.self)
    case .float: return try Kernel.unary(operand, context) { (x: T) in Float(x) }
    case .double: return try Kernel.unary(operand, context) { (x: T) in Double(x) }
    case .decimal(let precision, let scale):
      let shape = DecimalShape(precision: precision, scale: scale)
      return try Kernel.checkedUnary(operand, context, pair.failure) { (x: T) in
        let value = DecimalText.decimal(integer: Int64(x), as: shape)
        return (value ?? 0, value == nil)
      } error: {
        pair.decimalOverflow("\($0)")
      }
    case .timestamp:
      // Seconds; beyond the range the ends of it, as Java's TimeUnit converts.
      return try Kernel.unary(operand, context) { (x: T) -> Int64 in
        let (micros, overflow) = Int64(x).multipliedReportingOverflow(by: Micros.perSecond)
        return overflow ? (x < 0 ? .min : .max) : micros
      }
    case .yearMonthInterval(_, let unit):
      let factor: Int64 = unit == .year ? 12 : 1
      return try Kernel.checkedUnary(operand, context, pair.failure) { (x: T) in
        let (months, overflow) = Int64(x).multipliedReportingOverflow(by: factor)
        let value = overflow ? nil : Int32(exactly: months)
        return (value ?? 0, value == nil)
      } error: {
        pair.overflow("\($0)")
      }
    case .dayTimeInterval(_, let unit):
      let factor = unit.micros
      return try Kernel.checkedUnary(operand, context, pair.failure) { (x: T) in
        let (micros, overflow) = Int64(x).multipliedReportingOverflow(by: factor)
        return (micros, overflow)
      } error: {
        pair.overflow("\($0)")
      }
    case .binary:
      let values: [T] = try operand.rowValues(context.rows)
      var builder = TextBuilder(rows: context.rows)
      for value in values { withUnsafeBytes(of: value.bigEndian) { builder.append($0) } }
      return builder.finish()
    case .null, .string, .date, .timestampNTZ, .array, .map, .structure:
      return ColumnBuilder.nulls(pair.target, count: context.rows)
    }
  }

  @inline(__always)
  private static func narrow<T: ColumnElement & FixedWidthInteger, R: ColumnElement & FixedWidthInteger>(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext, _: T.Type, _: R.Type
  ) throws(SQLError) -> Column {
    try Kernel.checkedUnary(operand, context, pair.overflowFailure) { (x: T) in
      let value = R(truncatingIfNeeded: x)
      return (value, T(truncatingIfNeeded: value) != x)
    } error: {
      pair.overflow("\($0)")
    }
  }

  static func fromFloat<T: ColumnElement & BinaryFloatingPoint>(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext, _: T.Type
  ) throws(SQLError) -> Column {
    switch pair.target {
    case .boolean: return try Kernel.unary(operand, context) { (x: T) in x != 0 }
    case .tinyint: return try truncate(operand, pair, context, T.self, Int8.self)
    case .smallint: return try truncate(operand, pair, context, T.self, Int16.self)
    case .int: return try truncate(operand, pair, context, T.self, Int32.self)
    case .bigint: return try truncate(operand, pair, context, T.self, Int64.self)
    case .float: return try Kernel.unary(operand, context) { (x: T) in Float(x) }
    case .double: return try Kernel.unary(operand, context) { (x: T) in Double(x) }
    case .decimal(let precision, let scale):
      let shape = DecimalShape(precision: precision, scale: scale)
      let column = try Kernel.checkedUnary(operand, context, pair.failure) { (x: T) in
        let value = DecimalText.decimal(double: Double(x), as: shape)
        return (value ?? 0, value == nil && x.isFinite)
      } error: {
        pair.decimalOverflow("\($0)")
      }
      // NaN and the infinities are NULL, even in ANSI mode.
      let values: [T] = try operand.rowValues(context.rows)
      guard values.contains(where: { !$0.isFinite }) else { return column }
      let finite = Validity(count: values.count) { values[$0].isFinite }
      return column.with(validity: Validity.intersection(finite, column.validity))
    case .timestamp:
      return try Kernel.checkedUnary(operand, context, pair.failure) { (x: T) -> (value: Int64, failed: Bool) in
        let micros = Double(x) * Double(Micros.perSecond)
        let isTooLarge = pair.mode != .legacy && micros.magnitude >= 9_223_372_036_854_775_808
        return (saturated(micros, Int64.self), !x.isFinite || isTooLarge)
      } error: {
        $0.isFinite ? pair.overflow("\($0)") : pair.invalid("\($0)")
      }
    case .null, .string, .binary, .date, .timestampNTZ, .yearMonthInterval, .dayTimeInterval, .array, .map, .structure:
      return ColumnBuilder.nulls(pair.target, count: context.rows)
    }
  }

  @inline(__always)
  private static func truncate<T: ColumnElement & BinaryFloatingPoint, R: ColumnElement & FixedWidthInteger & SignedInteger>(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext, _: T.Type, _: R.Type
  ) throws(SQLError) -> Column {
    try Kernel.checkedUnary(operand, context, pair.overflowFailure) { (x: T) in
      if let value = R(exactly: x.rounded(.towardZero)) { return (value, false) }
      // As Java converts: to int or long with saturation, then the low bits.
      let wide = R.bitWidth == 64 ? saturated(x, Int64.self) : Int64(saturated(x, Int32.self))
      return (R(truncatingIfNeeded: wide), true)
    } error: {
      pair.overflow("\($0)")
    }
  }

  /// Towards zero; the nearest end of the range beyond it, 0 for NaN, as Java's casts.
  static func saturated<T: BinaryFloatingPoint, R: FixedWidthInteger>(_ x: T, _: R.Type) -> R {
    if let value = R(exactly: x.rounded(.towardZero)) { return value }
    return x != x ? 0 : (x < 0 ? R.min : R.max)
  }

  static func fromDecimal(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext, scale: Int
  ) throws(SQLError) -> Column {
    switch pair.target {
    case .boolean: return try Kernel.unary(operand, context) { (x: Int128) in x != 0 }
    case .tinyint: return try integer(operand, pair, context, scale, Int8.self)
    case .smallint: return try integer(operand, pair, context, scale, Int16.self)
    case .int: return try integer(operand, pair, context, scale, Int32.self)
    case .bigint: return try integer(operand, pair, context, scale, Int64.self)
    case .float: return try Kernel.unary(operand, context) { (x: Int128) in DecimalText.float(x, scale: scale) }
    case .double: return try Kernel.unary(operand, context) { (x: Int128) in DecimalText.double(x, scale: scale) }
    case .decimal(let precision, let targetScale):
      let shape = DecimalShape(precision: precision, scale: targetScale)
      return try Kernel.checkedUnary(operand, context, pair.failure) { (x: Int128) in
        let value = Decimal128.rescale(x, from: scale, to: shape)
        return (value ?? 0, value == nil)
      } error: {
        pair.decimalOverflow(DecimalText.string($0, scale: scale))
      }
    case .timestamp: return try scaled(operand, pair, context, scale: scale, factor: Micros.perSecond)
    case .dayTimeInterval(_, let unit): return try scaled(operand, pair, context, scale: scale, factor: unit.micros)
    case .yearMonthInterval(_, let unit):
      let factor: Int128 = unit == .year ? 12 : 1
      return try Kernel.checkedUnary(operand, context, pair.failure) { (x: Int128) in
        // The only cast to an integer that rounds, in Spark too.
        let (product, overflow) = x.multipliedReportingOverflow(by: factor)
        let value = overflow ? nil : Int32(exactly: Decimal128.dropDigits(product, scale, .halfUp))
        return (value ?? 0, value == nil)
      } error: {
        pair.overflow(DecimalText.string($0, scale: scale))
      }
    case .null, .string, .binary, .date, .timestampNTZ, .array, .map, .structure:
      return ColumnBuilder.nulls(pair.target, count: context.rows)
    }
  }

  private static func integer<R: ColumnElement & FixedWidthInteger & SignedInteger>(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext, _ scale: Int, _: R.Type
  ) throws(SQLError) -> Column {
    try Kernel.checkedUnary(operand, context, pair.overflowFailure) { (x: Int128) in
      let whole = Decimal128.dropDigits(x, scale, .truncate)
      let value = R(exactly: whole)
      return (value ?? R(truncatingIfNeeded: whole), value == nil)
    } error: {
      pair.overflow(DecimalText.string($0, scale: scale))
    }
  }

  /// The decimal times `factor`, as 64-bit microseconds, the rest dropped.
  private static func scaled(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext, scale: Int, factor: Int64
  ) throws(SQLError) -> Column {
    try Kernel.checkedUnary(operand, context, pair.failure) { (x: Int128) in
      let (product, overflow) = x.multipliedReportingOverflow(by: Int128(factor))
      let value = overflow ? nil : Int64(exactly: Decimal128.dropDigits(product, scale, .truncate))
      return (value ?? 0, value == nil)
    } error: {
      pair.overflow(DecimalText.string($0, scale: scale))
    }
  }
}

extension DataType.DayTimeUnit {
  /// The length of one.
  var micros: Int64 {
    switch self {
    case .day: Micros.perDay
    case .hour: Micros.perHour
    case .minute: Micros.perMinute
    case .second: Micros.perSecond
    }
  }
}
