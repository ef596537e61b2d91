internal import Columnar
internal import Diagnostics

/// Values of a group with what they are ordered by: `collect_list(x ORDER BY y)`. Sorted when asked for.
final class SortedListAccumulator: Accumulator {
  private let rows: any RowStore
  private let type: DataType
  private let firstKey: Int
  private let ignoresNulls: Bool
  private let sorter: GroupSorter

  private init(_ type: DataType, _ keys: [DataType], _ orderings: [CallOrdering], firstKey: Int, ignoresNulls: Bool, isRetractable: Bool) {
    self.type = type
    self.firstKey = firstKey
    self.ignoresNulls = ignoresNulls
    let codec = RowCodec(([type] + keys).map { RowCodec.Part($0, isNormalized: false) })
    rows = isRetractable ? OrderedRows(codec, isPlaced: false) : RowLists(codec)
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
    ) { retractable in
      SortedListAccumulator(type, keys, orderings, firstKey: plain, ignoresNulls: ignoresNulls, isRetractable: retractable)
    }
  }

  func grow(to count: Int) { rows.grow(to: count) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let values = input.arguments.first else { return }
    let columns = ([values] + input.arguments[firstKey...]).map { $0.flattened(rows: input.rows) }
    try rows.add(columns, input, skipsNulls: ignoresNulls)
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
