internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// Binds literals: the smallest type that holds the value, as Spark types them.
struct LiteralBinder {
  let context: StatementContext

  func bind(_ literal: AST.Literal, span: SourceSpan) throws(SQLError) -> BoundExpression {
    switch literal {
    case .null: return .literal(.null, .null, span: span)
    case .boolean(let value): return .literal(.bool(value), .boolean, span: span)
    case .number(let number): return try bind(number, span: span)
    case .string(let string): return .literal(.bytes(string.bytes), .string, span: span)
    case .binary(let bytes): return .literal(.bytes(bytes), .binary, span: span)
    case .typed(let type, let text): return try bind(type, text, span: span)
    case .interval(let interval): return try bind(interval, span: span)
    }
  }

  // MARK: Numbers

  private func bind(_ number: AST.NumberLiteral, span: SourceSpan) throws(SQLError) -> BoundExpression {
    switch number.kind {
    case .integer:
      if let value = Int32(number.text) { return .literal(.int32(value), .int, span: span) }
      if let value = Int64(number.text) { return .literal(.int64(value), .bigint, span: span) }
      return try decimal(number.text, span: span)
    case .tinyint:
      guard let value = Int8(number.text) else { throw outOfRange(number.text, .tinyint, span) }
      return .literal(.int8(value), .tinyint, span: span)
    case .smallint:
      guard let value = Int16(number.text) else { throw outOfRange(number.text, .smallint, span) }
      return .literal(.int16(value), .smallint, span: span)
    case .bigint:
      guard let value = Int64(number.text) else { throw outOfRange(number.text, .bigint, span) }
      return .literal(.int64(value), .bigint, span: span)
    case .decimal, .bigDecimal: return try decimal(number.text, span: span)
    case .float:
      guard let value = Float(swiftText(number.text)), value.isFinite else { throw outOfRange(number.text, .float, span) }
      return .literal(.float32(value), .float, span: span)
    case .double:
      guard let value = Double(swiftText(number.text)), value.isFinite else { throw outOfRange(number.text, .double, span) }
      return .literal(.float64(value), .double, span: span)
    }
  }

  /// `.5` and `5.` with the digits that Swift asks for.
  private func swiftText(_ text: String) -> String {
    var result = text
    if let point = result.firstIndex(of: ".") {
      let next = result.index(after: point)
      if next == result.endIndex || !result[next].isNumber { result.insert("0", at: next) }
      if point == result.startIndex || !result[result.index(before: point)].isNumber { result.insert("0", at: point) }
    }
    return result
  }

  /// Digits and scale as written: `1.50` is DECIMAL(3,2), `0.05` DECIMAL(2,2), `1.2e3BD` DECIMAL(4,0).
  private func decimal(_ text: String, span: SourceSpan) throws(SQLError) -> BoundExpression {
    guard let (unscaled, shape) = withBytes(of: text, DecimalText.parseLiteral) else {
      throw SQLError(
        .bind, "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
        "\(text) has more than \(DataType.decimalDigitsMax) digits", span: span, hint: "write it as a double: \(text)D")
    }
    return .literal(.int128(unscaled), .decimal(precision: shape.precision, scale: shape.scale), span: span)
  }

  private func outOfRange(_ text: String, _ type: DataType, _ span: SourceSpan) -> SQLError {
    SQLError(.bind, "INVALID_NUMERIC_LITERAL_RANGE", "\(text) does not fit \(type.sqlName)", span: span)
  }

  // MARK: Dates and times

  /// `epoch now today yesterday tomorrow`, which a literal may say instead of a moment: those of the step, so that a query
  /// that runs for days follows them.
  func special(_ text: String, _ target: DataType, span: SourceSpan) -> BoundExpression? {
    let days: Int32
    switch text.lowercased().split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ") {
    case "epoch":
      return target == .date
        ? .literal(.int32(0), target, span: span) : .literal(.int64(0), target, span: span)
    case "now" where target != .date:
      let now = BoundExpression(.stepValue(.timestamp), type: .timestamp, isNullable: false, span: span)
      return Coercion.cast(now, to: target)
    case "now", "today": days = 0
    case "yesterday": days = -1
    case "tomorrow": days = 1
    default: return nil
    }
    var date = BoundExpression(.stepValue(.date), type: .date, isNullable: false, span: span)
    if days != 0, let add = context.catalog.functions.scalars["date_add"] {
      let arguments = [date, BoundExpression.literal(.int32(days), .int, span: span)]
      guard let bound = try? add.bind(FunctionCall(name: "date_add", arguments: arguments, span: span)) else { return nil }
      date = BoundExpression(.call(ScalarCall(bound, arguments)), type: .date, isNullable: false, span: span)
    }
    return Coercion.cast(date, to: target)
  }

  private func bind(
    _ type: AST.TypedLiteralType, _ text: AST.StringLiteral, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    let target: DataType
    switch type {
    case .date: target = .date
    case .timestamp, .timestampLTZ: target = .timestamp
    case .timestampNTZ: target = .timestampNTZ
    }
    if let moment = special(text.text, target, span: span) { return moment }
    let string = BoundExpression.literal(.bytes(text.bytes), .string, span: span)
    let cast = BoundExpression(.cast(string, .attempt), type: target, span: span)
    let value = try context.constantValue(cast)
    if value.isNull {
      throw SQLError(
        .bind, "INVALID_TYPED_LITERAL", "'\(text.text)' is not a valid \(target.sqlName)", span: span,
        hint: target == .date ? "write it as yyyy-MM-dd" : "write it as yyyy-MM-dd HH:mm:ss[.SSSSSS][zone]")
    }
    return .literal(value, target, span: span)
  }
}

/// Runs `body` over the UTF-8 of `text`.
func withBytes<R>(of text: String, _ body: (UnsafeRawBufferPointer) -> R) -> R {
  Array(text.utf8).withUnsafeBytes(body)
}
