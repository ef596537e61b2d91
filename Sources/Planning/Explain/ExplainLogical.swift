internal import Columnar
internal import Expressions

extension Explain {
  static func lines(_ plan: LogicalPlan) -> [String] { draw(tree(plan)) }

  private static func tree(_ plan: LogicalPlan) -> Tree {
    Tree(line: line(plan), children: plan.inputs.map(tree))
  }

  private static func line(_ plan: LogicalPlan) -> String {
    let names = plan.inputs.first?.schema.names ?? []
    switch plan {
    case .scan(let scan): return "Scan \(scan.source.name) [\(list(plan.schema.names))] (\(scan.source.connector))"
    case .values(let values): return "Values \(values.rows.count) row\(values.rows.count == 1 ? "" : "s")"
    case .filter(let filter): return "Filter \(filter.predicate.sqlText(columns: names))"
    case .project(let project): return "Project \(list(project.columns.map { text($0, names) }))"
    case .generate(let generate): return "Generate " + text(generate, names)
    case .aggregate(let aggregate):
      let calls = aggregate.calls.map { "\($0.sqlText(columns: names))" }
      let keys = aggregate.keys.map { text($0, names) }
      return "Aggregate" + text(aggregate.windowing, names) + (keys.isEmpty ? "" : " by \(list(keys))") + (calls.isEmpty ? "" : ": \(list(calls))")
    case .watermark(let watermark): return "Watermark " + text(watermark, names)
    case .windowAssign(let assign):
      return "WindowAssign \(assign.time.sqlText(columns: names)) \(text(assign.shape))"
    case .distinct: return "Distinct"
    case .sort(let sort): return "Sort \(list(sort.keys.map { text($0, names) }))"
    case .limit(let limit): return "Limit " + text(count: limit.count, offset: limit.offset)
    case .union(let union): return "Union of \(union.inputs.count)"
    case .over(let over): return text(over.calls, over.partitionBy, over.orderBy, names)
    case .rankLimit(let limit): return text(limit, names)
    case .join(let join):
      let condition = join.condition.map { " on " + $0.sqlText(columns: join.conditionNames) } ?? ""
      return "Join \(join.kind.rawValue)\(condition)"
    case .recursive(let recursive): return "Recursive \(recursive.name) by UNION\(recursive.isAll ? " ALL" : "")"
    case .recursiveReference(let reference): return "Rows of \(reference.name)"
    case .matchRecognize(let match): return "MatchRecognize " + text(match.spec, order: match.order, names)
    }
  }

  static func list(_ texts: [String]) -> String { texts.joined(separator: ", ") }

  static func text(_ watermark: LogicalPlan.Watermark, _ names: [String]) -> String {
    text(column: names[watermark.column], delayMicros: watermark.delayMicros)
  }

  static func text(column: String, delayMicros: Int64) -> String {
    delayMicros == 0 ? column : "\(column) - \(LiteralText.duration(delayMicros))"
  }

  static func text(_ windowing: Windowing?, _ names: [String]) -> String {
    switch windowing {
    case nil: ""
    case .panes(_, let shape)?: " in panes of windows \(text(shape))"
    case .session(let time, let gap)?:
      " in sessions of \(time.sqlText(columns: names)) with gap \(gap.sqlText(columns: names))"
    case .idle(let timeout, let time)?:
      " with timeout \(LiteralText.duration(timeout))" + (time.map { " of \($0.sqlText(columns: names))" } ?? "")
    }
  }

  static func text(_ shape: WindowShape) -> String {
    switch shape {
    case .sliding(let size, let slide, _):
      "of \(LiteralText.duration(size)) every \(LiteralText.duration(slide))"
    case .cumulating(let size, let step, _):
      "up to \(LiteralText.duration(size)) in steps of \(LiteralText.duration(step))"
    }
  }

  private static func text(_ column: NamedExpression, _ names: [String]) -> String {
    let expression = column.expression.sqlText(columns: names)
    return expression == column.name ? expression : "\(expression) AS \(column.name)"
  }

  static func text(_ key: SortKey, _ names: [String]) -> String {
    var text = key.expression.sqlText(columns: names)
    if key.isDescending { text += " DESC" }
    if key.nullsFirst == key.isDescending { text += key.nullsFirst ? " NULLS FIRST" : " NULLS LAST" }
    return text
  }

  static func text(count: Int?, offset: Int) -> String {
    (count.map(String.init) ?? "ALL") + (offset == 0 ? "" : " OFFSET \(offset)")
  }

  private static func text(_ generate: LogicalPlan.Generate, _ names: [String]) -> String {
    let arguments = list(generate.arguments.map { $0.sqlText(columns: names) })
    let kept = generate.kept.map { names[$0] }
    return "\(generate.isOuter ? "outer " : "")\(generate.generator.name)(\(arguments)) AS "
      + list(generate.fields.map(\.name)) + (kept.isEmpty ? "" : " beside \(list(kept))")
  }
}
