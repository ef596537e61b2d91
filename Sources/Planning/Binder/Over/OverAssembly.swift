internal import Diagnostics
internal import Expressions

/// Stacks the operators of window functions on a plan: one for each window, windows over windows above those they use.
struct OverAssembly {
  let binder: ExpressionBinder
  let entries: [OverCollector.Entry]
  private(set) var plan: LogicalPlan
  /// The column of each entry's value in `plan`.
  private(set) var columns: [Int?]

  /// `translate` makes expressions over the SELECT's input ones over `plan`; values of entries that are there stand in
  /// them as columns.
  init(
    _ entries: [OverCollector.Entry], over plan: LogicalPlan, _ binder: ExpressionBinder,
    translate: (BoundExpression, [Int?]) throws(SQLError) -> BoundExpression
  ) throws(SQLError) {
    self.binder = binder
    self.entries = entries
    self.plan = plan
    columns = entries.map { _ in nil }
    while let first = columns.firstIndex(where: { $0 == nil }) {
      // An entry only uses values of entries before it.
      let ready = entries.indices.filter { index in
        // A window that is not the same each time, as one ordered by rand(), has no other's.
        columns[index] == nil && isReady(index) && (index == first || entries[index].hasWindow(of: entries[first]))
      }
      try add(ready, translate)
    }
  }

  private func isReady(_ index: Int) -> Bool {
    entries[index].expressions.allSatisfy { expression in
      expression.columnsUsed.allSatisfy { Placeholder.over($0).map { columns[$0] != nil } ?? true }
    }
  }

  private mutating func add(
    _ indexes: [Int], _ translate: (BoundExpression, [Int?]) throws(SQLError) -> BoundExpression
  ) throws(SQLError) {
    var shelf = Shelf(plan)
    let window = entries[indexes[0]]
    var over = LogicalPlan.Over(input: plan, partitionBy: [], orderBy: [], calls: [])
    for key in window.partitionBy { over.partitionBy.append(shelf.column(try translate(key, columns))) }
    for key in window.orderBy {
      var key = key
      key.expression = shelf.column(try translate(key.expression, columns))
      over.orderBy.append(key)
    }
    for index in indexes {
      let known = columns
      var call = try entries[index].call.mapExpressions { (e) throws(SQLError) in try translate(e, known) }
      if let filter = call.filter {
        for argument in call.arguments.indices where call.arguments[argument].canFail {
          call.arguments[argument] = call.arguments[argument].asked(if: filter)
        }
        call.filter = shelf.column(filter)
      }
      for argument in call.arguments.indices { call.arguments[argument] = shelf.column(call.arguments[argument]) }
      // Borders are computed from the sort key when they are asked for.
      call.frame = call.frame.mapExpressions { shelf.putting($0) }
      over.calls.append(call)
    }
    over.input = shelf.plan
    let width = over.input.schema.count
    for (place, index) in indexes.enumerated() { columns[index] = width + place }
    plan = .over(over)
  }

  /// A plan, with expressions computed behind its columns.
  private struct Shelf {
    private let input: LogicalPlan
    private var added: [NamedExpression] = []

    init(_ input: LogicalPlan) { self.input = input }

    /// The expression as a column; constants and columns stay what they are.
    mutating func column(_ expression: BoundExpression) -> BoundExpression {
      if expression.literalValue != nil || expression.columnOrdinal != nil || expression.isConstant { return expression }
      let width = input.schema.count
      let index = added.firstIndex { $0.expression.isSame(as: expression) } ?? added.count
      if index == added.count { added.append(NamedExpression(expression, as: "_over\(width + index)")) }
      return .column(width + index, added[index].field, span: expression.span)
    }

    /// The expression with columns in the place of what is computed already.
    func putting(_ expression: BoundExpression) -> BoundExpression {
      if let index = added.firstIndex(where: { $0.expression.isSame(as: expression) }) {
        return .column(input.schema.count + index, added[index].field, span: expression.span)
      }
      return expression.mapChildren { putting($0) }
    }

    var plan: LogicalPlan {
      if added.isEmpty { return input }
      let kept = input.schema.fields.enumerated().map { NamedExpression(.column($0, $1), as: $1.name) }
      return .project(.init(input: input, columns: kept + added))
    }
  }
}

extension BoundExpression {
  /// The value for rows that satisfy a condition, NULL and not computed for others.
  fileprivate func asked(if condition: BoundExpression) -> BoundExpression {
    BoundExpression(
      .conditional(branches: [.init(condition: condition, value: self)], otherwise: nil), type: type, isNullable: true,
      span: span)
  }
}
