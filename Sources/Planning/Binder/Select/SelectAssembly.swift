internal import Columnar
internal import Diagnostics
internal import Expressions

extension SelectBinder {
  /// The operators of the SELECT over its input.
  func assemble(orderBy keys: [SortKey], limit: LimitClause?) throws(SQLError) -> BoundRelation {
    var stage = Stage(binder: self)
    try stage.assignWindows()
    try stage.group()
    try stage.over()
    try stage.generate()
    if let distinctOn { try stage.distinct(on: distinctOn, orderBy: keys) }
    var columns: [NamedExpression] = []
    for item in items { columns.append(NamedExpression(try stage.translated(item.expression), as: item.name)) }
    let isDistinct = select.quantifier == .distinct
    let sortKeys = try translated(keys, isDistinct: isDistinct, stage, &columns)
    var plan = LogicalPlan.project(.init(input: stage.plan, columns: columns))
    if isDistinct {
      if let item = items.first(where: { $0.expression.type.containsMap }) {
        throw SQLError(
          .bind, "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE", "SELECT DISTINCT cannot compare maps", span: item.span,
          hint: "GROUP BY takes maps; map_entries(m) can be compared")
      }
      if let item = items.first(where: { !$0.expression.type.isOrderable }) {
        throw .notGroupable(item.expression.type, in: "SELECT DISTINCT", span: item.span)
      }
      plan = .distinct(.init(input: plan))
    }
    if !sortKeys.isEmpty { plan = .sort(.init(input: plan, keys: sortKeys)) }
    if let limit { plan = limit.applied(to: plan) }
    let scope = Scope(
      items.indices.map { Scope.Column(qualifier: qualifier(of: items[$0]), field: columns[$0].field) })
    if columns.count > items.count { plan = plan.keepingFirst(items.count) }
    return BoundRelation(plan: plan, scope: scope)
  }

  /// A plain column keeps the name of its relation, for pipes and ORDER BY above.
  private func qualifier(of item: Item) -> [String] {
    guard case .column(let ordinal) = item.expression.node, Placeholder.isInput(ordinal) else { return [] }
    return input.scope.columns[ordinal].qualifier
  }

  /// Sort keys over the output; what the output does not hold is added to `columns`, behind what is shown.
  private func translated(
    _ keys: [SortKey], isDistinct: Bool, _ stage: Stage, _ columns: inout [NamedExpression]
  ) throws(SQLError) -> [SortKey] {
    var result: [SortKey] = []
    for var key in keys {
      if let index = items.firstIndex(where: { $0.expression.isSame(as: key.expression) }) {
        key.expression.node = .column(index)
      } else if key.expression.columnsUsed.allSatisfy({ Placeholder.item($0) != nil }) {
        key.expression = key.expression.remapped { Placeholder.item($0) ?? $0 }
      } else {
        if isDistinct { throw .orderByNotInDistinct(span: key.expression.span) }
        let hidden = try stage.translatedAbove(key.expression.replacingItems(items))
        let index = columns.firstIndex { $0.expression.isSame(as: hidden) } ?? columns.count
        if index == columns.count { columns.append(NamedExpression(hidden, as: "_sort\(index - items.count)")) }
        key.expression = .column(index, columns[index].field, span: key.expression.span)
      }
      result.append(key)
    }
    return result
  }

  /// The plan while it grows, and how to translate what was bound over the SELECT's input to what the plan gives now.
  struct Stage {
    let binder: SelectBinder
    var plan: LogicalPlan
    /// Where the columns of the generators begin, once they are there.
    private var generatedBase: Int?
    private var isGrouped = false
    /// Where the columns of each window begin, once they are there.
    private var windowBases: [Int?]
    /// What stands over the groups for an expression that rows were grouped by.
    private var keyReplacements: [(expression: BoundExpression, column: BoundExpression)] = []
    /// The column of each window function's value, once it is there.
    private var overColumns: [Int?]
    /// Values of subqueries over `plan`.
    private var subqueryValues: [Int: BoundExpression] = [:]
    /// The number of the grouping set that a row belongs to, if there are several.
    private var groupingID: BoundExpression?

    init(binder: SelectBinder) {
      self.binder = binder
      plan = binder.input.plan
      overColumns = binder.overs.entries.map { _ in nil }
      windowBases = (binder.base.windows?.entries ?? []).map { _ in nil }
    }

    private var windows: [WindowCollector.Entry] { binder.base.windows?.entries ?? [] }

