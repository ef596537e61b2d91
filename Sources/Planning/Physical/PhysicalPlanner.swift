internal import Columnar
internal import Diagnostics
internal import Expressions

/// Chooses operators for a logical plan, with what is known of every edge.
struct PhysicalPlanner {
  let settings: SessionSettings
  /// The trigger has a bounded query take one step.
  let mayTakeOneStep: Bool
  /// What groups that are over mean: nil in COMPLETE, where nothing is ever over and nothing late.
  var emission: Emission? = .changes

  enum Emission { case changes, finalOnly }
  /// How often the query reads each source.
  private(set) var sourceUses: [SourceID: Int] = [:]
  /// Those of them that stand on the bounded side of a join whose other side goes on.
  private(set) var staticUses: [SourceID: Int] = [:]
  /// Rows that a LIMIT right above a recursion asks for: it need not go on behind them.
  private var recursionRowsWanted: Int?

  /// Nothing is taken back: the one step of a bounded query gives every operator's rows once. Within a recursion there are
  /// rounds.
  private var comesOnce = false

  init(settings: SessionSettings, mayTakeOneStep: Bool) {
    self.settings = settings
    self.mayTakeOneStep = mayTakeOneStep
  }

  func plan(_ logical: LogicalPlan, mode requested: RequestedMode) throws(SQLError) -> PhysicalPlan {
    let (plan, order) = logical.withoutRenaming.liftingOrder()
    var planner = self
    planner.sourceUses = plan.sourceUses
    planner.staticUses = plan.staticUses
    let isOneStep = mayTakeOneStep && plan.readsToTheEnd
    planner.comesOnce = isOneStep && !plan.isRecursive
    switch requested.mode ?? requested.fallback {
    case .append?: planner.emission = .finalOnly
    case .complete?: planner.emission = nil
    case .update?, .changelog?, nil: planner.emission = .changes
    }
    var root = try planner.build(plan, path: "", endsQuery: true)
    if requested.mode == nil, requested.fallback == .append, !root.properties.isAppendOnly {
      planner.emission = .changes
      root = try planner.build(plan, path: "", endsQuery: true)
    }
    let mode = try requested.chosen(for: root)
    return PhysicalPlan(
      root: root, schema: logical.schema, order: order, mode: mode,
      isHeldUntilEnd: mode == .append && !root.properties.isAppendOnly, isOneStep: isOneStep)
  }

  // MARK: Operators

  /// The operator at `path` (ports from the root) and all below it; `endsQuery` says that nothing more comes out at the
  /// root once this one gives nothing more.
  func build(_ plan: LogicalPlan, path: String, endsQuery: Bool) throws(SQLError) -> PhysicalNode {
    switch plan {
    case .scan(let scan): return self.scan(scan, path: path)
    case .values(let values): return try self.values(values, path: path)
    case .filter(let filter):
      let input = try build(filter.input, path: path + ".0", endsQuery: endsQuery)
      try checkRepeatable(filter.predicate, over: input)
      return node(
        "filter", path, .filter(filter.predicate), [input], input.schema, input.properties.stateless())
    case .project(let project):
      let input = try build(project.input, path: path + ".0", endsQuery: endsQuery)
      return try self.project(
        project.columns, schema: Schema(project.columns.map(\.field)), input, path: path)
    case .generate(let generate): return try self.generate(generate, path: path, endsQuery: endsQuery)
    case .aggregate(let aggregate):
      let input = try build(aggregate.input, path: path + ".0", endsQuery: endsQuery)
      if case .session(let time, let gap)? = aggregate.windowing {
        return try sessions(aggregate, time: time, gap: gap, input, path: path)
      }
      return try self.aggregate(
        aggregate.keys, aggregate.calls, isGlobal: aggregate.keys.isEmpty, name: "aggregate", input,
        path: path, windowing: aggregate.windowing)
    case .distinct(let distinct):
      let input = try build(distinct.input, path: path + ".0", endsQuery: endsQuery)
      let keys = input.schema.fields.enumerated().map { NamedExpression(.column($0, $1), as: $1.name) }
      return try aggregate(keys, [], isGlobal: false, name: "distinct", input, path: path)
    case .sort(let sort):
      // Rows have no order between operators, and no LIMIT follows: nothing to do.
      return try build(sort.input, path: path, endsQuery: endsQuery)
    case .limit(let limit): return try self.limit(limit, path: path, endsQuery: endsQuery)
    case .union(let union): return try self.union(union, path: path)
    case .watermark(let watermark): return try self.watermark(watermark, path: path, endsQuery: endsQuery)
    case .windowAssign(let assign): return try windows(assign, path: path, endsQuery: endsQuery)
    case .join(let join): return try self.join(join, path: path)
    case .recursive(let recursive): return try self.recursive(recursive, path: path)
    case .recursiveReference(let reference):
      // The step is run to its end many times in one step of the query: nothing about its rows holds beyond a round.
      let properties = EdgeProperties(isAppendOnly: false, isBounded: false, canEnd: true)
      return node("rows", path, .recursivePort(reference.port), [], reference.schema, properties)
    case .matchRecognize(let match): return try self.match(match, path: path)
    case .over(let over): return try self.over(over, path: path)
    case .rankLimit(let limit): return try rankLimit(limit, path: path)
    }
  }

