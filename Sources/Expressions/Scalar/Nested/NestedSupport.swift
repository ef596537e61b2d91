internal import Columnar
internal import Diagnostics

/// Checks and errors that functions of arrays, maps and structs share.
extension FunctionCall {
  /// The type that an array's elements and a value beside it are compared as. Other than elsewhere, text is no number
  /// here: `array_contains(array(1), '1')` is refused, as in Spark.
  func elementAndValueType(_ element: DataType, _ value: DataType) throws(SQLError) -> DataType {
    if let type = Coercion.strictCommonType(element, value) { return type }
    throw elementMismatch(value)
  }

  private func elementMismatch(_ value: DataType) -> SQLError {
    SQLError(
      .bind, "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES",
      "\(name) takes an array and a value of its element's type, found \"\(types[0].sqlName)\" and \"\(value.sqlName)\"",
      span: span)
  }

  /// Refuses an untyped NULL, other than as argument `tolerated`.
  func refuseUntypedNull(unless tolerated: Int? = nil) throws(SQLError) {
    for (index, type) in types.enumerated() where type == .null && index != tolerated {
      let place = arguments[index].span
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.NULL_TYPE", "\(name) takes no untyped NULL", span: place.isNone ? span : place,
        hint: "give it a type: CAST(NULL AS …)")
    }
  }

  /// Refuses elements without an order, which also have no equality.
  func requireOrderable(_ type: DataType) throws(SQLError) {
    if type.isOrderable { return }
    throw SQLError(
      .bind, "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", "\(name) cannot compare values of type \"\(type.sqlName)\"",
      span: span)
  }

  /// The element type of an array that a value is put into: neither side may gain digits or change its nature.
  func elementTypeTaking(_ value: DataType) throws(SQLError) -> DataType {
    if let type = Coercion.losslessCommonType(try elementType(0), value) { return type }
    throw elementMismatch(value)
  }

  /// The common element type of two arrays.
  func commonElementType() throws(SQLError) -> DataType {
    let (a, b) = (try elementType(0), try elementType(1))
    if let type = Coercion.losslessCommonType(a, b) { return type }
    throw SQLError(
      .bind, "DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES",
      "\(name) takes two arrays of one element type, found \"\(types[0].sqlName)\" and \"\(types[1].sqlName)\"", span: span)
  }

  /// An argument that must be an integer: narrower ones and strings are converted to `type`.
  func integerParameter(_ index: Int, as type: DataType = .int) throws(SQLError) -> DataType {
    if types[index].isIntegral || types[index] == .null || types[index] == .string { return type }
    throw .unexpectedInput(self, index, wanted: "\"\(type.sqlName)\"")
  }
}

extension Coercion {
  /// The common type, unless it would turn text into something else.
  static func strictCommonType(_ a: DataType, _ b: DataType) -> DataType? {
    mixesText(a, b) ? nil : commonType(a, b)
  }

  /// The common type, if nothing is widened but integers and times.
  static func losslessCommonType(_ a: DataType, _ b: DataType) -> DataType? {
    mixesText(a, b) ? nil : tightestType(a, b)
  }

  private static func mixesText(_ a: DataType, _ b: DataType) -> Bool {
    switch (a, b) {
    case (.null, _), (_, .null): false
    case (.string, let other), (let other, .string): other != .string
    case (.array(let x), .array(let y)): mixesText(x, y)
    case (.map(let k, let v), .map(let otherK, let otherV)): mixesText(k, otherK) || mixesText(v, otherV)
    case (.structure(let x), .structure(let y)): zip(x, y).contains { mixesText($0.type, $1.type) }
    default: false
    }
  }
}

extension SQLError {
  /// A constant or computed argument that the function has no meaning for.
  static func invalidParameter(_ parameter: String, of function: String, _ message: String) -> SQLError {
    .data(
      "INVALID_PARAMETER_VALUE.\(parameter.uppercased())", "the value of \(parameter) in \(function) is invalid: \(message)")
  }
}

extension ScalarFunction {
  /// An entry with one example or more: pairs of a query and what it prints.
  init(
    _ name: String, aliases: [String] = [], _ category: FunctionCategory, _ signature: String, _ summary: String,
    _ examples: [(String, String)], lambdaParameters: LambdaParameters? = nil,
    bind: @escaping @Sendable (FunctionCall) throws(SQLError) -> BoundFunction
  ) {
    self.init(
      FunctionDoc(
        name, aliases: aliases, category, signature, summary, examples.map { FunctionExample($0.0, $0.1) }),
      lambdaParameters: lambdaParameters, bind: bind)
  }
}

extension FunctionCall {
  /// The name of the column or field that argument `index` is, which zipped arrays keep; nil for other expressions.
  func columnName(_ index: Int) -> String? { index < columnNames.count ? columnNames[index] : nil }
}
