internal import Columnar
internal import Diagnostics
internal import Expressions

/// Groups, sessions, and when they are over.
extension PhysicalPlanner {
  func aggregate(
    _ keys: [NamedExpression], _ calls: [AggregateCall], isGlobal: Bool, name: String, _ input: PhysicalNode,
    path: String, windowing: Windowing? = nil
  ) throws(SQLError) -> PhysicalNode {
    for key in keys { try checkRepeatable(key.expression, over: input) }
    for call in calls {
      for argument in call.arguments + (call.filter.map { [$0] } ?? []) {
        try checkRepeatable(argument, over: input)
      }
    }
    let stepKeys = keys.indices.filter { keys[$0].expression.isStepNumber(over: input.properties) }
    let isPerStep = !stepKeys.isEmpty && input.properties.isAppendOnly
    var times: [Int: EventTime] = [:]
    for (index, key) in keys.enumerated() {
      times[index] = key.expression.eventTime(input.properties.eventTimes)
    }
    var panes: (key: Int, shape: WindowShape)?
    if case .panes(let key, let shape)? = windowing {
      panes = (key, shape)
      if case .call(let call) = keys[key].expression.node, case .sliding(let size, _, _) = shape {
        times[key] = call.arguments[0].eventTime(input.properties.eventTimes)?.endOfWindow(size)
      }
    }
    let closing = isPerStep ? nil : self.closing(times, input)
    var spec = AggregateSpec(
      keys: keys.map(\.expression.normalizedKey), calls: calls, isInputRetractable: input.properties.mayRetract,
      isPerStep: isPerStep, isGlobal: isGlobal, panes: panes, closing: closing)
    if closing == nil, !isPerStep { spec.idle = idle(windowing, input) }
    // Without calls a group's row never changes, it only appears.
    let isAppendOnly =
      isPerStep || closing?.isFinalOnly == true || spec.idle?.isFinalOnly == true
      || (calls.isEmpty && !isGlobal && input.properties.isAppendOnly)
    var properties = EdgeProperties(
      isAppendOnly: isAppendOnly, isBounded: input.properties.isBounded, canEnd: input.properties.canEnd,
      key: isPerStep ? nil : Array(keys.indices), isFinalPerStep: isPerStep,
      stepColumns: isPerStep ? Set(stepKeys) : [],
      stateBound: .ofAggregate(keys: keys, calls: calls, spec, input: input.properties))
    properties.eventTimes = times
    return node(
      name, path, .aggregate(spec), [input], Schema(keys.map(\.field) + calls.map(\.field)), properties)
  }

  /// What closes groups with these key times: the first that says when a group is over.
  func closing(_ times: [Int: EventTime], _ input: PhysicalNode) -> ClosingSpec? {
    let known = emission == .finalOnly ? times : times.filter { !$0.value.isRounded }
    guard let emission, !input.properties.isBounded, let key = known.keys.min(), let time = known[key] else { return nil }
    return ClosingSpec(key: key, time: time, isFinalOnly: emission == .finalOnly)
  }

  /// TIMEOUT of groups; bounded input is all there, and nothing of it is over before the end (SEM-4).
  private func idle(_ windowing: Windowing?, _ input: PhysicalNode) -> IdleSpec? {
    guard case .idle(let timeout, let time)? = windowing, !input.properties.isBounded else { return nil }
    let isEvent = time?.eventTime(input.properties.eventTimes)?.domain == .event
    return IdleSpec(timeoutMicros: timeout, time: isEvent ? time : nil, isFinalOnly: emission == .finalOnly)
  }

  func sessions(
    _ aggregate: LogicalPlan.Aggregate, time: BoundExpression, gap: BoundExpression, _ input: PhysicalNode,
    path: String
  ) throws(SQLError) -> PhysicalNode {
    let eventTime =
      emission == nil || input.properties.isBounded ? nil : time.eventTime(input.properties.eventTimes)
    let isFinalOnly = eventTime != nil && emission == .finalOnly
    if input.properties.isAppendOnly, aggregate.calls.contains(where: \.isDistinct), let plan = try aggregate.countingSets() {
      return try build(plan, path: path, endsQuery: false)
    }
    let needsRows = aggregate.calls.first { $0.isDistinct || $0.aggregate.own?.canMerge == false }
    if !input.properties.isAppendOnly || needsRows != nil && !isFinalOnly {
      return try build(try aggregate.groupingSessionRows(time: time, gap: gap), path: path, endsQuery: false)
    }
    if let call = needsRows {
      throw SQLError(
        .plan, "UNSUPPORTED_FEATURE",
        call.isDistinct
          ? "\(call.aggregate.name) with DISTINCT over sessions that are shown when they are over is not supported"
          : "\(call.aggregate.name) has no MERGE, and sessions that grow together need one",
        span: call.span,
        hint: call.isDistinct
          ? "use size(collect_set(…)) or approx_count_distinct, or OUTPUT MODE UPDATE"
          : "CREATE AGGREGATE … MERGE (a, b) -> …")
    }
    let width = aggregate.keys.count
    var properties = EdgeProperties(
      isAppendOnly: isFinalOnly, isBounded: input.properties.isBounded, canEnd: input.properties.canEnd)
    if let eventTime {
      // A session's start says nothing of its end; its end does.
      properties.eventTimes = [width + 1: eventTime]
      properties.stateBound = .bounded("sessions whose end is ahead of the \(eventTime.domain.words)")
    } else if input.properties.isBounded {
      properties.stateBound = .bounded("every session, of bounded input")
    } else {
      properties.stateBound = .unbounded(
        reason: "every session", fix: "declare a WATERMARK for the time of the session")
    }
    let spec = SessionAggregateSpec(
      keys: aggregate.keys.map(\.expression), time: time, gap: gap, calls: aggregate.calls,
      domain: eventTime?.domain,
      isFinalOnly: isFinalOnly)
    return node("sessions", path, .sessionAggregate(spec), [input], aggregate.schema, properties)
  }
}
