internal import Columnar
internal import Diagnostics

/// The string functions, a file a topic.
enum Strings {
  static let all: [ScalarFunction] =
    concatenation + splitting + splittingByIndex + patterns + letterCase + lengths + trimming + slicing + searching
    + replacing + padding + codes + distances + masking + picking
}

extension ScalarFunction {
  /// A function whose parameter types are always the same; the last `optional` of them may be left out.
  static func plain(
    _ doc: FunctionDoc, _ parameters: [DataType], optional: Int = 0, isExact: Bool = false, returns result: DataType,
    canFail: Bool = false,
    _ kernel: @escaping BoundFunction.Kernel
  ) -> ScalarFunction {
    ScalarFunction(doc) { (call) throws(SQLError) in
      try call.expect(parameters.count - optional...parameters.count)
      var types: [DataType] = []
      for i in call.arguments.indices {
        types.append(isExact ? try call.exactParameter(i, parameters[i]) : try call.parameter(i, as: parameters[i]))
      }
      return BoundFunction(call.name, types, returns: result, canFail: canFail, kernel)
    }
  }
}

extension FunctionCall {
  /// BINARY for a binary argument, STRING for all else that can be one.
  func textParameter(_ index: Int) throws(SQLError) -> DataType {
    if types[index] == .binary { return .binary }
    return try parameter(index, as: .string)
  }
}

/// Bounds of what one call may make: a few characters of SQL must not fill the memory (`repeat('a', 2000000000)`).
enum TextLimits {
  /// Longest text that a function makes. Longer ones exist only where they came in as such.
  static let valueBytesMax = 256 << 20
  /// Most text that one call makes for one batch.
  static let batchBytesMax = 1 << 30

  static func check(_ name: String, value: Int, batch: Int) throws(SQLError) {
    if value <= valueBytesMax && batch <= batchBytesMax { return }
    throw .data(
      "VALUE_SIZE_LIMIT_EXCEEDED",
      "\(name) would make \(value > valueBytesMax ? "a text of \(value)" : "texts of more than \(batchBytesMax)") bytes",
      hint: "a text made by a function may have \(valueBytesMax) bytes")
  }
}

extension Operand {
  /// The texts of `rows` rows.
  @inline(__always)
  func texts(_ rows: Int) throws(SQLError) -> [BytesView] { try rowValues(rows) }

  /// The text of a constant operand's only row; nil if it varies or is NULL.
  var constantText: BytesView? {
    guard isConstant, !column.isNull(0), case .bytes(let c) = column else { return nil }
    return c.views[0]
  }
}
