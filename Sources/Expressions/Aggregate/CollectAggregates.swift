internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// `collect_list`, `collect_set`.
  static let collecting: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "collect_list", aliases: ["array_agg"], "collect_list(expr [ORDER BY …])",
        "the values that are not NULL, in input order or in the order given, as an array",
        "SELECT collect_list(x ORDER BY x DESC) FROM VALUES (1), (2), (NULL), (1) AS t(x)", "[2, 1, 1]"), takesInnerOrdering: true
    ) { (call) throws(SQLError) in
      if !call.orderings.isEmpty { return try SortedListAccumulator.bind(call) }
      let ignoresNulls = try call.ignoresNulls(default: true)
      let type = call.types[0]
      return BoundAggregate(
        call.name, [type] + call.types.dropFirst(), returns: .array(type), isNullable: false,
        stateTypes: [OrderedRows.stateType([type])], isOrderSensitive: true
      ) { retractable in
        if retractable { return OrderedListAccumulator(type, ignoresNulls: ignoresNulls) }
        return ListAccumulator(type, ignoresNulls: ignoresNulls)
      }
    },
    AggregateFunction(
      .aggregate(
        "collect_set", "collect_set(expr)",
        "the different values that are not NULL, in ascending order, as an array",
        "SELECT collect_set(x) FROM VALUES (1), (2), (NULL), (1) AS t(x)", "[1, 2]")
    ) { (call) throws(SQLError) in
      let ignoresNulls = try call.ignoresNulls(default: true)
      let type = call.types[0]
      if !type.isOrderable {
        throw SQLError(
          .bind, "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE", "\"\(call.name)\" takes no maps, found \(type)",
          span: call.arguments[0].span.isNone ? call.span : call.arguments[0].span)
      }
      let stateTypes = [Multisets.stateType(type)] + (ignoresNulls ? [] : [.bigint])
      return BoundAggregate(
        call.name, [type] + call.types.dropFirst(), returns: .array(type), isNullable: false,
        stateTypes: stateTypes
      ) { _ in SetAccumulator(type, ignoresNulls: ignoresNulls) }
    },
  ]
}

/// The rows of lists that only grow: one chain a group through arrays that all groups share.
final class ListAccumulator: Accumulator {
  private let codec: KeyCodec
  private let ignoresNulls: Bool
  // The elements of all groups in order of arrival. One of the three is used, as `codec.kind` says.
  private var words: [Int64] = []
  private var wides: [Int128] = []
  private var views: [BytesView] = []
  private var store = BytesStore()
  /// Elements that are NULL, where those count.
  private var areNull: [Bool] = []
  private var chains = GroupChains()

  init(_ type: DataType, ignoresNulls: Bool) {
    codec = KeyCodec(type, isNormalized: false)
    self.ignoresNulls = ignoresNulls
  }

  func grow(to count: Int) { chains.grow(to: count) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    try add(
      operand.column, stride: operand.stride, groups: input.groups,
      positions: input.order.positions(count: input.rows), weights: input.weights)
  }

  private func add(
    _ column: Column, stride: Int, groups owners: [Int32], positions: [Int64], weights: [Int64]?
  ) throws(SQLError) {
    // Rows of the batch, as often as they weigh; nil if that is each of them once.
    var rows: [Int32]?
    let validity = column.validity
    if weights?.contains(where: { $0 != 1 }) ?? false || (validity != nil && ignoresNulls) {
      rows = try GroupChains.repeatedRows(
        positions.count, validity: ignoresNulls ? validity : nil, stride: stride, weights: weights)
    }
    let count = rows?.count ?? positions.count
    guard chains.count + count <= Int(Int32.max) else { throw .collectionTooLarge }
    switch codec.kind {
    case .word:
      let keys = try codec.words(column)
      for i in 0..<count { words.append(keys[(rows.map { Int($0[i]) } ?? i) &* stride]) }
    case .wide:
      let keys = try codec.wides(column)
      for i in 0..<count { wides.append(keys[(rows.map { Int($0[i]) } ?? i) &* stride]) }
    case .bytes:
      let keys = try codec.views(column)
      for i in 0..<count {
        let index = (rows.map { Int($0[i]) } ?? i) &* stride
        views.append(validity.map { $0[index] } ?? true ? store.keep(keys.views[index]) : BytesView())
      }
      withExtendedLifetime(keys) {}
    }
    for i in 0..<count {
      let row = rows.map { Int($0[i]) } ?? i
      if !ignoresNulls { areNull.append(validity.map { !$0[row &* stride] } ?? false) }
      chains.append(Int(owners[row]), positions[row])
    }
  }

