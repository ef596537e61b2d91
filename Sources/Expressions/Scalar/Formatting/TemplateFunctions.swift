internal import Columnar
internal import Diagnostics

/// `to_char`, `to_varchar`, `to_number`, `try_to_number`.
enum TemplateFunctions {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "to_char", aliases: ["to_varchar"], .conversion, "to_char(expr, format)",
        "A number laid out by a format of 0, 9, comma, point, $, S, MI and PR; a date or timestamp by a pattern; a binary as 'hex', 'base64' or 'utf-8'.",
        shown: [
          "SELECT to_char(-12454.8, '99G999D9S')": "12,454.8-", "SELECT to_char(454, '00999')": "00454",
          "SELECT to_char(date'2016-12-31', 'yyyy/MM/dd')": "2016/12/31",
        ]), bind: bindToChar),
    ScalarFunction(
      FunctionDoc(
        "to_number", .conversion, "to_number(str, format)", "The decimal that a text in a format of numbers stands for.",
        shown: ["SELECT to_number('12,454.8-', '99,999.9S')": "-12454.8"])
    ) { (call) throws(SQLError) in try bindToNumber(call, isTry: false) },
    ScalarFunction(
      FunctionDoc(
        "try_to_number", .conversion, "try_to_number(str, format)", "As to_number, with NULL for a text that is not in the format.",
        shown: ["SELECT try_to_number('abc', '999')": "NULL"])
    ) { (call) throws(SQLError) in try bindToNumber(call, isTry: true) },
  ]

  // MARK: to_char

  private static func bindToChar(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2)
    switch call.types[0] {
    case .date, .timestamp, .timestampNTZ:
      guard let format = MomentFormatting.functions.first(where: { $0.doc.name == "date_format" }) else {
        throw .internal("date_format is missing")
      }
      return try format.bind(call)
    case .binary: return try bindBinary(call)
    default: break
    }
    let type: DataType
    switch call.types[0] {
    case .string, .null: type = .decimal(precision: 38, scale: 18)
    case let number:
      guard let decimal = Coercion.decimal(for: number) else {
        throw .unexpectedInput(call, 0, wanted: "\"NUMERIC\" or \"DATE\" or \"TIMESTAMP\" or \"BINARY\"")
      }
      type = decimal
    }
    let parameters = [type, try call.parameter(1, as: .string)]
    guard case .decimal(_, let scale) = type, let template = try template(call) else {
      return BoundFunction(call.name, parameters, returns: .string) { (context, _) in
        ColumnBuilder.nulls(.string, count: context.rows)
      }
    }
    return BoundFunction(call.name, parameters, returns: .string) { (context, operands) throws(SQLError) in
      let values: [Int128] = try operands[0].rowValues(context.rows)
      var builder = TextBuilder(rows: context.rows)
      var out = ByteWriter()
      for value in values {
        out.removeAll()
        template.append(DecimalDigits(value, scale: scale), to: &out)
        builder.append(out.bytes)
      }
      return builder.finish()
    }
  }

  private static func bindBinary(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    let parameters = [DataType.binary, try call.parameter(1, as: .string)]
    guard let format = try call.constantText(1, what: "the format") else {
      throw .data("INVALID_PARAMETER_VALUE.NULL", "the format of \(call.name) for a binary is NULL")
    }
    let body: @Sendable (UnsafeRawBufferPointer, inout ByteWriter) -> Void
    switch format.lowercased() {
    case "base64": body = { Base64.encode($0, into: &$1) }
    case "hex": body = { Hex.append($0, digits: Hex.upper, to: &$1) }
    case "utf-8": body = { $1.append($0) }
    case let other:
      throw .data(
        "INVALID_PARAMETER_VALUE.BINARY_FORMAT", "\(call.name) knows no format '\(other)' for binaries",
        hint: "it knows 'base64', 'hex' and 'utf-8'")
    }
    return BoundFunction(call.name, parameters, returns: .string) { (context, operands) throws(SQLError) in
      try TextKernel.write(operands[0], context) { body($0, &$1) }
    }
  }

  /// The constant format, nil if it is NULL.
  private static func template(_ call: FunctionCall) throws(SQLError) -> NumberTemplate? {
    let span = call.arguments[1].span
    guard let format = try call.constantText(1, what: "the format") else { return nil }
    return try NumberTemplate(format, span: span.isNone ? call.span : span)
  }

  // MARK: to_number

  private static func bindToNumber(_ call: FunctionCall, isTry: Bool) throws(SQLError) -> BoundFunction {
    try call.expect(2)
    let parameters = try call.parameters(all: .string)
    guard let template = try template(call) else {
      return BoundFunction(call.name, parameters, returns: .decimal(precision: 10, scale: 0)) { (context, _) in
        ColumnBuilder.nulls(.decimal(precision: 10, scale: 0), count: context.rows)
      }
    }
    let precision = template.integralDigits + template.places
    guard precision <= DataType.decimalDigitsMax else {
      throw SQLError(
        .bind, "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
        "a format of \(precision) digits is too long: decimals have \(DataType.decimalDigitsMax) at most",
        span: call.arguments[1].span.isNone ? call.span : call.arguments[1].span)
    }
    let format = try call.constantText(1, what: "the format") ?? ""
    return BoundFunction(
      call.name, parameters, returns: .decimal(precision: precision, scale: template.places), canFail: !isTry
    ) { (context, operands) throws(SQLError) in
      try Kernel.checkedUnary(operands[0], context, isTry ? .null : .raise) { (view: BytesView) in
        let value = view.withRaw { template.parse($0) }
        return (value ?? 0, value == nil)
      } error: { (view: BytesView) in
        .data(
          "INVALID_FORMAT.MISMATCH_INPUT", "'\(view.string)' is not in the format '\(format)'",
          hint: "use try_to_number to get NULL")
      }
    }
  }
}
