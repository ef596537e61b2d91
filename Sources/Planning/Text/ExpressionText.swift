internal import Columnar
package import Expressions

extension BoundExpression {
  /// The expression as SQL, columns as `#0`: for messages.
  package var sqlText: String { sqlText(columns: []) }

  /// The expression as SQL over an input whose columns have these names.
  package func sqlText(columns: [String]) -> String {
    switch node {
    case .literal(let value): return value.sqlText(type)
    case .column(let ordinal): return columns.indices.contains(ordinal) ? columns[ordinal] : "#\(ordinal)"
    case .call(let call): return call.sqlText(columns: columns)
    case .cast(let operand, let mode):
      return "\(mode == .attempt ? "try_cast" : "cast")(\(operand.sqlText(columns: columns)) AS \(type))"
    case .and(let a, let b): return "(\(a.sqlText(columns: columns)) AND \(b.sqlText(columns: columns)))"
    case .or(let a, let b): return "(\(a.sqlText(columns: columns)) OR \(b.sqlText(columns: columns)))"
    case .conditional(let branches, let otherwise):
      var text = "CASE"
      for branch in branches {
        text += " WHEN \(branch.condition.sqlText(columns: columns)) THEN \(branch.value.sqlText(columns: columns))"
      }
      if let otherwise { text += " ELSE \(otherwise.sqlText(columns: columns))" }
      return text + " END"
    case .coalesce(let operands):
      return "coalesce(\(operands.map { $0.sqlText(columns: columns) }.joined(separator: ", ")))"
    case .stepValue(let value): return value.sqlText
    case .lambdaVariable(let slot): return "x\(slot)"
    case .outer(let ordinal): return "outer(\(ordinal))"
    }
  }
}

extension StepValue {
  package var sqlText: String {
    switch self {
    case .batchNumber: "batch()"
    case .timestamp: "current_timestamp()"
    case .date: "current_date()"
    case .watermark: "current_watermark()"
    }
  }
}

extension ScalarCall {
  func sqlText(columns: [String]) -> String {
    let texts = arguments.map { $0.sqlText(columns: columns) }
    let name = function.name
    if texts.count == 2, Self.infix.contains(name) { return "(\(texts[0]) \(name) \(texts[1]))" }
    switch (name, texts.count) {
    case ("like", 2), ("ilike", 2), ("rlike", 2): return "(\(texts[0]) \(name.uppercased()) \(texts[1]))"
    case ("not", 1): return "(NOT \(texts[0]))"
    case ("negative", 1): return "(- \(texts[0]))"
    case ("~", 1): return "~\(texts[0])"
    case ("isnull", 1): return "(\(texts[0]) IS NULL)"
    case ("isnotnull", 1): return "(\(texts[0]) IS NOT NULL)"
    case ("in", 2...): return "(\(texts[0]) IN (\(texts.dropFirst().joined(separator: ", "))))"
    case ("element_access", 2): return "\(texts[0])[\(texts[1])]"
    case ("get_field", 2):
      return "\(texts[0]).\(arguments[1].literalValue?.text ?? texts[1])"
    default: break
    }
    let bodies = lambdas.map { lambda in
      "(\(lambda.slots.map { "x\($0)" }.joined(separator: ", "))) -> \(lambda.body.sqlText(columns: columns))"
    }
    return "\(name)(\((texts + bodies).joined(separator: ", ")))"
  }

  private static let infix: Set<String> = [
    "+", "-", "*", "/", "%", "div", "||", "&", "|", "^", "<<", ">>", ">>>", "=", "==", "<=>", "<>", "!=", "<", "<=", ">",
    ">=",
  ]
}

extension AggregateCall {
  /// `sum(DISTINCT x) FILTER (WHERE y)` over an input whose columns have these names.
  package func sqlText(columns: [String]) -> String {
    let texts = arguments.map { $0.sqlText(columns: columns) }.joined(separator: ", ")
    let call = "\(aggregate.name)(\(isDistinct ? "DISTINCT " : "")\(texts))"
    return call + (filter.map { " FILTER (WHERE \($0.sqlText(columns: columns)))" } ?? "")
  }
}
