internal import Columnar
internal import Expressions

extension Explain {
  /// `PATTERN (A B+ C) by k order by ts, B: …`
  static func text(_ spec: RowPatternSpec, order: [SortKey], _ names: [String]) -> String {
    var text = "(\(self.text(spec.pattern, spec.variables.map(\.name), isOperand: false)))"
    if !spec.partition.isEmpty { text += " by \(list(spec.partition.map { $0.sqlText(columns: names) }))" }
    if !order.isEmpty { text += " in order of \(list(order.map { self.text($0, names) }))" }
    if let within = spec.withinMicros { text += " within \(LiteralText.duration(within))" }
    let conditions = spec.variables.compactMap { variable in
      variable.condition.map { "\(variable.name) if \($0.sqlText(columns: spec.navigations.map(\.text)))" }
    }
    return text + (conditions.isEmpty ? "" : ": \(list(conditions))")
  }

  private static func text(_ pattern: RowPattern, _ names: [String], isOperand: Bool) -> String {
    switch pattern {
    case .variable(let variable): return names[variable]
    case .empty: return "()"
    case .partitionStart: return "^"
    case .partitionEnd: return "$"
    case .excluded(let part): return "{- \(text(part, names, isOperand: false)) -}"
    case .sequence(let parts):
      let inner = parts.map { part in
        if case .alternation = part { return "(\(text(part, names, isOperand: false)))" }
        return text(part, names, isOperand: false)
      }
      return isOperand ? "(\(inner.joined(separator: " ")))" : inner.joined(separator: " ")
    case .alternation(let parts):
      let inner = parts.map { text($0, names, isOperand: false) }.joined(separator: " | ")
      return isOperand ? "(\(inner))" : inner
    case .repeated(let part, let least, let most, let isReluctant):
      let count: String
      switch (least, most) {
      case (0, nil): count = "*"
      case (1, nil): count = "+"
      case (0, 1?): count = "?"
      case (_, nil): count = "{\(least),}"
      case (_, let most?): count = least == most ? "{\(least)}" : "{\(least),\(most)}"
      }
      let whole = text(part, names, isOperand: true) + count + (isReluctant ? "?" : "")
      return isOperand ? "(\(whole))" : whole
    }
  }
}

extension MatchRecognizeSpec {
  /// What is done with rows as they come, behind the operator's name.
  var modeText: String {
    switch mode {
    case .inOrder(let time): ", as the \(time.domain.words) passes"
    case .asTheyCome: ", as rows come"
    case .allRows: ", changed partitions anew"
    }
  }
}
