internal import Columnar
internal import Expressions

/// Reads, keeps and computes only the columns that somebody above needs.
struct PruneColumns: OptimizerRule {
  let name = "prune-columns"

  func rewrite(_ plan: LogicalPlan, settings: SessionSettings) -> LogicalPlan {
    prune(plan, needed: Set(plan.schema.fields.indices)).plan
  }

  /// A plan that gives at least the needed columns, and where each of them stands now.
  private struct Pruned {
    var plan: LogicalPlan
    /// Old ordinals that are left, ascending: the new columns in order.
    var columns: [Int]

    func position(_ old: Int) -> Int { columns.firstIndex(of: old) ?? 0 }

    func moved(_ expression: BoundExpression) -> BoundExpression { expression.remapped(position) }
  }

  private func prune(_ plan: LogicalPlan, needed: Set<Int>) -> Pruned {
    switch plan {
    case .scan(var scan):
      let columns = kept(needed.union(scan.identifying), of: plan.schema)
      scan.columns = columns.map { scan.columns[$0] }
      return Pruned(plan: .scan(scan), columns: columns)
    case .values(var values):
      let columns = needed.sorted()
      values.rows = values.rows.map { row in columns.map { row[$0] } }
      values.schema = values.schema.project(columns)
      return Pruned(plan: .values(values), columns: columns)
    case .filter(var filter):
      let input = prune(filter.input, needed: needed.union(filter.predicate.columnsUsed))
      filter.input = input.plan
      filter.predicate = input.moved(filter.predicate)
      return Pruned(plan: .filter(filter), columns: input.columns)
    case .project(var project):
      let columns = needed.sorted()
      let left = columns.map { project.columns[$0] }
      let input = prune(project.input, needed: used(by: left.map(\.expression)))
      project.input = input.plan
      project.columns = left.map { NamedExpression(input.moved($0.expression), as: $0.name) }
      return Pruned(plan: .project(project), columns: columns)
    case .generate(let generate): return prune(generate, needed: needed)
    case .aggregate(let aggregate): return prune(aggregate, needed: needed)
    case .distinct(var distinct):
      let all = Set(distinct.input.schema.fields.indices)
      distinct.input = exactly(prune(distinct.input, needed: all), all.sorted())
      return Pruned(plan: .distinct(distinct), columns: all.sorted())
    case .sort(var sort):
      let input = prune(sort.input, needed: needed.union(used(by: sort.keys.map(\.expression))))
      sort.input = input.plan
      for index in sort.keys.indices { sort.keys[index].expression = input.moved(sort.keys[index].expression) }
      return Pruned(plan: .sort(sort), columns: input.columns)
    case .limit(var limit):
      let input = prune(limit.input, needed: needed)
      limit.input = input.plan
      return Pruned(plan: .limit(limit), columns: input.columns)
    case .union(var union):
      let columns = needed.sorted()
      union.inputs = union.inputs.map { exactly(prune($0, needed: needed), columns) }
      union.schema = union.schema.project(columns)
      return Pruned(plan: .union(union), columns: columns)
    case .watermark(var watermark):
      let input = prune(watermark.input, needed: needed.union([watermark.column]))
      watermark.column = input.position(watermark.column)
      watermark.input = input.plan
      return Pruned(plan: .watermark(watermark), columns: input.columns)
    case .windowAssign(var assign):
      let width = assign.input.schema.count
      let input = prune(
        assign.input, needed: needed.filter { $0 < width }.union(assign.time.columnsUsed))
      assign.time = input.moved(assign.time)
      assign.input = input.plan
      return Pruned(plan: .windowAssign(assign), columns: input.columns + [width, width + 1])
    case .join(let join): return prune(join, needed: needed)
    case .recursive(var recursive):
      // Every round reads what the one before gave: all columns.
      let all = Array(recursive.schema.fields.indices)
      recursive.base = exactly(prune(recursive.base, needed: Set(all)), all)
      recursive.step = exactly(prune(recursive.step, needed: Set(all)), all)
      return Pruned(plan: .recursive(recursive), columns: all)
    case .recursiveReference(let reference): return Pruned(plan: plan, columns: Array(reference.schema.fields.indices))
    case .matchRecognize(let match): return prune(match, needed: needed)
    case .over(let over): return prune(over, needed: needed)
    case .rankLimit(let limit): return prune(limit, needed: needed)
    }
  }

  private func prune(_ join: LogicalPlan.Join, needed: Set<Int>) -> Pruned {
    let width = join.left.schema.count
    let asked = join.kind.givesPairs ? needed : needed.filter { $0 < width }
    let all = asked.union(join.condition?.columnsUsed ?? [])
    let left = prune(join.left, needed: all.filter { $0 < width })
    let right = prune(join.right, needed: Set(all.lazy.filter { $0 >= width }.map { $0 - width }))
    let newWidth = left.plan.schema.count
    var copy = join
    copy.left = left.plan
    copy.right = right.plan
    copy.condition = join.condition?.remapped {
      $0 < width ? left.position($0) : newWidth + right.position($0 - width)
    }
    let rightColumns =
      join.kind == .leftMark ? [width] : join.kind.givesPairs ? right.columns.map { $0 + width } : []
    return Pruned(plan: .join(copy), columns: left.columns + rightColumns)
  }