  func node(
    _ name: String, _ path: String, _ kind: PhysicalOperator, _ inputs: [PhysicalNode], _ schema: Schema,
    _ properties: EdgeProperties
  ) -> PhysicalNode {
    var properties = properties
    properties.comesOnce = comesOnce && !inputs.isEmpty && inputs.allSatisfy { !$0.properties.mayRetract }
    return PhysicalNode(
      id: OperatorID(name + path), kind: kind, inputs: inputs, schema: schema, properties: properties)
  }

  private func scan(_ scan: LogicalPlan.Scan, path: String) -> PhysicalNode {
    let source = scan.source
    let key = source.primaryKey.flatMap { key in
      let positions = key.compactMap { scan.columns.firstIndex(of: $0) }
      return positions.count == key.count ? positions : nil
    }
    let properties = EdgeProperties(
      isAppendOnly: source.isAppendOnly, isBounded: source.isBounded,
      canEnd: source.isBounded || source.canEnd, key: key)
    let schema = source.schema.project(scan.columns)
    if source.isChangedElsewhere { return changeGuard(scan, schema, properties, path: path) }
    return node("scan", path, .scan(source, columns: scan.columns), [], schema, properties)
  }

  private func changeGuard(
    _ scan: LogicalPlan.Scan, _ schema: Schema, _ properties: EdgeProperties, path: String
  ) -> PhysicalNode {
    var below = properties
    below.key = nil
    let input = node("scan", path + ".0", .scan(scan.source, columns: scan.columns), [], schema, below)
    var properties = properties
    properties.stateBound = .bounded(
      properties.key.map { "1 row for each \($0.map { schema[$0].name }.joined(separator: ", "))" }
        ?? "the rows that are there")
    return node("changes", path, .changeGuard(scan.source, key: properties.key), [input], schema, properties)
  }

  /// Constants; rows that only the step can compute become projections of one empty row.
  private func values(_ values: LogicalPlan.Values, path: String) throws(SQLError) -> PhysicalNode {
    let properties = EdgeProperties(isAppendOnly: true, isBounded: true, canEnd: true)
    let evaluator = Evaluator(EvaluationContext(settings: settings))
    var rows: [[Value]] = []
    var computed: [[BoundExpression]] = []
    for row in values.rows {
      if row.allSatisfy(\.isConstant),
        let constants = try? row.map({ (cell) throws(SQLError) in try evaluator.constant(cell) })
      {
        rows.append(constants)
      } else {
        computed.append(row)
      }
    }
    if computed.isEmpty { return node("values", path, .values(rows), [], values.schema, properties) }
    var inputs: [PhysicalNode] = []
    for (port, row) in values.rows.enumerated() {
      let one = node("values", "\(path).\(port).0", .values([[]]), [], Schema(), properties)
      inputs.append(node("project", "\(path).\(port)", .project(row), [one], values.schema, properties))
    }
    if inputs.count == 1 { return inputs[0] }
    return node("union", path, .union, inputs, values.schema, properties)
  }

