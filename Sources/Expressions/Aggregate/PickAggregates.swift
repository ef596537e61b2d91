internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// `first`, `last`, `any_value`.
  static let picking: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "first", aliases: ["first_value"], "first(expr[, ignoreNulls])",
        "the value of the first row in input order, or of the first that is not NULL",
        "SELECT first(x), first(x, true) FROM VALUES (NULL), (5), (20) AS t(x)", "NULL\t5")
    ) { (call) throws(SQLError) in try bindPick(call, isLast: false) },
    AggregateFunction(
      .aggregate(
        "last", aliases: ["last_value"], "last(expr[, ignoreNulls])",
        "the value of the last row in input order, or of the last that is not NULL",
        "SELECT last(x), last(x, true) FROM VALUES (5), (20), (NULL) AS t(x)", "NULL\t20")
    ) { (call) throws(SQLError) in try bindPick(call, isLast: true) },
    AggregateFunction(
      .aggregate(
        "any_value", "any_value(expr[, ignoreNulls])",
        "some value of the group: here the first in input order",
        "SELECT any_value(x) FROM VALUES (10), (5), (20) AS t(x)", "10")
    ) { (call) throws(SQLError) in try bindPick(call, isLast: false) },
  ]

  private static func bindPick(_ call: FunctionCall, isLast: Bool) throws(SQLError) -> BoundAggregate {
    let ignoresNulls = try call.ignoresNulls(default: false)
    let type = call.types[0]
    return BoundAggregate(
      call.name, [type] + call.types.dropFirst(), returns: type, stateTypes: [OrderedRows.stateType([type])],
      isOrderSensitive: true
    ) { retractable in
      if retractable { return OrderedPickAccumulator(type, isLast: isLast, ignoresNulls: ignoresNulls) }
      return PickAccumulator(type, isLast: isLast, ignoresNulls: ignoresNulls)
    }
  }
}

extension FunctionCall {
  /// One value and an optional boolean constant, which `IGNORE NULLS` is written as.
  func ignoresNulls(default isIgnoring: Bool) throws(SQLError) -> Bool {
    try expect(1...2)
    guard arguments.count == 2 else { return isIgnoring }
    guard types[1] == .boolean else { throw .unexpectedInput(self, 1, wanted: "\"BOOLEAN\"") }
    guard case .bool(let value)? = try constant(1) else {
      throw .nonConstantArgument(self, 1, expected: "boolean")
    }
    return value
  }
}

/// First or last of rows that are never taken back: one value and its position a group.
final class PickAccumulator: Accumulator {
  private struct Place {
    var position: Int64 = 0
    var isSet = false
  }

  private let isLast: Bool
  private let ignoresNulls: Bool
  private var places: [Place] = []
  private var values: GroupValues
  private var winners = BatchWinners()

  init(_ type: DataType, isLast: Bool, ignoresNulls: Bool) {
    values = GroupValues(type)
    self.isLast = isLast
    self.ignoresNulls = ignoresNulls
  }

  func grow(to count: Int) {
    places.grow(to: count, filler: Place())
    values.grow(to: count)
    winners.grow(to: count)
  }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    let column = operand.flattened(rows: input.rows)
    try add(column, groups: input.groups, positions: input.order.positions(count: input.rows))
  }

  private func add(_ column: Column, groups: [Int32], positions: [Int64]) throws(SQLError) {
    let skipped = ignoresNulls ? column.validity : nil
    let isLast = isLast
    places.withUnsafeMutableBufferPointer { places in
      for row in 0..<positions.count where skipped.map({ $0[row] }) ?? true {
        let group = Int(groups[row])
        let position = positions[row]
        // Rows of one position came in the order of their arrival.
        let other = places[group].position
        if places[group].isSet && (isLast ? position < other : position >= other) { continue }
        places[group] = Place(position: position, isSet: true)
        winners.note(group, row: row)
      }
    }
    try values.assign(column, winners.rows, to: winners.groups)
    winners.removeAll()
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let rows = try OrderedRows.flatten(state, into: groups, valueCount: 1)
    try add(rows.values[0], groups: rows.groups, positions: rows.positions)
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    let isSet = groups.map { places[Int($0)].isSet }
    return [
      OrderedRows.state(
        [values.column(of: groups)], positions: gatherGroups(places, groups) { $0.position }, isSet: isSet)
    ]
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column { values.column(of: groups) }

  func reset(_ groups: [Int32]) {
    for group in groups { places[Int(group)].isSet = false }
    values.reset(groups)
  }

  var memoryBytes: Int { places.storageBytes + values.memoryBytes + winners.memoryBytes }
}

/// First or last of rows that may be taken back: all of them, ordered by their places.
final class OrderedPickAccumulator: Accumulator {
  private let type: DataType
  private let rows: OrderedRows
  private let isLast: Bool
  private let ignoresNulls: Bool

  init(_ type: DataType, isLast: Bool, ignoresNulls: Bool) {
    self.type = type
    rows = OrderedRows(RowCodec([RowCodec.Part(type, isNormalized: false)]), isPlaced: true)
    self.isLast = isLast
    self.ignoresNulls = ignoresNulls
  }

  func grow(to count: Int) { rows.grow(to: count) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    rows.update([operand], input, skipsNulls: ignoresNulls)
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    try rows.merge(state, into: groups)
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] { [rows.state(of: groups)] }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    let (views, validity) = picked(groups, filler: BytesView()) { rows.end($0, isLast: isLast) }
    let values = rows.codec.decode(views, validity: validity)
    return values.first ?? .null(count: groups.count)
  }

  func reset(_ groups: [Int32]) { rows.reset(groups) }

  var memoryBytes: Int { rows.memoryBytes }
}
