internal import Columnar
internal import Expressions

/// `GROUP BY window_start, window_end` over HOP: grouped by panes, as `window(ts, size, slide)` is, instead of a row for every
/// window that a row lies in.
///
/// Projections of columns and filters that do not look at the window may stand between; nothing but keys may look at it.
struct WindowPanes: OptimizerRule {
  let name = "window-panes"

  func rewrite(_ plan: LogicalPlan, settings: SessionSettings) -> LogicalPlan {
    plan.rewritingUpwards { plan in
      guard case .aggregate(let aggregate) = plan, aggregate.windowing == nil else { return plan }
      return PaneGrouping(aggregate)?.plan ?? plan
    }
  }
}

/// An aggregate over windows, with its expressions over the columns that the windows are assigned to.
private struct PaneGrouping {
  private let names: [String]
  private var keys: [BoundExpression]
  private var calls: [AggregateCall]
  private var filters: [BoundExpression] = []
  private let assign: LogicalPlan.WindowAssign
  private let size: Int64
  private let slide: Int64
  private let offset: Int64

  private var startColumn: Int { assign.input.schema.count }
  private var endColumn: Int { startColumn + 1 }

  /// Nil where it is not an aggregate by sliding windows alone.
  init?(_ aggregate: LogicalPlan.Aggregate) {
    names = aggregate.keys.map(\.name)
    keys = aggregate.keys.map(\.expression)
    calls = aggregate.calls
    var input = aggregate.input
    while true {
      if case .windowAssign(let found) = input, case .sliding(let size, let slide, let offset) = found.shape {
        (assign, self.size, self.slide, self.offset) = (found, size, slide, offset)
        break
      }
      switch input {
      case .filter(let filter):
        filters.append(filter.predicate)
        input = filter.input
      case .project(let project):
        let columns = project.columns.map(\.expression)
        let all = keys + filters + calls.flatMap { $0.arguments + ($0.filter.map { [$0] } ?? []) }
        // What is computed once stays where it is.
        guard all.allSatisfy({ $0.columnsUsed.allSatisfy { columns[$0].isCheap } }) else { return nil }
        keys = keys.map { $0.substituting(columns) }
        filters = filters.map { $0.substituting(columns) }
        for i in calls.indices {
          calls[i].arguments = calls[i].arguments.map { $0.substituting(columns) }
          calls[i].filter = calls[i].filter.map { $0.substituting(columns) }
        }
        input = project.input
      default: return nil
      }
    }
    guard slide < size, keys.contains(where: isBorder), isTimeThere else { return nil }
    let others =
      keys.filter { !isBorder($0) } + filters + calls.flatMap { $0.arguments + ($0.filter.map { [$0] } ?? []) }
    let borders: Set<Int> = [startColumn, endColumn]
    guard others.allSatisfy({ $0.columnsUsed.isDisjoint(with: borders) }) else { return nil }
  }

  private func isBorder(_ expression: BoundExpression) -> Bool {
    if case .column(let ordinal) = expression.node { return ordinal == startColumn || ordinal == endColumn }
    return false
  }

  /// Rows without a time lie in no window: they are kept out somewhere below.
  private var isTimeThere: Bool {
    var time = assign.time
    var plan = assign.input
    while time.isNullable {
      switch plan {
      case .filter(let filter):
        if filter.predicate.conjuncts.contains(where: { $0.isNotNull(time) }) { return true }
        plan = filter.input
      case .project(let project):
        time = time.substituting(project.columns.map(\.expression))
        plan = project.input
      case .watermark(let watermark): plan = watermark.input
      default: return false
      }
    }
    return true
  }

  /// Grouped by the start of the pane, and above that the columns that were asked for.
  var plan: LogicalPlan {
    let pane = TimeWindows.start(
      of: assign.time, sizeMicros: greatestCommonDivisor(size, slide), offsetMicros: offset, span: assign.time.span)
    var newKeys: [NamedExpression] = []
    var paneKey: Int?
    var places: [Int] = []
    for (key, name) in zip(keys, names) {
      if isBorder(key), let paneKey {
        places.append(paneKey)
        continue
      }
      if isBorder(key) { paneKey = newKeys.count }
      places.append(newKeys.count)
      newKeys.append(isBorder(key) ? NamedExpression(pane, as: "window_start") : NamedExpression(key, as: name))
    }
    var input = assign.input
    for filter in filters.reversed() { input = .filter(.init(input: input, predicate: filter)) }
    let grouped = LogicalPlan.aggregate(
      .init(
        input: input, keys: newKeys, calls: calls,
        windowing: .panes(key: paneKey ?? 0, shape: assign.shape)))
    let schema = grouped.schema
    var columns: [NamedExpression] = []
    for (index, key) in keys.enumerated() {
      let field = isBorder(key) ? Field("window_start", assign.time.type, isNullable: false) : schema[places[index]]
      var column = BoundExpression.column(places[index], field)
      if case .column(endColumn) = key.node { column = TimeWindows.shift(column, byMicros: size, span: key.span) }
      columns.append(NamedExpression(column, as: names[index]))
    }
    for index in calls.indices {
      let field = schema[newKeys.count + index]
      columns.append(NamedExpression(.column(newKeys.count + index, field), as: field.name))
    }
    return .project(.init(input: grouped, columns: columns))
  }

  private func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? a : greatestCommonDivisor(b, a % b) }
}

extension BoundExpression {
  /// Whether this is the condition that `value` is there.
  fileprivate func isNotNull(_ value: BoundExpression) -> Bool {
    guard case .call(let call) = node, call.function.name == "isnotnull" else { return false }
    return call.arguments.first?.isSame(as: value) == true
  }
}
