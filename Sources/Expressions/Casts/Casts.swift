package import Columnar
package import Diagnostics

/// Conversions between types, by Spark's rules.
///
/// One file a family of source types; each picks its loop once a batch. Rules are those of ANSI mode; `CastMode.legacy`
/// differs in what happens to values that do not fit, not in which pairs of types are allowed.
package enum Casts {
  // MARK: What is allowed

  /// Whether `CAST(source AS target)` is allowed at all in ANSI mode.
  package static func isAllowed(from source: DataType, to target: DataType) -> Bool {
    if source == target || source == .null { return true }
    switch (source, target) {
    case (_, .null): return false
    case (_, .string): return true
    case (.string, _): return !target.isNested
    case (.boolean, _): return target.isNumeric
    case (.date, _): return target.isTemporal
    case (.timestamp, _): return target.isTemporal || target.isNumeric
    case (.timestampNTZ, _): return target.isTemporal
    case (.yearMonthInterval, .yearMonthInterval), (.dayTimeInterval, .dayTimeInterval): return true
    case (.yearMonthInterval, _), (.dayTimeInterval, _): return target.isIntegral || target.isDecimal
    case (.array(let a), .array(let b)): return isAllowed(from: a, to: b)
    case (.map(let k, let v), .map(let otherK, let otherV)):
      return isAllowed(from: k, to: otherK) && isAllowed(from: v, to: otherV)
    case (.structure(let fields), .structure(let others)):
      return fields.count == others.count && zip(fields, others).allSatisfy { isAllowed(from: $0.type, to: $1.type) }
    default: break
    }
    guard source.isNumeric else { return false }
    if target.isInterval { return !source.isFloating }
    return target.isNumeric || target == .boolean || target == .timestamp
  }

  /// As `isAllowed(from:to:)`, with what only casts outside ANSI mode know: booleans as times and back, integers as bytes.
  package static func isAllowed(from source: DataType, to target: DataType, mode: CastMode) -> Bool {
    if isAllowed(from: source, to: target) { return true }
    guard mode == .legacy else { return false }
    switch (source, target) {
    case (.boolean, .timestamp), (.timestamp, .boolean): return true
    case (_, .binary): return source.isIntegral
    default: return false
    }
  }

  /// The error of a pair that is not allowed, with the function to use instead where there is one.
  package static func notAllowed(from source: DataType, to target: DataType, span: SourceSpan) -> SQLError {
    let message = "a value of type \"\(source.sqlName)\" cannot be cast to \"\(target.sqlName)\""
    if let instead = replacement(from: source, to: target) {
      return SQLError(
        .bind, "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION", message, span: span, hint: "use \(instead)")
    }
    let isLegacy =
      (source == .boolean && target == .timestamp) || (source.isTemporal && target == .boolean)
      || (source.isIntegral && target == .binary)
    return SQLError(
      .bind, isLegacy ? "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION" : "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
      message, span: span)
  }

  private static func replacement(from source: DataType, to target: DataType) -> String? {
    if source.isNumeric && target == .date { return "date_from_unix_date" }
    if source == .date && target.isNumeric { return "unix_date" }
    return nil
  }

  /// Whether an ANSI cast from one type to another can fail for some value.
  package static func canFail(from source: DataType, to target: DataType) -> Bool {
    if source == target || source == .null { return false }
    switch (source, target) {
    case (_, .string), (.string, .binary): return false
    case (.string, _): return true
    case (.array(let a), .array(let b)): return canFail(from: a, to: b)
    case (.map(let k, let v), .map(let otherK, let otherV)):
      return canFail(from: k, to: otherK) || canFail(from: v, to: otherV)
    case (.structure(let fields), .structure(let others)):
      return zip(fields, others).contains { canFail(from: $0.type, to: $1.type) }
    case (_, .boolean), (_, .float), (_, .double), (.timestamp, .date), (.timestampNTZ, .date): return false
    case (.timestamp, .bigint): return false
    default: break
    }
    if source == .boolean { return target.isDecimal }
    if source.isIntegral && target.isIntegral { return Coercion.commonType(source, target) != target }
    if source.isIntegral || source.isDecimal, let target = target.decimalShape,
      let source = Coercion.decimal(for: source)?.decimalShape
    {
      // Rounding to a smaller scale may carry into one more digit.
      return target.integralDigits < source.integralDigits + (target.scale < source.scale ? 1 : 0)
    }
    return !(source.isIntegral && target == .timestamp)
  }

  // MARK: Columns

  /// Converts a column. Null rows stay null; what does not fit follows `mode`.
  package static func cast(
    _ operand: Operand, from source: DataType, to target: DataType, mode: CastMode, context: inout KernelContext
  ) throws(SQLError) -> Column {
    let column = operand.flattened(rows: context.rows)
    if source == target { return column }
    if case .null = column { return ColumnBuilder.nulls(target, count: context.rows) }
    // A number is never taken for another interval, nor an interval for another number.
    let isOfInterval = source.isInterval || target.isInterval && source.isNumeric
    let pair = CastPair(source: source, target: target, mode: mode == .legacy && isOfInterval && target != .string ? .ansi : mode)
    let result = try converted(Operand(column), pair, &context)
    guard let validity = column.validity else { return result }
    return result.with(validity: Validity.intersection(validity, result.validity))
  }

  private static func converted(
    _ operand: Operand, _ pair: CastPair, _ context: inout KernelContext
  ) throws(SQLError) -> Column {
    if pair.target == .string { return try text(operand, pair, context) }
    switch pair.source {
    case .string: return try fromText(operand, pair, context)
    case .boolean: return try fromBoolean(operand, pair, context)
    case .tinyint: return try fromInteger(operand, pair, context, Int8.self)
    case .smallint: return try fromInteger(operand, pair, context, Int16.self)
    case .int: return try fromInteger(operand, pair, context, Int32.self)
    case .bigint: return try fromInteger(operand, pair, context, Int64.self)
    case .float: return try fromFloat(operand, pair, context, Float.self)
    case .double: return try fromFloat(operand, pair, context, Double.self)
    case .decimal(_, let scale): return try fromDecimal(operand, pair, context, scale: scale)
    case .date: return try fromDate(operand, pair, context)
    case .timestamp: return try fromTimestamp(operand, pair, context)
    case .timestampNTZ: return try fromLocalTimestamp(operand, pair, context)
    case .yearMonthInterval, .dayTimeInterval: return try fromInterval(operand, pair, context)
    case .array, .map, .structure: return try nested(operand.column, pair, &context)
    case .null, .binary: return ColumnBuilder.nulls(pair.target, count: context.rows)
    }
  }
}

