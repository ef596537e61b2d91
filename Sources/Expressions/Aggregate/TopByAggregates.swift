internal import Columnar
internal import Diagnostics

/// `max_by(x, y, k)`: the values of the k rows where y is greatest, from the greatest down, as an array.
final class TopByAccumulator: Accumulator {
  /// Rows kept a group are all of them: taking one back must show the next.
  private let rows: OrderedRows
  private let sorter: GroupSorter
  private let count: Int

  private init(_ value: DataType, _ order: DataType, isMax: Bool, count: Int) {
    self.count = count
    rows = OrderedRows(RowCodec([order, value].map { RowCodec.Part($0, isNormalized: false) }), isPlaced: false)
    sorter = GroupSorter([CallOrdering(isDescending: isMax, nullsFirst: false)])
  }

  /// Most rows that may be asked for, as in Spark.
  private static let countMax = 100_000

  static func bind(_ call: FunctionCall, isMax: Bool) throws(SQLError) -> BoundAggregate {
    let (value, order) = (call.types[0], call.types[1])
    guard let count = try call.constantInteger(2, what: "the count"), (1...countMax).contains(count) else {
      throw .argumentOutOfRange(call, 2, range: "1 to \(countMax)", found: call.literalText(2) ?? "another number")
    }
    return BoundAggregate(
      call.name, [value, order, .int], returns: .array(value), stateTypes: [OrderedRows.stateType([order, value])],
      isOrderSensitive: true
    ) { _ in TopByAccumulator(value, order, isMax: isMax, count: count) }
  }

  func grow(to count: Int) { rows.grow(to: count) }

  func update(_ input: AggregateInput) throws(SQLError) {
    let columns = [input.arguments[1], input.arguments[0]].map { $0.flattened(rows: input.rows) }
    let encoded = rows.codec.encode(columns, rows: input.rows)
    let validity = columns[0].validity
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
    let (offsets, columns) = try rows.expanded(groups)
    let order = sorter.order(offsets, keys: [columns[0]], count: columns[0].count)
    var picked: [Int32] = []
    var ends: [Int32] = [0]
    for group in groups.indices {
      picked.append(contentsOf: order[Int(offsets[group])..<Int(offsets[group + 1])].prefix(count))
      ends.append(Int32(truncatingIfNeeded: picked.count))
    }
    let validity = Validity(count: groups.count) { ends[$0] < ends[$0 + 1] }
    return .list(
      ListColumn(offsets: ends, child: columns[1].gather(picked), validity: validity.isAllValid ? nil : validity))
  }

  func reset(_ groups: [Int32]) { rows.reset(groups) }

  var memoryBytes: Int { rows.memoryBytes }
}