    /// Rows for each sliding window they lie in, unless grouping does it by panes.
    mutating func assignWindows() throws(SQLError) {
      let panes = paneEntry
      for (index, entry) in windows.enumerated() where index != panes {
        guard case .shape(let shape) = entry.kind else {
          if !binder.isAggregate || sessionKey == nil {
            throw SQLError(
              .bind, "UNSUPPORTED_FEATURE", "a session is made by GROUP BY session_window(…), and by nothing else",
              span: entry.span)
          }
          continue
        }
        windowBases[index] = plan.schema.count
        plan = .windowAssign(.init(input: plan, time: entry.time, shape: shape))
      }
    }

    /// The group key that is a window of the i-th entry.
    private func key(of index: Int) -> Int? {
      binder.groupKeys.firstIndex { key in
        guard let start = TimeWindows.parts(of: key.expression)?.start, case .column(let ordinal) = start.node else {
          return false
        }
        return ordinal == Placeholder.windows + 2 * index
      }
    }

    private var sessionKey: (entry: Int, key: Int)? {
      for (index, entry) in windows.enumerated() where entry.isSession {
        if let key = key(of: index) { return (index, key) }
      }
      return nil
    }

    /// The sliding window that is grouped by and that nothing else below the groups looks at.
    private var paneEntry: Int? {
      guard windows.count == 1, case .shape(.sliding) = windows[0].kind, binder.isAggregate, let key = key(of: 0),
        binder.groupingSets?.varying(of: binder.groupKeys.count).contains(key) != true
      else { return nil }
      var others = binder.groupKeys.enumerated().filter { $0.offset != key }.map(\.element.expression)
      for call in binder.collector.calls { others += call.arguments + (call.filter.map { [$0] } ?? []) }
      for generator in binder.generators where generator.isBelowAggregate { others += generator.arguments }
      let isUsed = others.contains { $0.columnsUsed.contains { Placeholder.window($0) != nil } }
      return isUsed ? nil : 0
    }

    /// GROUP BY and HAVING.
    mutating func group() throws(SQLError) {
      guard binder.isAggregate else { return try attachSubqueries(usedBy: nil) { $0 } }
      if let (sessions, keys) = binder.groupedSessions() {
        keyReplacements = zip(binder.groupKeys, keys).map { ($0.expression, $1) }
        return try finishGroups(sessions)
      }
      let parts = binder.groupKeys.map(\.expression) + binder.collector.calls.flatMap { $0.arguments + ($0.filter.map { [$0] } ?? []) }
      try attachSubqueries(usedBy: parts) { $0 }
      for generator in binder.generators where generator.isBelowAggregate { append(generator, generator.arguments.map(resolved)) }
      let stageBelow = self
      let expanded = try binder.expanded(&plan) { stageBelow.resolved($0) }
      var aggregate = LogicalPlan.Aggregate(
        input: plan, keys: [], calls: binder.collector.calls.map { resolved($0) })
      for index in binder.groupKeys.indices {
        if expanded == nil, let only = binder.groupingSets?.sets.first, !only.contains(index) {
          let key = binder.groupKeys[index].expression
          keyReplacements.append((key, .literal(.null, key.type, span: key.span)))
        } else if let column = expanded?.columns[index] {
          try addExpanded(binder.groupKeys[index], column, to: &aggregate)
        } else {
          try add(binder.groupKeys[index], at: index, to: &aggregate)
        }
      }
      for (index, marker) in (expanded?.markers ?? []).enumerated() {
        let column = addColumn(marker.expression, marker.name, to: &aggregate)
        if index == 0 { groupingID = column }
      }
      // The columns of a session stand behind the keys.
      if case .session? = aggregate.windowing, let (_, key) = sessionKey, let entry = sessionKey?.entry {
        replaceSession(binder.groupKeys[key], entry, in: aggregate)
      }
      try finishGroups(aggregate)
    }

    /// The groups, what asks them, and HAVING.
    private mutating func finishGroups(_ groups: LogicalPlan.Aggregate) throws(SQLError) {
      var aggregate = groups
      try addTimeout(to: &aggregate)
      plan = .aggregate(try startingFromStates(aggregate))
      isGrouped = true
      let stage = self
      try attachSubqueries(usedBy: nil) { (expression) throws(SQLError) in try stage.overGroups(expression) }
      if let having = binder.having {
        if let made = having.firstColumn(where: { Placeholder.generated($0) != nil }),
          binder.generators.first?.isBelowAggregate == false
        {
          throw .generatorOutsideSelect(binder.generators.first?.function.name ?? "", clause: "HAVING", span: made.span)
        }
        plan = .filter(.init(input: plan, predicate: try translatedAbove(having)))
      }
    }