  func project(
    _ columns: [NamedExpression], schema: Schema, _ input: PhysicalNode, path: String
  ) throws(SQLError) -> PhysicalNode {
    for column in columns { try checkRepeatable(column.expression, over: input) }
    var positions: [Int: Int] = [:]
    var stepColumns: Set<Int> = []
    for (index, column) in columns.enumerated() {
      switch column.expression.node {
      case .column(let ordinal):
        if positions[ordinal] == nil { positions[ordinal] = index }
        if input.properties.stepColumns.contains(ordinal) { stepColumns.insert(index) }
      case .stepValue(.batchNumber): stepColumns.insert(index)
      default: break
      }
    }
    var properties = input.properties.stateless()
    properties.stepColumns = stepColumns
    properties.key = input.properties.key.flatMap { key in
      let kept = key.compactMap { positions[$0] }
      return kept.count == key.count ? kept : nil
    }
    properties.eventTimes = [:]
    for (index, column) in columns.enumerated() {
      properties.eventTimes[index] = column.expression.eventTime(input.properties.eventTimes)
    }
    return node("project", path, .project(columns.map(\.expression)), [input], schema, properties)
  }

  private func generate(
    _ generate: LogicalPlan.Generate, path: String, endsQuery: Bool
  ) throws(SQLError) -> PhysicalNode {
    let input = try build(generate.input, path: path + ".0", endsQuery: endsQuery)
    for argument in generate.arguments { try checkRepeatable(argument, over: input) }
    var properties = input.properties.stateless()
    properties.key = nil
    properties.stepColumns = Set(
      generate.kept.indices.filter { input.properties.stepColumns.contains(generate.kept[$0]) })
    properties.eventTimes = [:]
    for (index, column) in generate.kept.enumerated() {
      properties.eventTimes[index] = input.properties.eventTimes[column]
    }
    let spec = GenerateSpec(
      kept: generate.kept, generator: generate.generator, arguments: generate.arguments,
      isOuter: generate.isOuter,
      span: generate.span)
    return node("generate", path, .generate(spec), [input], generate.schema, properties)
  }

  private func limit(_ limit: LogicalPlan.Limit, path: String, endsQuery: Bool) throws(SQLError)
    -> PhysicalNode
  {
    let (ordered, order) = limit.input.liftingOrder()
    let width = limit.input.schema.count
    if ordered.schema.count > width {
      // What it sorts by is not wanted above.
      let sorted = LogicalPlan.limit(
        .init(input: .sort(.init(input: ordered, keys: order)), count: limit.count, offset: limit.offset))
      return try build(sorted.keepingFirst(width), path: path, endsQuery: endsQuery)
    }
    var planner = self
    planner.recursionRowsWanted = order.isEmpty && ordered.isProjectedRecursion ? limit.rowsNeeded : nil
    let input = try planner.build(ordered, path: path + ".0", endsQuery: endsQuery)
    for key in order { try checkRepeatable(key.expression, over: input) }
    // A limit that is full ends the whole query, so it must not stand beside another input of a union.
    guard order.isEmpty, input.properties.isAppendOnly, endsQuery else {
      return topN(order, limit, input, path: path)
    }
    var properties = input.properties.stateless()
    properties.canEnd = properties.canEnd || limit.count != nil
    properties.stateBound = .bounded("a count of rows")
    return node(
      "limit", path, .limit(count: min(limit.count ?? .max, .max - limit.offset), offset: limit.offset),
      [input],
      input.schema, properties)
  }

  private func topN(
    _ keys: [SortKey], _ limit: LogicalPlan.Limit, _ input: PhysicalNode, path: String
  ) -> PhysicalNode {
    var properties = input.properties.stateless()
    // Without keys the first rows are those that came first: later ones cannot push them out.
    properties.isAppendOnly = keys.isEmpty && input.properties.isAppendOnly
    properties.isFinalPerStep = false
    properties.stepColumns = []
    properties.eventTimes = properties.isAppendOnly ? properties.eventTimes : [:]
    properties.stateBound = .ofTopN(limit, input: input.properties)
    return node(
      "topn", path, .topN(keys: keys, count: limit.count, offset: limit.offset), [input], input.schema,
      properties)
  }

