internal import Columnar
internal import Diagnostics

/// From dates, timestamps and intervals.
extension Casts {
  static func fromDate(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext
  ) throws(SQLError) -> Column {
    let zone: TimeZoneRules = pair.target == .timestamp ? context.evaluation.zone : .utc
    if zone.fixedOffsetSeconds == 0 {
      return try Kernel.checkedUnary(operand, context, pair.failure) { (day: Int32) in
        let (micros, overflow) = Int64(day).multipliedReportingOverflow(by: Micros.perDay)
        return (micros, overflow)
      } error: { _ in
        .datetimeOverflow("the timestamp")
      }
    }
    return try Kernel.checkedUnary(operand, context, pair.failure) { (day: Int32) in
      let micros = zone.startOfDay(days: day)
      return (micros ?? 0, micros == nil)
    } error: { _ in
      .datetimeOverflow("the timestamp")
    }
  }

  static func fromTimestamp(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext
  ) throws(SQLError) -> Column {
    let zone = context.evaluation.zone
    func text(_ micros: Int64) -> String {
      "TIMESTAMP '\(ColumnText.string(.int64(micros), type: .timestamp, zone: zone))'"
    }
    switch pair.target {
    case .date:
      var cursor = ZoneCursor(zone)
      return try Kernel.unary(operand, context) { (x: Int64) in cursor.local(utcMicros: x).days }
    case .timestampNTZ:
      return try Kernel.checkedUnary(operand, context, pair.failure) { (x: Int64) in
        let local = zone.localMicros(utcMicros: x)
        return (local ?? 0, local == nil)
      } error: { _ in
        .datetimeOverflow("the timestamp")
      }
    case .tinyint: return try seconds(operand, pair, context, Int8.self, text)
    case .smallint: return try seconds(operand, pair, context, Int16.self, text)
    case .int: return try seconds(operand, pair, context, Int32.self, text)
    case .bigint: return try seconds(operand, pair, context, Int64.self, text)
    case .float: return try Kernel.unary(operand, context) { (x: Int64) in Float(Double(x) / 1e6) }
    case .double: return try Kernel.unary(operand, context) { (x: Int64) in Double(x) / 1e6 }
    case .decimal(let precision, let scale):
      let shape = DecimalShape(precision: precision, scale: scale)
      return try Kernel.checkedUnary(operand, context, pair.failure) { (x: Int64) in
        let value = Decimal128.rescale(Int128(x), from: 6, to: shape)
        return (value ?? 0, value == nil)
      } error: {
        pair.decimalOverflow(DecimalText.string(Int128($0), scale: 6))
      }
    case .boolean: return try Kernel.unary(operand, context) { (x: Int64) in x != 0 }
    case .null, .string, .binary, .timestamp, .yearMonthInterval, .dayTimeInterval, .array, .map, .structure:
      return ColumnBuilder.nulls(pair.target, count: context.rows)
    }
  }

  /// Whole seconds, rounded down.
  private static func seconds<R: ColumnElement & FixedWidthInteger>(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext, _: R.Type, _ text: (Int64) -> String
  ) throws(SQLError) -> Column {
    try Kernel.checkedUnary(operand, context, pair.overflowFailure) { (x: Int64) in
      var whole = x / Micros.perSecond
      if x % Micros.perSecond < 0 { whole -= 1 }
      let value = R(truncatingIfNeeded: whole)
      return (value, Int64(value) != whole)
    } error: {
      pair.overflow(text($0))
    }
  }

  static func fromLocalTimestamp(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext
  ) throws(SQLError) -> Column {
    if pair.target == .date {
      return try Kernel.unary(operand, context) { (x: Int64) in CivilTime.days(micros: x) }
    }
    let zone = context.evaluation.zone
    return try Kernel.checkedUnary(operand, context, pair.failure) { (x: Int64) in
      let micros = zone.utcMicros(localMicros: x)
      return (micros ?? 0, micros == nil)
    } error: { _ in
      .datetimeOverflow("the timestamp")
    }
  }

  static func fromInterval(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext
  ) throws(SQLError) -> Column {
    switch (pair.source, pair.target) {
    case (.yearMonthInterval, .yearMonthInterval(_, let unit)):
      return try Kernel.unary(operand, context) { (x: Int32) in unit == .year ? x - x % 12 : x }
    case (.dayTimeInterval, .dayTimeInterval(_, let unit)):
      return try Kernel.unary(operand, context) { (x: Int64) in IntervalText.truncate(micros: x, to: unit) }
    case (.yearMonthInterval(_, let unit), _):
      let factor: Int64 = unit == .year ? 12 : 1
      let months = try Kernel.unary(operand, context) { (x: Int32) in Int64(x) / factor }
      return try number(Operand(months), pair, context, scale: 0)
    case (.dayTimeInterval(_, let unit), _):
      if unit == .second, pair.target.isDecimal { return try number(operand, pair, context, scale: 6) }
      let factor = unit.micros
      let units = try Kernel.unary(operand, context) { (x: Int64) in x / factor }
      return try number(Operand(units), pair, context, scale: 0)
    default: return ColumnBuilder.nulls(pair.target, count: context.rows)
    }
  }

  /// A count of the interval's smallest unit as a number.
  private static func number(
    _ count: Operand, _ pair: CastPair, _ context: borrowing KernelContext, scale: Int
  ) throws(SQLError) -> Column {
    if scale == 0 { return try fromInteger(count, pair, context, Int64.self) }
    let shape = pair.target.decimalShape ?? DecimalShape(precision: 38, scale: scale)
    return try Kernel.checkedUnary(count, context, pair.failure) { (x: Int64) in
      let value = Decimal128.rescale(Int128(x), from: scale, to: shape)
      return (value ?? 0, value == nil)
    } error: {
      pair.decimalOverflow(DecimalText.string(Int128($0), scale: scale))
    }
  }
}