    /// HAVING and ORDER BY stand above the groups, where a column that is no key is not there at all.
    func translatedAbove(_ expression: BoundExpression) throws(SQLError) -> BoundExpression {
      do throws(SQLError) { return try translated(expression) } catch {
        guard isGrouped, ["MISSING_AGGREGATION", "MISSING_GROUP_BY", "UNRESOLVED_ALL_IN_GROUP_BY"].contains(error.errorClass) else { throw error }
        // One that an item of the select list is made of is wrong there already.
        let isItem = { (ordinal: Int) in binder.items.contains { $0.expression.columnsUsed.contains(ordinal) } }
        if let column = expression.firstColumn(where: isItem), column.span == error.span { throw error }
        var absent = error
        absent.errorClass = "UNRESOLVED_COLUMN"
        throw absent
      }
    }

    /// One key of GROUP BY: a window is grouped by its start, and by its end where the start does not say it.
    private mutating func add(
      _ key: NamedExpression, at index: Int, to aggregate: inout LogicalPlan.Aggregate
    ) throws(SQLError) {
      guard let (start, end) = TimeWindows.parts(of: key.expression) else {
        keyReplacements.append((key.expression, addColumn(resolved(key.expression), key.name, to: &aggregate)))
        return
      }
      if let session = sessionKey, session.key == index, case .session(let gap) = windows[session.entry].kind {
        if aggregate.windowing != nil { throw .severalWindows(key.expression.span) }
        aggregate.windowing = .session(time: windows[session.entry].time, gap: gap)
        return
      }
      var grouped = resolved(start)
      if paneEntry != nil, self.key(of: 0) == index, case .shape(let shape) = windows[0].kind,
        case .sliding(let size, let slide, let offset) = shape
      {
        grouped = TimeWindows.start(
          of: windows[0].time, sizeMicros: greatestCommonDivisor(size, slide), offsetMicros: offset, span: start.span)
        aggregate.windowing = .panes(key: aggregate.keys.count, shape: shape)
      }
      if case .call(let call) = grouped.node, let time = call.arguments.first, time.isNullable {
        // A NULL time lies in no window (SEM-3).
        aggregate.input = .filter(
          .init(input: aggregate.input, predicate: try binder.base.call("isnotnull", [time], span: time.span)))
      }
      let startColumn = addColumn(grouped, "\(key.name)_start", to: &aggregate)
      let endColumn: BoundExpression
      if case .call(let call) = end.node, call.function.name == TimeWindows.shiftName, call.arguments[0].isSame(as: start),
        let size = TimeWindows.constants(of: call).first
      {
        endColumn = TimeWindows.shift(startColumn, byMicros: size, span: end.span)
      } else {
        endColumn = addColumn(resolved(end), "\(key.name)_end", to: &aggregate)
      }
      keyReplacements += [
        (key.expression, TimeWindows.make(start: startColumn, end: endColumn, span: key.expression.span)),
        (start, startColumn), (end, endColumn),
      ]
    }

    /// A key that some grouping set leaves out: a window of it is grouped by as a whole.
    private mutating func addExpanded(
      _ key: NamedExpression, _ generated: BoundExpression, to aggregate: inout LogicalPlan.Aggregate
    ) throws(SQLError) {
      let column = addColumn(generated, key.name, to: &aggregate)
      keyReplacements.append((key.expression, column))
      guard let parts = TimeWindows.parts(of: key.expression) else { return }
      for (name, part) in [("start", parts.start), ("end", parts.end)] {
        let field = BoundExpression.literal(.string(name), .string, span: part.span)
        keyReplacements.append((part, try binder.base.call("get_field", [column, field], span: part.span)))
      }
    }

    private func addColumn(
      _ expression: BoundExpression, _ name: String, to aggregate: inout LogicalPlan.Aggregate
    ) -> BoundExpression {
      aggregate.keys.append(NamedExpression(expression, as: name))
      return .column(aggregate.keys.count - 1, aggregate.keys[aggregate.keys.count - 1].field, span: expression.span)
    }

    private mutating func replaceSession(_ key: NamedExpression, _ entry: Int, in aggregate: LogicalPlan.Aggregate) {
      guard let (start, end) = TimeWindows.parts(of: key.expression) else { return }
      let fields = aggregate.keyFields
      let startColumn = BoundExpression.column(fields.count - 2, fields[fields.count - 2], span: start.span)
      let endColumn = BoundExpression.column(fields.count - 1, fields[fields.count - 1], span: end.span)
      keyReplacements += [
        (key.expression, TimeWindows.make(start: startColumn, end: endColumn, span: key.expression.span)),
        (start, startColumn), (end, endColumn),
      ]
    }

