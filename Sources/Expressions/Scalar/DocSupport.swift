internal import Columnar
internal import Diagnostics

extension FunctionDoc {
  /// As the full initialiser, with examples as pairs of a query and what it prints.
  init(
    _ name: String, aliases: [String] = [], _ category: FunctionCategory, _ signature: String, _ summary: String,
    shown examples: KeyValuePairs<String, String>
  ) {
    self.init(
      name, aliases: aliases, category, signature, summary, examples.map { FunctionExample($0.key, $0.value) })
  }
}

extension FunctionCall {
  /// The constant text of argument `index`: nil if it is NULL; an error if it is not known before the first row.
  func constantText(_ index: Int, what: String) throws(SQLError) -> String? {
    try parameter(index, as: .string)
    guard let value = try constant(index) else { throw .nonFoldable(self, index, what: what) }
    return value.text
  }

  /// The constant integer of argument `index`: nil if it is NULL; an error if it is not known before the first row.
  func constantInteger(_ index: Int, what: String) throws(SQLError) -> Int? {
    try parameter(index, as: .int)
    let argument = arguments[index]
    guard argument.isConstant else { throw .nonFoldable(self, index, what: what) }
    let cast = Coercion.cast(argument, to: .int, mode: settings.isANSI ? .ansi : .legacy)
    return try Evaluator(EvaluationContext(settings: settings)).constant(cast).integer.map { Int($0) }
  }
}

extension SQLError {
  static func nonFoldable(
    _ call: FunctionCall, _ index: Int, _ errorClass: String = "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", what: String
  ) -> SQLError {
    let span = call.arguments[index].span
    return SQLError(
      .bind, errorClass, "\(what) of \(call.name) must be a constant", span: span.isNone ? call.span : span)
  }
}