  private func values(_ elements: [Int32]) -> Column {
    let validity = ignoresNulls ? nil : Validity(count: elements.count) { !areNull[Int(elements[$0])] }
    let mask = validity?.isAllValid ?? true ? nil : validity
    switch codec.kind {
    case .word: return codec.column(words: gatherGroups(words, elements) { $0 }, validity: mask)
    case .wide: return codec.column(wides: gatherGroups(wides, elements) { $0 }, validity: mask)
    case .bytes:
      return codec.column(
        views: gatherGroups(views, elements) { $0 }, owners: store.owners, validity: mask)
    }
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let rows = try OrderedRows.flatten(state, into: groups, valueCount: 1)
    try add(rows.values[0], stride: 1, groups: rows.groups, positions: rows.positions, weights: rows.weights)
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    let (offsets, elements) = chains.elements(of: groups)
    return [OrderedRows.state([values(elements)], offsets, positions: chains.positions(elements))]
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    let (offsets, elements) = chains.elements(of: groups)
    return .list(ListColumn(offsets: offsets, child: values(elements)))
  }

  func reset(_ groups: [Int32]) {
    chains.reset(groups)
    if chains.needsSweep { sweep() }
  }

  /// Moves the living elements together.
  private func sweep() {
    let kept = chains.sweep()
    switch codec.kind {
    case .word: words = gatherGroups(words, kept) { $0 }
    case .wide: wides = gatherGroups(wides, kept) { $0 }
    case .bytes:
      let old = store
      var fresh = BytesStore()
      views = gatherGroups(views, kept) { $0 }.map { fresh.keep($0) }
      store = fresh
      withExtendedLifetime(old) {}
    }
    if !ignoresNulls { areNull = gatherGroups(areNull, kept) { $0 } }
  }

  var memoryBytes: Int {
    words.storageBytes + wides.storageBytes + views.storageBytes + store.memoryBytes
      + areNull.storageBytes + chains.memoryBytes
  }
}

/// Lists whose rows may be taken back.
final class OrderedListAccumulator: Accumulator {
  private let rows: OrderedRows
  private let ignoresNulls: Bool

  init(_ type: DataType, ignoresNulls: Bool) {
    rows = OrderedRows(RowCodec([RowCodec.Part(type, isNormalized: false)]), isPlaced: false)
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
    let (offsets, columns) = try rows.expanded(groups)
    return .list(ListColumn(offsets: offsets, child: columns[0]))
  }

  func reset(_ groups: [Int32]) { rows.reset(groups) }

  var memoryBytes: Int { rows.memoryBytes }
}

/// The different values of a group, with their weights so that rows may be taken back, in ascending order, so that the
/// set is the same whatever its history.
final class SetAccumulator: Accumulator {
  private let type: DataType
  private let values: Multisets
  private let ignoresNulls: Bool
  /// Weight of the NULL rows by group, where they count.
  private var nulls: [Int64] = []

  init(_ type: DataType, ignoresNulls: Bool) {
    self.type = type
    values = Multisets(type)
    self.ignoresNulls = ignoresNulls
  }

  func grow(to count: Int) {
    values.grow(to: count)
    if !ignoresNulls { nulls.grow(to: count, filler: 0) }
  }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    try values.update(operand, input)
    if ignoresNulls { return }
    guard let validity = operand.column.validity else { return }
    for row in 0..<input.rows where !validity[row &* operand.stride] {
      nulls[Int(input.groups[row])] &+= input.weights?[row] ?? 1
    }
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    guard let column = state.first else { throw .malformedState("collect_set") }
    try values.merge(column, into: groups)
    if ignoresNulls { return }
    let counts: [Int64] = try state.stateValues(1, of: "collect_set")
    for (i, group) in groups.enumerated() { nulls[Int(group)] &+= counts[i] }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    [values.state(of: groups)]
      + (ignoresNulls ? [] : [.int64(PrimitiveColumn(gatherGroups(nulls, groups) { $0 }))])
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    var offsets: [Int32] = [0]
    let child = values.collect(groups, offsets: &offsets) { _, weight in weight > 0 }
    guard !ignoresNulls, groups.contains(where: { nulls[Int($0)] > 0 }) else {
      return .list(ListColumn(offsets: offsets, child: child))
    }
    // NULL comes first.
    let missing = Int32(child.count)
    var rows: [Int32] = []
    var padded: [Int32] = [0]
    for (i, group) in groups.enumerated() {
      if nulls[Int(group)] > 0 { rows.append(missing) }
      rows.append(contentsOf: offsets[i]..<offsets[i + 1])
      padded.append(Int32(truncatingIfNeeded: rows.count))
    }
    let pool = Column.concatenate([child, ColumnBuilder.nulls(type, count: 1)], type: type)
    return .list(ListColumn(offsets: padded, child: pool.gather(rows)))
  }

  func reset(_ groups: [Int32]) {
    values.reset(groups)
    if !ignoresNulls { for group in groups { nulls[Int(group)] = 0 } }
  }

  var memoryBytes: Int { values.memoryBytes + nulls.storageBytes }
}