    private func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? a : greatestCommonDivisor(b, a % b) }

    private func resolved(_ call: AggregateCall) -> AggregateCall {
      var copy = call
      copy.arguments = call.arguments.map { resolved($0) }
      copy.filter = call.filter.map { resolved($0) }
      return copy
    }

    /// Window functions, and QUALIFY.
    mutating func over() throws(SQLError) {
      // In ORDER BY a window may name items of the select list.
      let entries = binder.overs.entries.map { $0.mapExpressions { $0.replacingItems(binder.items) } }
      // Rows are generated first, as in Spark, unless they are made of a window function's value.
      let isGeneratedFirst =
        !binder.generators.isEmpty && !binder.generators.contains { $0.arguments.contains(where: \.containsOver) }
      if !entries.isEmpty, isGeneratedFirst { try generate() }
      if !entries.isEmpty {
        let stage = self
        let assembly = try OverAssembly(entries, over: plan, binder.base) { (expression, columns) throws(SQLError) in
          var stage = stage
          stage.overColumns = columns
          return try stage.translated(expression)
        }
        plan = assembly.plan
        overColumns = assembly.columns
      }
      let stage = self
      // Subqueries that ask for the value of a window function.
      try attachSubqueries(usedBy: nil) { (expression) throws(SQLError) in
        stage.isGrouped ? try stage.overGroups(expression) : stage.resolved(expression)
      }
      if let qualify = binder.qualify { plan = .filter(.init(input: plan, predicate: try translated(qualify))) }
    }

    /// DISTINCT ON: the first row of each key, by ORDER BY if there is one, else the one that came first.
    mutating func distinct(on distinctOn: DistinctOn, orderBy: [SortKey]) throws(SQLError) {
      var limit = LogicalPlan.RankLimit(
        input: plan, partitionBy: [], orderBy: [], kind: .rowNumber, limit: 1, rank: nil)
      for key in distinctOn.keys where !key.isConstant {
        limit.partitionBy.append(try translated(key.replacingItems(binder.items)))
      }
      for var key in orderBy {
        key.expression = try translated(key.expression.replacingItems(binder.items))
        if !limit.partitionBy.contains(where: { $0.isSame(as: key.expression) }) { limit.orderBy.append(key) }
      }
      if distinctOn.isWithinWatermark {
        let time = plan.declaredTime
        limit.expiry = .init(
          time: time.map { .column($0.column, plan.schema[$0.column]) }, delayMicros: time?.delayMicros ?? 0,
          span: distinctOn.span)
      }
      plan = .rankLimit(limit)
    }

    /// The generators of the select list, unless grouping needed them before.
    mutating func generate() throws(SQLError) {
      guard generatedBase == nil else { return }
      for generator in binder.generators where !(generator.isBelowAggregate && isGrouped) {
        var arguments: [BoundExpression] = []
        for argument in generator.arguments { arguments.append(try translated(argument)) }
        append(generator, arguments)
      }
    }

    private mutating func append(_ generator: Generator, _ arguments: [BoundExpression]) {
      let width = plan.schema.count
      // Columns of the next ones follow.
      generatedBase = generatedBase ?? width
      plan = .generate(
        .init(
          input: plan, kept: Array(0..<width), generator: generator.function, arguments: arguments,
          isOuter: generator.isOuter, fields: generator.fields, span: generator.span))
    }

    /// Joins subqueries to the plan as it stands: those that `expressions` use, or all that are left.
    private mutating func attachSubqueries(
      usedBy expressions: [BoundExpression]?, _ translate: @escaping (BoundExpression) throws(SQLError) -> BoundExpression
    ) throws(SQLError) {
      let subqueries = binder.base.subqueries?.entries ?? []
      if subqueries.isEmpty { return }
      // A function of the user that asks a query may be given an item of the select list, which stands as a placeholder.
      let items = binder.items
      var joins = SubqueryJoins(binder.base, over: plan, known: subqueryValues) { (expression) throws(SQLError) in
        try translate(expression.replacingItems(items))
      }
      let ready = subqueries.indices.filter { index in
        subqueryValues[index] == nil
          && subqueries[index].operands.allSatisfy { operand in
            operand.columnsUsed.allSatisfy { Placeholder.over($0).map { overColumns[$0] != nil } ?? true }
          }
      }
      let all = ready.map { BoundExpression(.column(Placeholder.subqueries + $0), type: .null) }
      try joins.attach(subqueries, usedBy: expressions ?? all)
      plan = joins.plan
      subqueryValues = joins.values
    }