  private func prune(_ over: LogicalPlan.Over, needed: Set<Int>) -> Pruned {
    let width = over.input.schema.count
    var copy = over
    let calls = over.calls.indices.filter { needed.contains(width + $0) }
    copy.calls = calls.map { over.calls[$0] }
    let below = needed.filter { $0 < width }
    if calls.isEmpty { return prune(over.input, needed: below) }
    let input = prune(over.input, needed: below.union(used(by: copy.expressions)))
    copy = copy.mapExpressions { input.moved($0) }
    copy.input = input.plan
    return Pruned(plan: .over(copy), columns: input.columns + calls.map { width + $0 })
  }

  private func prune(_ limit: LogicalPlan.RankLimit, needed: Set<Int>) -> Pruned {
    let width = limit.input.schema.count
    let input = prune(limit.input, needed: needed.filter { $0 < width }.union(used(by: limit.expressions)))
    var copy = limit.mapExpressions { input.moved($0) }
    copy.input = input.plan
    if !needed.contains(width) { copy.rank = nil }
    return Pruned(plan: .rankLimit(copy), columns: input.columns + (copy.rank == nil ? [] : [width]))
  }

  private func prune(_ generate: LogicalPlan.Generate, needed: Set<Int>) -> Pruned {
    let keptPositions = generate.kept.indices.filter { needed.contains($0) }
    let inputNeeded = used(by: generate.arguments).union(keptPositions.map { generate.kept[$0] })
    let input = prune(generate.input, needed: inputNeeded)
    var copy = generate
    copy.input = input.plan
    copy.arguments = generate.arguments.map(input.moved)
    copy.kept = keptPositions.map { input.position(generate.kept[$0]) }
    let made = generate.fields.indices.map { generate.kept.count + $0 }
    return Pruned(plan: .generate(copy), columns: keptPositions + made)
  }

  private func prune(_ aggregate: LogicalPlan.Aggregate, needed: Set<Int>) -> Pruned {
    let keyCount = aggregate.keyFields.count
    let calls = aggregate.calls.indices.filter { needed.contains(keyCount + $0) }
    var copy = aggregate
    copy.calls = calls.map { aggregate.calls[$0] }
    let parts = copy.calls.flatMap { $0.arguments + ($0.filter.map { [$0] } ?? []) }
    let input = prune(aggregate.input, needed: used(by: aggregate.keys.map(\.expression) + parts + (aggregate.windowing?.expressions ?? [])))
    copy.input = input.plan
    copy.windowing = aggregate.windowing?.mapExpressions { input.moved($0) }
    copy.keys = aggregate.keys.map { NamedExpression(input.moved($0.expression), as: $0.name) }
    for index in copy.calls.indices {
      copy.calls[index].arguments = copy.calls[index].arguments.map(input.moved)
      copy.calls[index].filter = copy.calls[index].filter.map(input.moved)
    }
    return Pruned(plan: .aggregate(copy), columns: Array(0..<keyCount) + calls.map { keyCount + $0 })
  }

  /// Partition columns stay: what was shown of a partition is found by them.
  private func prune(_ match: LogicalPlan.MatchRecognize, needed: Set<Int>) -> Pruned {
    let columns = match.spec.output.indices.filter { index in
      if case .partition = match.spec.output[index] { return true }
      return needed.contains(index)
    }
    var copy = match
    copy.spec.output = columns.map { match.spec.output[$0] }
    copy.spec.fields = columns.map { match.spec.fields[$0] }
    let input = prune(match.input, needed: used(by: copy.spec.inputExpressions + match.order.map(\.expression)))
    copy.input = input.plan
    copy.spec = copy.spec.mapInputExpressions { input.moved($0) }
    for index in copy.order.indices { copy.order[index].expression = input.moved(copy.order[index].expression) }
    return Pruned(plan: .matchRecognize(copy), columns: columns)
  }

  private func used(by expressions: [BoundExpression]) -> Set<Int> {
    expressions.reduce(into: []) { $0.formUnion($1.columnsUsed) }
  }

  /// A source gives at least one column, the narrowest, since rows without columns are nothing that a reader can decode.
  private func kept(_ needed: Set<Int>, of schema: Schema) -> [Int] {
    if !needed.isEmpty || schema.count == 0 { return needed.sorted() }
    let narrowest = schema.fields.indices.min { schema[$0].type.width < schema[$1].type.width }
    return [narrowest ?? 0]
  }

  /// The plan with just these columns.
  private func exactly(_ pruned: Pruned, _ columns: [Int]) -> LogicalPlan {
    if pruned.columns == columns { return pruned.plan }
    let schema = pruned.plan.schema
    return .project(
      .init(
        input: pruned.plan,
        columns: columns.map(pruned.position).map { NamedExpression(.column($0, schema[$0]), as: schema[$0].name) }))
  }
}

extension LogicalPlan.Scan {
  /// What tells the rows of a relation apart that others change: its key, or else all of them.
  fileprivate var identifying: Set<Int> {
    guard source.isChangedElsewhere else { return [] }
    guard let key = source.primaryKey else { return Set(columns.indices) }
    return Set(columns.indices.filter { key.contains(columns[$0]) })
  }
}

extension DataType {
  /// A rough measure of what reading a value costs.
  fileprivate var width: Int {
    switch physical {
    case .null, .bool, .int8: 1
    case .int16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    case .int128: 16
    case .bytes: 32
    case .list, .map, .structure: 64
    }
  }
}
