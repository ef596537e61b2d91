internal import Columnar
internal import Expressions

extension Explain {
  static func lines(_ plan: PhysicalPlan, _ note: (PhysicalNode) -> [String]) -> [String] {
    var top = "Output [\(list(plan.schema.names))] mode \(plan.mode.rawValue)"
    if !plan.order.isEmpty { top += ", ordered by \(list(plan.order.map { text($0, plan.root.schema.names) }))" }
    if plan.isHeldUntilEnd { top += ", when the input ends" }
    return draw(Tree(line: top, children: [tree(plan.root, note)]))
  }

  private static func tree(_ node: PhysicalNode, _ note: (PhysicalNode) -> [String]) -> Tree {
    var details = [properties(node.properties)]
    if let state = node.properties.stateBound { details.append(text(state)) }
    details += note(node)
    var inputs = node.inputs
    if case .recursive(let spec) = node.kind { inputs.append(spec.step) }
    return Tree(line: "\(line(node))  #\(node.id)", details: details, children: inputs.map { tree($0, note) })
  }

  private static func line(_ node: PhysicalNode) -> String {
    let names = node.inputs.first?.schema.names ?? []
    switch node.kind {
    case .scan(let source, _): return "Scan \(source.name) [\(list(node.schema.names))] (\(source.connector))"
    case .changeGuard(let source, let key):
      return "ChangeGuard \(source.name)" + (key.map { " by \(list($0.map { names[$0] }))" } ?? "")
    case .values(let rows): return "Values \(rows.count) row\(rows.count == 1 ? "" : "s")"
    case .filter(let predicate): return "Filter \(predicate.sqlText(columns: names))"
    case .project(let expressions):
      let columns = zip(expressions, node.schema.names).map { expression, name in
        let text = expression.sqlText(columns: names)
        return text == name ? text : "\(text) AS \(name)"
      }
      return "Project \(list(columns))"
    case .generate(let spec):
      let arguments = list(spec.arguments.map { $0.sqlText(columns: names) })
      let kept = spec.kept.map { names[$0] }
      return "Generate \(spec.isOuter ? "outer " : "")\(spec.generator.name)(\(arguments))"
        + (kept.isEmpty ? "" : " beside \(list(kept))")
    case .aggregate(let spec):
      let keys = spec.keys.map { $0.sqlText(columns: names) }
      let calls = spec.calls.map { $0.sqlText(columns: names) }
      let name = calls.isEmpty && !spec.isGlobal ? "Distinct" : "HashAggregate"
      let panes = spec.panes.map { text(Windowing.panes(key: $0.key, shape: $0.shape), names) } ?? ""
      let idle = spec.idle.map { text(.idle(timeoutMicros: $0.timeoutMicros, time: $0.time), names) } ?? ""
      return name + panes + idle + (keys.isEmpty ? "" : " by \(list(keys))") + (calls.isEmpty ? "" : ": \(list(calls))")
    case .watermark(let spec):
      return "Watermark \(text(column: spec.columnName, delayMicros: spec.delayMicros))"
    case .windowAssign(let time, let shape): return "WindowAssign \(time.sqlText(columns: names)) \(text(shape))"
    case .sessionAggregate(let spec):
      let keys = spec.keys.map { $0.sqlText(columns: names) }
      let calls = spec.calls.map { $0.sqlText(columns: names) }
      return "SessionAggregate" + (keys.isEmpty ? "" : " by \(list(keys))")
        + text(.session(time: spec.time, gap: spec.gap), names) + (calls.isEmpty ? "" : ": \(list(calls))")
    case .limit(let count, let offset): return "Limit \(text(count: count >= .max - offset ? nil : count, offset: offset))"
    case .topN(let keys, let count, let offset):
      let order = keys.isEmpty ? "in input order" : "by \(list(keys.map { text($0, names) }))"
      return "TopN \(text(count: count, offset: offset)) \(order)"
    case .union: return "Union"
    case .over(let spec): return text(spec.calls, spec.partitionBy, spec.orderBy, names)
    case .rankLimit(let spec): return text(spec, names)
    case .join(let spec): return text(spec, node)
    case .recursive(let spec): return "Recursive \(spec.name) by UNION\(spec.isAll ? " ALL" : "")"
    case .recursivePort(let port): return port == 0 ? "Rows found" : "Rows of input \(port)"
    case .matchRecognize(let spec): return "MatchRecognize " + text(spec.pattern, order: spec.order, names) + spec.modeText
    }
  }

  private static func text(_ spec: JoinSpec, _ node: PhysicalNode) -> String {
    let (left, right) = (node.inputs[0].schema.names, node.inputs[1].schema.names)
    let name = spec.asOf != nil ? "AsOfJoin" : spec.keys.isEmpty ? "NestedLoopJoin" : "HashJoin"
    var text = "\(name) \(spec.kind.rawValue)"
    let keys = spec.keys.map {
      "\($0.left.sqlText(columns: left)) \($0.isNullSafe ? "<=>" : "=") \($0.right.sqlText(columns: right))"
    }
    if !keys.isEmpty { text += " on \(list(keys))" }
    if let residual = spec.residual { text += " if \(residual.sqlText(columns: left + right))" }
    if let asOf = spec.asOf, !asOf.isCurrent {
      let sign = (asOf.isLatest ? ">" : "<") + (asOf.isStrict ? "" : "=")
      text += "\(keys.isEmpty ? " on" : " and") \(asOf.left.sqlText(columns: left)) \(sign) \(asOf.right.sqlText(columns: right))"
    }
    return text + (spec.isRightStatic ? ", right side static" : "")
  }

  /// What is known of the rows, in words.
  private static func properties(_ properties: EdgeProperties) -> String {
    var words = [properties.isAppendOnly ? "append-only" : "changing"]
    words.append(properties.isBounded ? "bounded" : properties.canEnd ? "unbounded, may end" : "endless")
    if properties.isFinalPerStep { words.append("final per step") }
    return list(words)
  }

  private static func text(_ state: StateBound) -> String {
    switch state {
    case .bounded(let what): "state bounded by \(what)"
    case .unbounded(let reason, let fix): "state UNBOUNDED: \(reason), fix: \(fix)"
    }
  }
}