/// What is cast to what, and how misfits are treated.
struct CastPair: Sendable {
  let source: DataType
  let target: DataType
  let mode: CastMode

  /// For values without any counterpart: malformed text, decimals with too many digits.
  var failure: Kernel.Failure { mode == .ansi ? .raise : .null }

  /// For integers outside the range: outside ANSI mode they wrap around.
  var overflowFailure: Kernel.Failure {
    switch mode {
    case .ansi: .raise
    case .attempt: .null
    case .legacy: .keep
    }
  }

  func invalid(_ value: String) -> SQLError {
    .data(
      "CAST_INVALID_INPUT",
      "the value \(value) of type \"\(source.sqlName)\" cannot be cast to \"\(target.sqlName)\": it is malformed",
      hint: "use try_cast to get NULL")
  }

  func overflow(_ value: String) -> SQLError {
    .data(
      "CAST_OVERFLOW",
      "the value \(value) of type \"\(source.sqlName)\" cannot be cast to \"\(target.sqlName)\": it does not fit",
      hint: "use try_cast to get NULL")
  }

  func decimalOverflow(_ value: String) -> SQLError {
    .decimalOverflow(value, target.decimalShape ?? DecimalShape(precision: 38, scale: 0), hint: "use try_cast to get NULL")
  }
}
