internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// `bool_and`, `bool_or`.
  static let logic: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "bool_and", aliases: ["every"], "bool_and(condition)",
        "true if the condition is true for all rows where it is not NULL",
        "SELECT bool_and(x) FROM VALUES (true), (NULL), (false) AS t(x)", "false")
    ) { (call) throws(SQLError) in try bindLogic(call, isAnd: true) },
    AggregateFunction(
      .aggregate(
        "bool_or", aliases: ["any", "some"], "bool_or(condition)",
        "true if the condition is true for at least one row",
        "SELECT bool_or(x) FROM VALUES (true), (NULL), (false) AS t(x)", "true")
    ) { (call) throws(SQLError) in try bindLogic(call, isAnd: false) },
  ]

  private static func bindLogic(_ call: FunctionCall, isAnd: Bool) throws(SQLError) -> BoundAggregate {
    try call.expect(1)
    try call.requireBoolean(0)
    return BoundAggregate(
      call.name, [.boolean], returns: .boolean, stateTypes: [.bigint, .bigint], isInvertible: true
    ) { _ in LogicAccumulator(isAnd: isAnd) }
  }
}

/// How many rows were true and how many false: enough to take any of them back.
final class LogicAccumulator: Accumulator {
  private struct State {
    var trues: Int64 = 0
    var falses: Int64 = 0
  }

  private let isAnd: Bool
  private var states: [State] = []

  init(isAnd: Bool) { self.isAnd = isAnd }

  func grow(to count: Int) { states.grow(to: count, filler: State()) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    guard case .bool(let c) = operand.column else {
      if case .null = operand.column { return }
      throw .internal("a boolean aggregate got a column of \(operand.column.physical)")
    }
    states.withUnsafeMutableBufferPointer { states in
      c.values.withUnsafeBufferPointer { values in
        input.forEachValid(operand) { _, index, group, weight in
          states[group].trues &+= values[index] ? weight : 0
          states[group].falses &+= values[index] ? 0 : weight
        }
      }
    }
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let trues: [Int64] = try state.stateValues(0, of: "bool_and")
    let falses: [Int64] = try state.stateValues(1, of: "bool_and")
    for (i, group) in groups.enumerated() {
      states[Int(group)].trues &+= trues[i]
      states[Int(group)].falses &+= falses[i]
    }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    [
      .int64(PrimitiveColumn(gatherGroups(states, groups) { $0.trues })),
      .int64(PrimitiveColumn(gatherGroups(states, groups) { $0.falses })),
    ]
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    let values = gatherGroups(states, groups) { isAnd ? $0.falses <= 0 : $0.trues > 0 }
    let validity = Validity(count: groups.count) {
      let state = states[Int(groups[$0])]
      return state.trues > 0 || state.falses > 0
    }
    return .bool(PrimitiveColumn(values, validity: validity.isAllValid ? nil : validity))
  }

  func reset(_ groups: [Int32]) {
    for group in groups { states[Int(group)] = State() }
  }

  var memoryBytes: Int { states.storageBytes }
}
