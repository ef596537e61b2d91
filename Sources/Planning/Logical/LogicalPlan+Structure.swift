package import Columnar
package import Expressions

extension LogicalPlan {
  /// The columns that come out.
  package var schema: Schema {
    switch self {
    case .scan(let scan): scan.source.schema.project(scan.columns)
    case .values(let values): values.schema
    case .filter(let filter): filter.input.schema
    case .project(let project): Schema(project.columns.map(\.field))
    case .generate(let generate): generate.schema
    case .aggregate(let aggregate): aggregate.schema
    case .distinct(let distinct): distinct.input.schema
    case .sort(let sort): sort.input.schema
    case .limit(let limit): limit.input.schema
    case .union(let union): union.schema
    case .watermark(let watermark): watermark.input.schema
    case .windowAssign(let assign): assign.schema
    case .join(let join): join.schema
    case .matchRecognize(let match): match.schema
    case .recursive(let recursive): recursive.schema
    case .recursiveReference(let reference): reference.schema
    case .over(let over): over.schema
    case .rankLimit(let limit): limit.schema
    }
  }

  /// The relations it reads, by port.
  package var inputs: [LogicalPlan] {
    switch self {
    case .scan, .values, .recursiveReference: []
    case .filter(let filter): [filter.input]
    case .project(let project): [project.input]
    case .generate(let generate): [generate.input]
    case .aggregate(let aggregate): [aggregate.input]
    case .distinct(let distinct): [distinct.input]
    case .sort(let sort): [sort.input]
    case .limit(let limit): [limit.input]
    case .union(let union): union.inputs
    case .watermark(let watermark): [watermark.input]
    case .windowAssign(let assign): [assign.input]
    case .join(let join): [join.left, join.right]
    case .matchRecognize(let match): [match.input]
    case .recursive(let recursive): [recursive.base, recursive.step]
    case .over(let over): [over.input]
    case .rankLimit(let limit): [limit.input]
    }
  }

  /// The same operator over other inputs.
  package func mapInputs<E: Error>(_ transform: (LogicalPlan) throws(E) -> LogicalPlan) throws(E) -> LogicalPlan {
    switch self {
    case .scan, .values, .recursiveReference: return self
    case .filter(var filter):
      filter.input = try transform(filter.input)
      return .filter(filter)
    case .project(var project):
      project.input = try transform(project.input)
      return .project(project)
    case .generate(var generate):
      generate.input = try transform(generate.input)
      return .generate(generate)
    case .aggregate(var aggregate):
      aggregate.input = try transform(aggregate.input)
      return .aggregate(aggregate)
    case .distinct(var distinct):
      distinct.input = try transform(distinct.input)
      return .distinct(distinct)
    case .sort(var sort):
      sort.input = try transform(sort.input)
      return .sort(sort)
    case .limit(var limit):
      limit.input = try transform(limit.input)
      return .limit(limit)
    case .union(var union):
      for index in union.inputs.indices { union.inputs[index] = try transform(union.inputs[index]) }
      return .union(union)
    case .watermark(var watermark):
      watermark.input = try transform(watermark.input)
      return .watermark(watermark)
    case .windowAssign(var assign):
      assign.input = try transform(assign.input)
      return .windowAssign(assign)
    case .join(var join):
      join.left = try transform(join.left)
      join.right = try transform(join.right)
      return .join(join)
    case .matchRecognize(var match):
      match.input = try transform(match.input)
      return .matchRecognize(match)
    case .recursive(var recursive):
      recursive.base = try transform(recursive.base)
      recursive.step = try transform(recursive.step)
      return .recursive(recursive)
    case .over(var over):
      over.input = try transform(over.input)
      return .over(over)
    case .rankLimit(var limit):
      limit.input = try transform(limit.input)
      return .rankLimit(limit)
    }
  }

  /// The same operator with each of its own expressions replaced; inputs are left alone.
  package func mapExpressions<E: Error>(
    _ transform: (BoundExpression) throws(E) -> BoundExpression
  ) throws(E) -> LogicalPlan {
    switch self {
    case .scan, .distinct, .limit, .union, .watermark, .recursive, .recursiveReference: return self
    case .windowAssign(var assign):
      assign.time = try transform(assign.time)
      return .windowAssign(assign)
    case .values(var values):
      for row in values.rows.indices {
        for column in values.rows[row].indices { values.rows[row][column] = try transform(values.rows[row][column]) }
      }
      return .values(values)
    case .filter(var filter):
      filter.predicate = try transform(filter.predicate)
      return .filter(filter)
    case .project(var project):
      for index in project.columns.indices {
        project.columns[index].expression = try transform(project.columns[index].expression)
      }
      return .project(project)
    case .generate(var generate):
      for index in generate.arguments.indices { generate.arguments[index] = try transform(generate.arguments[index]) }
      return .generate(generate)
    case .aggregate(var aggregate):
      for index in aggregate.keys.indices {
        aggregate.keys[index].expression = try transform(aggregate.keys[index].expression)
      }
      for index in aggregate.calls.indices {
        for argument in aggregate.calls[index].arguments.indices {
          aggregate.calls[index].arguments[argument] = try transform(aggregate.calls[index].arguments[argument])
        }
        if let filter = aggregate.calls[index].filter { aggregate.calls[index].filter = try transform(filter) }
      }
      aggregate.windowing = try aggregate.windowing?.mapExpressions(transform)
      return .aggregate(aggregate)
    case .join(var join):
      if let condition = join.condition { join.condition = try transform(condition) }
      return .join(join)
    case .matchRecognize(var match):
      match.spec = try match.spec.mapInputExpressions(transform)
      for index in match.order.indices { match.order[index].expression = try transform(match.order[index].expression) }
      return .matchRecognize(match)
    case .over(let over): return .over(try over.mapExpressions(transform))
    case .rankLimit(let limit): return .rankLimit(try limit.mapExpressions(transform))
    case .sort(var sort):
      for index in sort.keys.indices { sort.keys[index].expression = try transform(sort.keys[index].expression) }
      return .sort(sort)
    }
  }

  /// The FROM of a SELECT that has none: one row without columns.
  package static let oneRow = LogicalPlan.values(Values(schema: Schema(), rows: [[]]))
}

extension LogicalPlan.Generate {
  package var schema: Schema { Schema(input.schema.project(kept).fields + fields) }
}

extension LogicalPlan.Aggregate {
  package var schema: Schema { Schema(keyFields + calls.map(\.field)) }
}

extension Schema {
  /// The columns at `ordinals`, in that order.
  package func project(_ ordinals: [Int]) -> Schema { Schema(ordinals.map { self[$0] }) }
}