  private func union(_ union: LogicalPlan.Union, path: String) throws(SQLError) -> PhysicalNode {
    var inputs: [PhysicalNode] = []
    for (port, input) in union.inputs.enumerated() {
      inputs.append(try build(input, path: "\(path).\(port)", endsQuery: false))
    }
    let properties = inputs.map(\.properties)
    let stepColumns = properties.map(\.stepColumns).reduce(properties.first?.stepColumns ?? []) {
      $0.intersection($1)
    }
    var edge = EdgeProperties(
      isAppendOnly: properties.allSatisfy(\.isAppendOnly), isBounded: properties.allSatisfy(\.isBounded),
      canEnd: properties.allSatisfy(\.canEnd), isFinalPerStep: properties.allSatisfy(\.isFinalPerStep),
      stepColumns: stepColumns)
    // The times of the first input, as in Spark: others may have none, and then go by those. Of different offsets the latest.
    // What is bounded is all there and says nothing of what comes.
    let leading = properties.first { !$0.isBounded }
    for (column, time) in leading?.eventTimes ?? [:] {
      let all = properties.compactMap { $0.eventTimes[column] }
      guard all.allSatisfy({ $0.domain == time.domain && $0.isWindow == time.isWindow }) else { continue }
      edge.eventTimes[column] = all.max { $0.offsetMicros < $1.offsetMicros }
    }
    return node("union", path, .union, inputs, union.schema, edge)
  }

  private func recursive(_ recursive: LogicalPlan.Recursive, path: String) throws(SQLError) -> PhysicalNode {
    var planner = self
    planner.recursionRowsWanted = nil
    var inputs = [try planner.build(recursive.base, path: path + ".0", endsQuery: false)]
    var ports: [LogicalPlan] = []
    let step = recursive.step.takingOutInputs(of: recursive.id, into: &ports)
    for (index, port) in ports.enumerated() {
      inputs.append(try planner.build(port, path: "\(path).\(index + 1)", endsQuery: false))
    }
    let isBounded = inputs.allSatisfy(\.properties.isBounded)
    let spec = RecursiveSpec(
      name: recursive.name, step: try planner.build(step, path: path + ".step", endsQuery: false),
      isAll: recursive.isAll,
      isLinear: recursive.step.isLinear(in: recursive.id), levelsMax: recursive.levelsMax,
      rowsMax: recursive.rowsMax,
      rowsWanted: isBounded ? recursionRowsWanted : nil, span: recursive.span)
    var properties = EdgeProperties(
      isAppendOnly: inputs.allSatisfy(\.properties.isAppendOnly)
        && recursive.step.isMonotone(in: recursive.id)
        && (spec.isLinear || !spec.isAll),
      isBounded: isBounded, canEnd: inputs.allSatisfy(\.properties.canEnd))
    properties.stateBound =
      isBounded
      ? .bounded("the rows found, of bounded input")
      : .unbounded(
        reason: "every row found and every row that leads on",
        fix: "bound what it reads, for example with GROUP BY or a window below")
    return node("recursive", path, .recursive(spec), inputs, recursive.schema, properties)
  }

  private func match(_ match: LogicalPlan.MatchRecognize, path: String) throws(SQLError) -> PhysicalNode {
    let input = try build(match.input, path: path + ".0", endsQuery: false)
    for expression in match.spec.inputExpressions + match.order.map(\.expression) {
      try checkRepeatable(expression, over: input)
    }
    let spec = MatchRecognizeSpec(match, over: input.properties, isEverFinal: emission != nil)
    return node("match", path, .matchRecognize(spec), [input], match.schema, try .ofMatch(spec, input))
  }
}

extension LogicalPlan.Limit {
  /// Rows of the input that are looked at.
  fileprivate var rowsNeeded: Int? {
    count.map { count in
      let (sum, overflow) = count.addingReportingOverflow(offset)
      return overflow ? .max : sum
    }
  }
}

extension LogicalPlan {
  /// A recursion, perhaps below projections, which change no number of rows.
  fileprivate var isProjectedRecursion: Bool {
    switch self {
    case .recursive: true
    case .project(let project): project.input.isProjectedRecursion
    default: false
    }
  }

  /// The plan below a projection that only gives names, which `PhysicalPlan.schema` has.
  fileprivate var withoutRenaming: LogicalPlan {
    guard case .project(let project) = self, project.isPrefix,
      project.columns.count == project.input.schema.count
    else {
      return self
    }
    return project.input
  }
}

extension EdgeProperties {
  /// The same rows behind an operator without state.
  func stateless() -> EdgeProperties {
    var copy = self
    copy.stateBound = nil
    return copy
  }
}

extension BoundExpression {
  /// Whether this is the number of the step that the row is in.
  func isStepNumber(over input: EdgeProperties) -> Bool {
    switch node {
    case .stepValue(.batchNumber): true
    case .column(let ordinal): input.stepColumns.contains(ordinal)
    default: false
    }
  }
}