    /// Values in the place of subqueries' placeholders.
    private func answered(_ expression: BoundExpression) -> BoundExpression {
      if subqueryValues.isEmpty { return expression }
      if case .column(let ordinal) = expression.node, let index = Placeholder.subquery(ordinal),
        let value = subqueryValues[index]
      {
        return value
      }
      return expression.mapChildren { answered($0) }
    }

    private func answered(_ call: AggregateCall) -> AggregateCall {
      var copy = call
      copy.arguments = call.arguments.map(answered)
      copy.filter = call.filter.map(answered)
      return copy
    }

    /// The placeholders of generators and windows as columns of the plan.
    private func resolved(_ expression: BoundExpression) -> BoundExpression {
      let expression = answered(expression)
      if generatedBase == nil && windowBases.isEmpty && overColumns.isEmpty { return expression }
      return expression.remapped { ordinal in
        if let generatedBase, let index = Placeholder.generated(ordinal) { return generatedBase + index }
        if let index = Placeholder.window(ordinal), let base = windowBases[index / 2] { return base + index % 2 }
        if let index = Placeholder.over(ordinal), let column = overColumns[index] { return column }
        return ordinal
      }
    }

    /// `expression` over the plan as it stands.
    func translated(_ expression: BoundExpression) throws(SQLError) -> BoundExpression {
      isGrouped ? answered(try overGroups(expression)) : resolved(expression)
    }

    /// Keys become columns, aggregates become columns, and nothing else of the input may be left.
    private func overGroups(_ expression: BoundExpression) throws(SQLError) -> BoundExpression {
      if expression.literalValue == nil,
        var column = keyReplacements.first(where: { $0.expression.isSame(as: expression) })?.column
      {
        column.span = expression.span
        return column
      }
      guard case .column(let ordinal) = expression.node else {
        return try expression.mapChildren { (child) throws(SQLError) in try overGroups(child) }
      }
      if Placeholder.subquery(ordinal) != nil { return expression }
      if let index = Placeholder.grouping(ordinal) { return try binder.groupingValue(index, id: groupingID) }
      var column = expression
      if let index = Placeholder.aggregate(ordinal) {
        column.node = .column(groupWidth + index)
        return column
      }
      if let index = Placeholder.over(ordinal) {
        if let value = overColumns[index] { column.node = .column(value) }
        return column
      }
      if let index = Placeholder.generated(ordinal) {
        guard binder.generators.first?.isBelowAggregate == false, let generatedBase else {
          throw notGrouped(binder.generators.flatMap(\.fields)[index].name, expression.span)
        }
        column.node = .column(generatedBase + index)
        return column
      }
      throw notGrouped(binder.input.scope.columns[ordinal].field.name, expression.span)
    }

    /// Columns of the aggregate before those of its calls.
    private var groupWidth: Int {
      plan.aggregateBelow.map { $0.keyFields.count } ?? 0
    }

    private func notGrouped(_ column: String, _ span: SourceSpan) -> SQLError {
      if binder.groupsByAllItems {
        return SQLError(
          .bind, "UNRESOLVED_ALL_IN_GROUP_BY", "GROUP BY ALL cannot tell whether \"\(column)\" is a key: it stands beside an aggregate",
          span: span, hint: "list the keys: GROUP BY \(column)")
      }
      return binder.groupKeys.isEmpty ? .missingGroupBy(column, span: span) : .missingAggregation(column, span: span)
    }
  }
}

extension BoundExpression {
  /// Items of the select list put in for their placeholders.
  fileprivate func replacingItems(_ items: [SelectBinder.Item]) -> BoundExpression {
    if case .column(let ordinal) = node, let index = Placeholder.item(ordinal) { return items[index].expression }
    return mapChildren { $0.replacingItems(items) }
  }
}

extension LogicalPlan {
  /// The aggregate that HAVING and generators stand on.
  fileprivate var aggregateBelow: Aggregate? {
    switch self {
    case .aggregate(let aggregate): aggregate
    default: inputs.first?.aggregateBelow
    }
  }

  /// The first `count` columns.
  func keepingFirst(_ count: Int) -> LogicalPlan {
    let fields = schema.fields.prefix(count)
    return .project(
      .init(input: self, columns: fields.enumerated().map { NamedExpression(.column($0, $1), as: $1.name) }))
  }
}

extension SQLError {
  static func severalWindows(_ span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "UNSUPPORTED_FEATURE.MULTIPLE_TIME_WINDOWS", "rows cannot be grouped by two session windows at once", span: span)
  }
}
