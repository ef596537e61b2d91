internal import Columnar
internal import Diagnostics
internal import Expressions

extension PhysicalPlanner {
  func join(_ join: LogicalPlan.Join, path: String) throws(SQLError) -> PhysicalNode {
    let left = try build(join.left, path: path + ".0", endsQuery: false)
    let right = try build(join.right, path: path + ".1", endsQuery: false)
    if join.kind == .inner, isStatic(left, join.left, beside: right), !isStatic(right, join.right, beside: left) {
      return try exchanged(join, path: path)
    }
    let (keys, unsplit) = JoinSpec.split(join.condition, leftWidth: left.schema.count)
    var residual = unsplit
    for input in [left, right] {
      for key in keys {
        try checkRepeatable(key.left, over: input)
        try checkRepeatable(key.right, over: input)
      }
      if let residual { try checkRepeatable(residual, over: input) }
    }
    let isAppendOnly = left.properties.isAppendOnly && right.properties.isAppendOnly
    let isPerStep =
      isAppendOnly
      && keys.contains { $0.left.isStepNumber(over: left.properties) && $0.right.isStepNumber(over: right.properties) }
    let isRightStatic = join.kind != .full && isStatic(right, join.right, beside: left)
    var time: JoinTime?
    if let emission, !isRightStatic, !isPerStep, !join.kind.isLookup, !join.kind.isAsOf {
      let inputs = JoinTimeInputs(
        condition: join.condition, leftWidth: left.schema.count, times: EdgeProperties.joinedTimes(left, right),
        growsOnly: (left.properties.isAppendOnly, right.properties.isAppendOnly), names: join.conditionNames)
      time = JoinTime(inputs, kind: join.kind, mayFinish: emission == .finalOnly && isAppendOnly)
    }
    var asOf: AsOfSpec?
    if join.kind.isAsOf {
      guard var order = AsOfSpec(residual, leftWidth: left.schema.count) else { throw .asOfCondition(span: join.span) }
      if let emission, !isRightStatic {
        order.setClock(
          left.properties.eventTimes, right.properties.eventTimes,
          mayFinish: emission == .finalOnly && left.properties.isAppendOnly)
      }
      asOf = order
      residual = nil
    } else if join.kind.isLookup, !isRightStatic {
      if !left.properties.isAppendOnly { throw .lookupOfChanges(span: join.span) }
      if right.properties.isAppendOnly, residual == nil { asOf = .current }
    }
    let spec = JoinSpec(
      kind: join.kind, keys: keys, residual: residual, isRightStatic: isRightStatic,
      isPerStep: isPerStep && !join.kind.isLookup && asOf == nil, time: time, asOf: asOf)
    let properties = EdgeProperties.ofJoin(spec, left, right)
    return node("join", path, .join(spec), [left, right], join.schema, properties)
  }

  /// An inner join with the static side on the right, and the columns put back in order.
  private func exchanged(_ join: LogicalPlan.Join, path: String) throws(SQLError) -> PhysicalNode {
    let schema = join.schema
    let widths = (left: join.left.schema.count, right: join.right.schema.count)
    let turned = LogicalPlan.Join(
      left: join.right, right: join.left, kind: .inner,
      condition: join.condition?.remapped { $0 < widths.left ? $0 + widths.right : $0 - widths.left }, span: join.span)
    let input = try self.join(turned, path: path + ".0")
    let columns = schema.fields.enumerated().map { index, field in
      NamedExpression(
        .column(index < widths.left ? index + widths.right : index - widths.left, field), as: field.name)
    }
    return try project(columns, schema: schema, input, path: path)
  }

  /// Whether all of it is there before other sources are read: bounded, and nobody else waits for the same sources, but
  /// such sides of other joins.
  private func isStatic(_ node: PhysicalNode, _ plan: LogicalPlan, beside other: PhysicalNode) -> Bool {
    if !node.properties.isBounded { return false }
    let uses = plan.sourceUses
    if uses.allSatisfy({ sourceUses[$0.key] == $0.value }) { return true }
    return !other.properties.isBounded && uses.keys.allSatisfy { sourceUses[$0] == staticUses[$0] }
  }
}

extension SQLError {
  fileprivate static func lookupOfChanges(span: SourceSpan) -> SQLError {
    SQLError(
      .plan, "UNSUPPORTED_FEATURE", "rows that may be taken back cannot be joined as of the processing time", span: span,
      hint: "join the rows as they come, below the aggregate or join that changes them, or join as of an event time")
  }
}
