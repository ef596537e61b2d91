internal import Columnar
internal import Diagnostics

/// To and from strings.
extension Casts {
  /// Any type as text.
  static func text(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext
  ) throws(SQLError) -> Column {
    if pair.source == .binary { return operand.column }
    let column = operand.column
    var builder = TextBuilder(rows: context.rows)
    var out = ByteWriter()
    switch (column, pair.source) {
    case (.int32(let c), .int):
      for value in c.values {
        out.removeAll()
        IntegerText.format(Int64(value), into: &out)
        builder.append(out.bytes)
      }
    case (.int64(let c), .bigint):
      for value in c.values {
        out.removeAll()
        IntegerText.format(value, into: &out)
        builder.append(out.bytes)
      }
    case (.float64(let c), _):
      for value in c.values {
        out.removeAll()
        DoubleText.format(value, into: &out)
        builder.append(out.bytes)
      }
    default:
      var text = ColumnText(zone: context.evaluation.zone)
      for row in 0..<context.rows {
        out.removeAll()
        text.append(row: row, of: column, type: pair.source, to: &out)
        builder.append(out.bytes)
      }
    }
    return builder.finish()
  }

  /// Text as any simple type.
  static func fromText(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext
  ) throws(SQLError) -> Column {
    let isLegacy = pair.mode == .legacy
    switch pair.target {
    case .boolean: return try parse(operand, pair, context) { boolean($0) }
    case .tinyint: return try parse(operand, pair, context) { IntegerText.parseInt8($0, allowFraction: isLegacy) }
    case .smallint: return try parse(operand, pair, context) { IntegerText.parseInt16($0, allowFraction: isLegacy) }
    case .int: return try parse(operand, pair, context) { IntegerText.parseInt32($0, allowFraction: isLegacy) }
    case .bigint: return try parse(operand, pair, context) { IntegerText.parse($0, allowFraction: isLegacy) }
    case .float: return try parse(operand, pair, context) { DoubleText.parseFloat($0) }
    case .double: return try parse(operand, pair, context) { DoubleText.parse($0) }
    case .decimal(let precision, let scale):
      let shape = DecimalShape(precision: precision, scale: scale)
      return try Kernel.checkedUnary(operand, context, pair.failure) { (view: BytesView) in
        if case .value(let value) = view.withRaw({ DecimalText.parse($0, as: shape) }) { return (value, false) }
        return (0, true)
      } error: { (view: BytesView) in
        view.withRaw { DecimalText.parse($0, as: shape) } == .malformed
          ? pair.invalid(quoted(view)) : pair.decimalOverflow(view.string)
      }
    case .binary: return operand.column
    case .date: return try parse(operand, pair, context) { DateText.parse($0) }
    case .timestamp:
      let zone = context.evaluation.zone
      let now = context.evaluation.timestampMicros
      return try parse(operand, pair, context) { TimestampText.parse($0, zone: zone, nowMicros: now) }
    case .timestampNTZ: return try parse(operand, pair, context) { TimestampText.parseLocal($0) }
    case .yearMonthInterval(let from, let to):
      return try parse(operand, pair, context) { IntervalText.parseYearMonth($0, from: from, to: to) }
    case .dayTimeInterval(let from, let to):
      return try parse(operand, pair, context) { IntervalText.parseDayTime($0, from: from, to: to) }
    case .null, .string, .array, .map, .structure:
      return ColumnBuilder.nulls(pair.target, count: context.rows)
    }
  }

  @inline(__always)
  private static func parse<R: ColumnElement>(
    _ operand: Operand, _ pair: CastPair, _ context: borrowing KernelContext,
    _ body: (UnsafeRawBufferPointer) -> R?
  ) throws(SQLError) -> Column {
    try Kernel.checkedUnary(operand, context, pair.failure) { (view: BytesView) in
      let value = view.withRaw(body)
      return (value ?? R.filler, value == nil)
    } error: { (view: BytesView) in
      if pair.target.isInterval { return .invalidInterval(view.string, pair.target) }
      return pair.invalid(quoted(view))
    }
  }

  private static func quoted(_ view: BytesView) -> String { "'\(view.string)'" }

  /// `t true y yes 1` and `f false n no 0`, in any case, blanks around ignored.
  static func boolean(_ text: UnsafeRawBufferPointer) -> Bool? {
    let text = AsciiText.trimmed(text)
    for word: StaticString in ["true", "t", "yes", "y", "1"] where AsciiText.equals(text, word) { return true }
    for word: StaticString in ["false", "f", "no", "n", "0"] where AsciiText.equals(text, word) { return false }
    return nil
  }
}

extension SQLError {
  static func invalidInterval(_ text: String, _ type: DataType) -> SQLError {
    .data(
      // Texts of day-time intervals had another form once; Spark says so with them.
      type.physical == .int32 ? "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING" : "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE",
      "'\(text)' is no value of \"\(type.sqlName)\"",
      hint: "use try_cast to get NULL")
  }
}
