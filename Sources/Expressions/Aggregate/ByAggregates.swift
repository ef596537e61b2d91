internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// `max_by`, `min_by`.
  static let pickingBy: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "max_by", "max_by(expr, order[, count])",
        "the value of the row where order is greatest, of several the last in input order; with a count an array of so many",
        "SELECT max_by(x, y) FROM VALUES ('a', 10), ('b', 50), ('c', 20) AS t(x, y)", "b")
    ) { (call) throws(SQLError) in try bindBy(call, isMax: true) },
    AggregateFunction(
      .aggregate(
        "min_by", "min_by(expr, order[, count])",
        "the value of the row where order is least, of several the last in input order; with a count an array of so many",
        "SELECT min_by(x, y) FROM VALUES ('a', 10), ('b', 50), ('c', 20) AS t(x, y)", "a")
    ) { (call) throws(SQLError) in try bindBy(call, isMax: false) },
  ]

  private static func bindBy(_ call: FunctionCall, isMax: Bool) throws(SQLError) -> BoundAggregate {
    try call.expect(2...3)
    let (value, order) = (call.types[0], call.types[1])
    if !order.isOrderable { throw .unorderableArgument(call, 1) }
    if call.arguments.count == 3 { return try TopByAccumulator.bind(call, isMax: isMax) }
    return BoundAggregate(
      call.name, [value, order], returns: value, stateTypes: [OrderedRows.stateType([order, value])], isOrderSensitive: true
    ) { retractable in
      if retractable { return OrderedByAccumulator(value, order, isMax: isMax) }
      return ByAccumulator(value, order, isMax: isMax)
    }
  }
}

/// The value beside the extreme of rows that are never taken back: one of each a group.
///
/// As state: one row (order, value, position, weight 1) a group, which an accumulator of either kind can merge.
final class ByAccumulator: Accumulator {
  private struct Best {
    var key = BytesView()
    var position: Int64 = 0
    var isSet = false
  }

  private let codec: RowCodec
  private let orderType: DataType
  private let isMax: Bool
  private var best: [Best] = []
  private var store = BytesStore()
  private var orders: GroupValues
  private var values: GroupValues
  private var winners = BatchWinners()

  init(_ value: DataType, _ order: DataType, isMax: Bool) {
    codec = RowCodec([RowCodec.Part(order, isNormalized: true, isNullable: false)])
    orderType = order
    self.isMax = isMax
    orders = GroupValues(order)
    values = GroupValues(value)
  }

  func grow(to count: Int) {
    best.grow(to: count, filler: Best())
    orders.grow(to: count)
    values.grow(to: count)
    winners.grow(to: count)
  }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard input.arguments.count == 2 else { return }
    try add(
      input.arguments[0].flattened(rows: input.rows), input.arguments[1].flattened(rows: input.rows), groups: input.groups,
      positions: input.order.positions(count: input.rows))
  }

  private func add(_ value: Column, _ order: Column, groups: [Int32], positions: [Int64]) throws(SQLError) {
    let keys = codec.encode([order], rows: positions.count)
    let validity = order.validity
    for row in 0..<positions.count where validity.map({ $0[row] }) ?? true {
      let group = Int(groups[row])
      let key = keys.views[row]
      let old = best[group]
      if old.isSet {
        let order = isMax ? key.compare(old.key) : old.key.compare(key)
        if order < 0 || (order == 0 && positions[row] < old.position) { continue }
        store.drop(old.key)
      }
      best[group] = Best(key: store.keep(key), position: positions[row], isSet: true)
      winners.note(group, row: row)
    }
    try values.assign(value, winners.rows, to: winners.groups)
    try orders.assign(order, winners.rows, to: winners.groups)
    winners.removeAll()
    withExtendedLifetime(keys) { compactIfNeeded() }
  }

  private func compactIfNeeded() {
    guard store.needsCompaction else { return }
    let old = store
    var fresh = BytesStore()
    for group in best.indices where best[group].isSet { best[group].key = fresh.keep(best[group].key) }
    store = fresh
    withExtendedLifetime(old) {}
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let rows = try OrderedRows.flatten(state, into: groups, valueCount: 2)
    try add(rows.values[1], rows.values[0], groups: rows.groups, positions: rows.positions)
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    [
      OrderedRows.state(
        [orders.column(of: groups), values.column(of: groups)], positions: gatherGroups(best, groups) { $0.position },
        isSet: groups.map { best[Int($0)].isSet })
    ]
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column { values.column(of: groups) }

  func reset(_ groups: [Int32]) {
    for group in groups {
      if best[Int(group)].isSet { store.drop(best[Int(group)].key) }
      best[Int(group)] = Best()
    }
    values.reset(groups)
    orders.reset(groups)
    compactIfNeeded()
  }

  var memoryBytes: Int {
    best.storageBytes + store.memoryBytes + orders.memoryBytes + values.memoryBytes + winners.memoryBytes
  }
}

/// The value beside the extreme of rows that may be taken back: all of them, ordered.
final class OrderedByAccumulator: Accumulator {
  private let rows: OrderedRows
  private let prefix: RowCodec
  private let isMax: Bool

  init(_ value: DataType, _ order: DataType, isMax: Bool) {
    let part = RowCodec.Part(order, isNormalized: true)
    rows = OrderedRows(RowCodec([part, RowCodec.Part(value, isNormalized: false)]), isPlaced: false)
    prefix = RowCodec([part])
    self.isMax = isMax
  }

  func grow(to count: Int) { rows.grow(to: count) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard input.arguments.count == 2 else { return }
    let value = input.arguments[0].flattened(rows: input.rows)
    let order = input.arguments[1].flattened(rows: input.rows)
    let encoded = rows.codec.encode([order, value], rows: input.rows)
    let validity = order.validity
    for row in 0..<input.rows where validity.map({ $0[row] }) ?? true {
      rows.add(
        encoded.views[row], position: input.order.position(row), weight: input.weights?[row] ?? 1,
        group: Int(input.groups[row]))
    }
    withExtendedLifetime(encoded) { rows.compactIfNeeded() }
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) { try rows.merge(state, into: groups) }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] { [rows.state(of: groups)] }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    let (views, validity) = picked(groups, filler: BytesView()) { winner($0) }
    let columns = rows.codec.decode(views, validity: validity)
    return columns.count == 2 ? columns[1].with(validity: Validity.intersection(columns[1].validity, validity)) : .null(count: groups.count)
  }

  /// The last row, in input order, of those with the extreme.
  private func winner(_ group: Int) -> BytesView? {
    var best: OrderedRow?
    var extreme: BytesColumn?
    rows.byValue.walk(group, isDescending: isMax) { row, weight in
      if weight <= 0 { return true }
      if let extreme {
        if !row.value.hasPrefix(extreme.views[0]) { return false }
      } else {
        extreme = prefix.encode([rows.codec.decode([row.value])[0]], rows: 1)
      }
      if best.map({ OrderedRow.precedes($0, row) }) ?? true { best = row }
      return true
    }
    return best?.value
  }

  func reset(_ groups: [Int32]) { rows.reset(groups) }

  var memoryBytes: Int { rows.memoryBytes }
}

extension BytesView {
  /// Whether the bytes begin with those of `prefix`.
  fileprivate func hasPrefix(_ prefix: BytesView) -> Bool {
    prefix.count <= count && withBytes { mine in prefix.withBytes { theirs in theirs.indices.allSatisfy { mine[$0] == theirs[$0] } } }
  }
}
