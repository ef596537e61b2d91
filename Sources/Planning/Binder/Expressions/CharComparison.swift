internal import Columnar
internal import Diagnostics
internal import Expressions

/// Comparisons of CHAR columns: the shorter side gets blanks up to the length of the other, as in Spark.
///
/// A column counts as CHAR where it is one of a table, seen through views, aliases, joins and groups; what is computed of it
/// is a plain string. It is compared so with constants and with other CHAR columns. Values of a query in IN, parts of structs and the
/// operands of `nullif` are compared as they are, in Spark too.
extension ExpressionBinder {
  /// `left op right`, `value IN (candidates)`.
  func compare(_ name: String, _ operands: [BoundExpression], span: SourceSpan) throws(SQLError) -> BoundExpression {
    try call(name, Self.comparisons.contains(name) ? paddedAlike(operands) : operands, span: span)
  }

  private static let comparisons: Set<String> = ["=", "!=", "<=>", "<", "<=", ">", ">=", "in"]

  private func paddedAlike(_ operands: [BoundExpression]) -> [BoundExpression] {
    let columns = operands.compactMap(\.charLength)
    if columns.isEmpty { return operands }
    if columns.count == operands.count { return padded(operands, to: columns.max() ?? 0) }
    // In IN the column stands before the constants.
    guard columns.count == 1, operands.count == 2 || operands[0].charLength != nil else { return operands }
    var length = columns[0]
    var known = operands
    for (index, operand) in operands.enumerated() where operand.charLength == nil {
      guard operand.isConstant, operand.type == .string || operand.type == .null,
        let value = try? constant(operand)
      else { return operands }
      known[index] = value
      if let text = value.literalValue?.text { length = max(length, text.unicodeScalars.count) }
    }
    return padded(known, to: length)
  }

  private func constant(_ operand: BoundExpression) throws(SQLError) -> BoundExpression {
    operand.literalValue == nil ? .literal(try context.constantValue(operand), operand.type, span: operand.span) : operand
  }

  private func padded(_ operands: [BoundExpression], to length: Int) -> [BoundExpression] {
    operands.map { operand in
      if let own = operand.charLength { return own < length ? operand.padded(to: .char(length)).withoutLengths : operand }
      guard case .bytes(let bytes)? = operand.literalValue, let text = operand.literalValue?.text else { return operand }
      let blanks = length - text.unicodeScalars.count
      if blanks <= 0 { return operand }
      return .literal(.bytes(bytes + [UInt8](repeating: UInt8(ascii: " "), count: blanks)), .string, span: operand.span)
    }
  }
}

extension BoundExpression {
  /// The n of a column of type CHAR(n).
  fileprivate var charLength: Int? {
    switch node {
    case .column, .outer: lengths?.charLength
    default: nil
    }
  }

  fileprivate var withoutLengths: BoundExpression {
    var copy = self
    copy.lengths = nil
    return copy
  }
}
