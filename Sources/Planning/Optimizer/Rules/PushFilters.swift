internal import Expressions

/// Filters as early as possible: below projections, generators, unions, DISTINCT, and grouping by what they ask for.
///
/// A condition that can fail is never asked for a row it was not asked for before.
struct PushFilters: OptimizerRule {
  let name = "push-filters"
  /// What runs before all rules, optimised or not: filters go below watermarks, since that says what these see.
  var isBelowWatermarks = false

  func rewrite(_ plan: LogicalPlan, settings: SessionSettings) -> LogicalPlan {
    if isBelowWatermarks, !plan.hasWatermark { return plan }
    if case .join(let join) = plan {
      let joined = isBelowWatermarks ? inferring(join) : join
      return distributed(joined).mapInputs { rewrite($0, settings: settings) }
    }
    guard case .filter(let filter) = plan else { return plan.mapInputs { rewrite($0, settings: settings) } }
    guard let pushed = push(filter.predicate, below: filter.input) else {
      return plan.mapInputs { rewrite($0, settings: settings) }
    }
    return rewrite(pushed, settings: settings)
  }

  /// The input with (part of) the predicate below its top operator; nil if nothing moves.
  private func push(_ predicate: BoundExpression, below input: LogicalPlan) -> LogicalPlan? {
    switch input {
    case .filter(let inner):
      // The inner condition still decides first.
      let both = BoundExpression(
        .and(inner.predicate, predicate), type: .boolean,
        isNullable: inner.predicate.isNullable || predicate.isNullable, span: predicate.span)
      return .filter(.init(input: inner.input, predicate: both))
    case .project(let project): return push(predicate, below: project)
    case .union(var union):
      union.inputs = union.inputs.map { .filter(.init(input: $0, predicate: predicate)) }
      return .union(union)
    case .distinct(var distinct):
      guard predicate.isDeterministic else { return nil }
      distinct.input = .filter(.init(input: distinct.input, predicate: predicate))
      return .distinct(distinct)
    case .sort(var sort):
      sort.input = .filter(.init(input: sort.input, predicate: predicate))
      return .sort(sort)
    case .generate(let generate): return push(predicate, below: generate)
    case .aggregate(let aggregate): return push(predicate, below: aggregate)
    case .join(let join): return push(predicate, below: join)
    case .scan, .values, .limit, .matchRecognize, .recursive, .recursiveReference: return nil
    case .over(let over): return push(predicate, below: over)
    case .rankLimit(let limit): return push(predicate, below: limit)
    case .watermark(let watermark):
      // What the watermark sees is decided before any rule.
      return isBelowWatermarks ? push(predicate, below: watermark) : nil
    case .windowAssign(var assign):
      let (moving, staying) = predicate.split { conjunct in
        conjunct.isRepeatable && conjunct.columnsUsed.allSatisfy { $0 < assign.input.schema.count }
      }
      guard let moving else { return nil }
      assign.input = .filter(.init(input: assign.input, predicate: moving))
      return LogicalPlan.windowAssign(assign).filtered(staying)
    }
  }

  /// Conditions on columns that cost nothing to compute once more, or whatever it costs if a watermark is to be reached.
  private func push(_ predicate: BoundExpression, below project: LogicalPlan.Project) -> LogicalPlan? {
    let values = project.columns.map(\.expression)
    let reaches = isBelowWatermarks && project.input.reachesWatermark
    func isCheap(_ conjunct: BoundExpression) -> Bool {
      conjunct.columnsUsed.allSatisfy { values[$0].isCheap || reaches && values[$0].isRepeatable }
    }
    // As a whole it may fail as before; a part that overtakes another must not.
    let (moving, staying) = isCheap(predicate) ? (predicate, nil) : predicate.split { $0.isRepeatable && isCheap($0) }
    guard let moving else { return nil }
    var below = project
    below.input = .filter(.init(input: project.input, predicate: moving.substituting(values)))
    return LogicalPlan.project(below).filtered(staying)
  }

  /// Conditions on the columns that a generator passes on; it may make no row at all of one, so they must not fail.
  private func push(_ predicate: BoundExpression, below generate: LogicalPlan.Generate) -> LogicalPlan? {
    let (moving, staying) = predicate.split { conjunct in
      conjunct.isRepeatable && conjunct.columnsUsed.allSatisfy { $0 < generate.kept.count }
    }
    guard let moving else { return nil }
    var below = generate
    below.input = .filter(.init(input: generate.input, predicate: moving.remapped { generate.kept[$0] }))
    return LogicalPlan.generate(below).filtered(staying)
  }

  /// Conditions on keys hold for all rows of a group or for none. One group without keys is there even without rows.
  private func push(_ predicate: BoundExpression, below aggregate: LogicalPlan.Aggregate) -> LogicalPlan? {
    let keys = aggregate.keys.map(\.expression)
    let (moving, staying) = predicate.split { conjunct in
      conjunct.isRepeatable && !conjunct.columnsUsed.isEmpty
        && conjunct.columnsUsed.allSatisfy {
          $0 < keys.count && keys[$0].isDeterministic && !aggregate.isPaneKey($0)
        }
    }
    guard let moving else { return nil }
    var below = aggregate
    below.input = .filter(.init(input: aggregate.input, predicate: moving.substituting(keys)))
    return LogicalPlan.aggregate(below).filtered(staying)
  }
}

extension BoundExpression {
  /// Neither fails nor depends on when it is computed.
  var isRepeatable: Bool { isDeterministic && !canFail }

  /// The conjuncts that may move, and the others.
  func split(_ mayMove: (BoundExpression) -> Bool) -> (BoundExpression?, BoundExpression?) {
    let all = conjuncts
    return (
      BoundExpression.chain(all.filter(mayMove)[...], .and), BoundExpression.chain(all.filter { !mayMove($0) }[...], .and)
    )
  }
}

extension LogicalPlan {
  /// The rows that satisfy `predicate`; all, if there is none.
  func filtered(_ predicate: BoundExpression?) -> LogicalPlan {
    guard let predicate else { return self }
    return .filter(.init(input: self, predicate: predicate))
  }
}

extension LogicalPlan.Aggregate {
  /// Whether a key comes out as something else than what rows are grouped by.
  fileprivate func isPaneKey(_ ordinal: Int) -> Bool {
    if case .panes(let key, _)? = windowing { return key == ordinal }
    return false
  }
}
