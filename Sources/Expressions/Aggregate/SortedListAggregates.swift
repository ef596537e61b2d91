internal import Columnar
internal import Diagnostics

/// Values of a group with what they are ordered by: `collect_list(x ORDER BY y)`. Sorted when asked for.
final class SortedListAccumulator: Accumulator {
  private let rows: OrderedRows
  private let type: DataType
  private let firstKey: Int
  private let ignoresNulls: Bool
  private let sorter: GroupSorter

  private init(_ type: DataType, _ keys: [DataType], _ orderings: [CallOrdering], firstKey: Int, ignoresNulls: Bool) {
    self.type = type
    self.firstKey = firstKey
    self.ignoresNulls = ignoresNulls
    rows = OrderedRows(RowCodec(([type] + keys).map { RowCodec.Part($0, isNormalized: false) }), isPlaced: false)
    sorter = GroupSorter(orderings)
  }

  /// A call whose last arguments are the items of its ORDER BY.
  static func bind(_ call: FunctionCall) throws(SQLError) -> BoundAggregate {
    let plain = call.arguments.count - call.orderings.count
    var unordered = call
    unordered.arguments.removeLast(call.orderings.count)
    let ignoresNulls = try unordered.ignoresNulls(default: true)
    let type = call.types[0]
    let keys = Array(call.types[plain...])
    for (i, key) in keys.enumerated() where !key.isOrderable { throw .unorderableArgument(call, plain + i) }
    let orderings = call.orderings
    return BoundAggregate(
      call.name, call.types, returns: .array(type), isNullable: false,
      stateTypes: [OrderedRows.stateType([type] + keys)], isOrderSensitive: true
    ) { _ in SortedListAccumulator(type, keys, orderings, firstKey: plain, ignoresNulls: ignoresNulls) }
  }

  func grow(to count: Int) { rows.grow(to: count) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let values = input.arguments.first else { return }
    let columns = ([values] + input.arguments[firstKey...]).map { $0.flattened(rows: input.rows) }
    let encoded = rows.codec.encode(columns, rows: input.rows)
    let validity = ignoresNulls ? columns[0].validity : nil
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
    let order = sorter.order(offsets, keys: Array(columns[1...]), count: columns[0].count)
    return .list(ListColumn(offsets: offsets, child: columns[0].gather(order)))
  }

  func reset(_ groups: [Int32]) { rows.reset(groups) }

  var memoryBytes: Int { rows.memoryBytes }
}
