internal import Columnar
internal import Diagnostics

/// Checks that the bind closures of functions share.
extension FunctionCall {
  /// Throws WRONG_NUM_ARGS unless the number of arguments is in `range`.
  func expect(_ range: ClosedRange<Int>) throws(SQLError) {
    if range.contains(arguments.count) { return }
    throw .wrongArgumentCount(self, expected: range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)")
  }

  func expect(_ count: Int) throws(SQLError) { try expect(count...count) }

  func expect(atLeast count: Int) throws(SQLError) {
    if arguments.count < count { throw .wrongArgumentCount(self, expected: "at least \(count)") }
  }

  /// `type` as the parameter for argument `index`, which must convert to it implicitly.
  @discardableResult
  func parameter(_ index: Int, as type: DataType) throws(SQLError) -> DataType {
    if Coercion.canImplicitlyCast(from: types[index], to: type) { return type }
    throw .unexpectedInput(self, index, wanted: "\"\(type.sqlName)\"")
  }

  /// `type` as the parameter for argument `index`, which must have that type already: some functions convert nothing.
  @discardableResult
  func exactParameter(_ index: Int, _ type: DataType) throws(SQLError) -> DataType {
    if types[index] == type || types[index] == .null { return type }
    throw .unexpectedInput(self, index, wanted: "\"\(type.sqlName)\"")
  }

  /// Every argument as `type`.
  func parameters(all type: DataType) throws(SQLError) -> [DataType] {
    var result: [DataType] = []
    for i in arguments.indices { result.append(try parameter(i, as: type)) }
    return result
  }

  /// The argument's type if it is numeric; strings and NULLs become `fallback`.
  func numericParameter(_ index: Int, fallback: DataType = .double) throws(SQLError) -> DataType {
    let type = types[index]
    if type.isNumeric { return type }
    if type == .string || type == .null { return fallback }
    throw .unexpectedInput(self, index, wanted: "\"NUMERIC\"")
  }

  /// The element type of an array argument.
  func elementType(_ index: Int) throws(SQLError) -> DataType {
    switch types[index] {
    case .array(let element): return element
    case .null: return .null
    default: throw .unexpectedInput(self, index, wanted: "\"ARRAY\"")
    }
  }

  /// Key and value types of a map argument.
  func entryTypes(_ index: Int) throws(SQLError) -> (key: DataType, value: DataType) {
    switch types[index] {
    case .map(let key, let value): return (key, value)
    case .null: return (.null, .null)
    default: throw .unexpectedInput(self, index, wanted: "\"MAP\"")
    }
  }

  /// The common type of the arguments from `first` on.
  func commonType(from first: Int = 0) throws(SQLError) -> DataType {
    if let type = Coercion.commonType(of: Array(types[first...])) { return type }
    throw .differentTypes(self, Array(types[first...]))
  }

  /// The text of a literal string argument; nil if it is not a literal.
  func literalText(_ index: Int) -> String? {
    index < arguments.count ? arguments[index].literalValue?.text : nil
  }

  /// What a failing row does: an error in ANSI mode, else `legacy`.
  func failure(legacy: Kernel.Failure = .null) -> Kernel.Failure { settings.isANSI ? .raise : legacy }
}

extension SQLError {
  static func wrongArgumentCount(_ call: FunctionCall, expected: String) -> SQLError {
    SQLError(
      .bind, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
      "\(call.name) takes \(expected) argument\(expected == "1" ? "" : "s"), got \(call.arguments.count)", span: call.span)
  }

  /// `wanted` is the quoted text of the types that would do.
  static func unexpectedInput(_ call: FunctionCall, _ index: Int, wanted: String) -> SQLError {
    SQLError(
      .bind, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
      "argument \(index + 1) of \(call.name) has type \"\(call.types[index].sqlName)\", expected \(wanted)",
      span: call.arguments[index].span.isNone ? call.span : call.arguments[index].span)
  }

  /// Functions that are operators by another name.
  private static let namedOperators: Set<String> = [
    "div", "pmod", "try_add", "try_subtract", "try_multiply", "try_divide", "try_mod", "equal_null",
  ]

  static func differentTypes(_ call: FunctionCall, _ types: [DataType]) -> SQLError {
    let list = types.map { "\"\($0.sqlName)\"" }.joined(separator: ", ")
    let isOperator = !(call.name.first?.isLetter ?? true) || namedOperators.contains(call.name)
    if call.arguments.count == 2, isOperator {
      return SQLError(
        .bind, "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", "the operands of \(call.name) have different types: \(list)",
        span: call.span)
    }
    return SQLError(
      .bind, "DATATYPE_MISMATCH.DATA_DIFF_TYPES", "the arguments of \(call.name) have no common type: \(list)",
      span: call.span)
  }

  static func wrongOperandType(_ call: FunctionCall, _ type: DataType, wanted: String) -> SQLError {
    // An untyped NULL takes the type of a number, a time or an interval beside it, and of nothing else.
    let isBesideNull = call.types.contains(.null) && type != .string && !type.isTemporal && !type.isInterval
    let areTimesApart = Set(call.types) == [.timestamp, .timestampNTZ]
    if call.types.count == 2, call.types[0] != call.types[1], isBesideNull || areTimesApart {
      return differentTypes(call, call.types)
    }
    return SQLError(
      .bind, "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE",
      "\(call.name) works on \(wanted), not on \"\(type.sqlName)\"", span: call.span)
  }

  /// A value of the data that a function refuses.
  static func data(_ errorClass: String, _ message: String, hint: String? = nil) -> SQLError {
    SQLError(.data, errorClass, message, hint: hint)
  }
}
