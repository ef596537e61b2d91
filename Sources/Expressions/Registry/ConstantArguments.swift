internal import Columnar
internal import Diagnostics

/// Errors of calls that a function does not take, found while binding.
extension SQLError {
  /// Argument `index` must be known before the first row.
  static func nonConstantArgument(_ call: FunctionCall, _ index: Int, expected: String) -> SQLError {
    let span = call.arguments[index].span
    return SQLError(
      .bind, "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
      "argument \(index + 1) of \"\(call.name)\" must be a constant \(expected)",
      span: span.isNone ? call.span : span)
  }

  /// Argument `index` is a constant outside of its range.
  static func argumentOutOfRange(_ call: FunctionCall, _ index: Int, range: String, found: String) -> SQLError {
    let span = call.arguments[index].span
    return SQLError(
      .bind, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
      "argument \(index + 1) of \"\(call.name)\" must be in \(range), found \(found)",
      span: span.isNone ? call.span : span)
  }

  /// Values of this type have no order.
  static func unorderableArgument(_ call: FunctionCall, _ index: Int) -> SQLError {
    let argument = call.arguments[index]
    return SQLError(
      .bind, "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
      "\"\(call.name)\" needs values with an order, found \(argument.type)",
      span: argument.span.isNone ? call.span : argument.span)
  }
}

extension FunctionCall {
  /// The value of argument `index`, folded; nil unless it is constant.
  func constant(_ index: Int) throws(SQLError) -> Value? {
    let argument = arguments[index]
    if let value = argument.literalValue { return value }
    guard argument.isConstant else { return nil }
    return try Evaluator(EvaluationContext(settings: settings)).constant(argument)
  }
}
