internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// `collect_list`, `collect_set`.
  static let collecting: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "collect_list", aliases: ["array_agg"], "collect_list(expr)",
        "the values that are not NULL, in input order, as an array",
        "SELECT collect_list(x) FROM VALUES (1), (2), (NULL), (1) AS t(x)", "[1,2,1]")
    ) { (call) throws(SQLError) in
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
        "SELECT collect_set(x) FROM VALUES (1), (2), (NULL), (1) AS t(x)", "[1,2]")
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
  // Elements in order of arrival. One of the three is used, as `codec.kind` says.
  private var words: [Int64] = []
  private var wides: [Int128] = []
  private var views: [BytesView] = []
  private var store = BytesStore()
  private var isNull: [Bool] = []
  private var positions: [Int64] = []
  /// The next element of the same group, −1 at the end.
  private var next: [Int32] = []
  private var groups: [Chain] = []
  /// Elements of groups that were reset.
  private var deadCount = 0

  private struct Chain {
    var head: Int32 = -1
    var tail: Int32 = -1
    var count: Int32 = 0
    /// Whether elements arrived in input order.
    var isSorted = true
  }

  init(_ type: DataType, ignoresNulls: Bool) {
    codec = KeyCodec(type, isNormalized: false)
    self.ignoresNulls = ignoresNulls
  }

  func grow(to count: Int) { groups.grow(to: count, filler: Chain()) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    try add(
      operand.column, stride: operand.stride, groups: input.groups,
      positions: input.order.positions(count: input.rows),
      weights: input.weights)
  }

  private func add(
    _ column: Column, stride: Int, groups owners: [Int32], positions places: [Int64], weights: [Int64]?
  ) throws(SQLError) {
    let validity = column.validity
    var wordKeys: [Int64] = []
    var wideKeys: [Int128] = []
    var viewKeys = BytesColumn([])
    switch codec.kind {
    case .word: wordKeys = try codec.words(column)
    case .wide: wideKeys = try codec.wides(column)
    case .bytes: viewKeys = try codec.views(column)
    }
    for row in 0..<places.count {
      let isNull = validity.map { !$0[row &* stride] } ?? false
      if isNull && ignoresNulls { continue }
      for _ in 0..<max(0, weights?[row] ?? 1) {
        switch codec.kind {
        case .word: words.append(wordKeys[row &* stride])
        case .wide: wides.append(wideKeys[row &* stride])
        case .bytes: views.append(isNull ? BytesView() : store.keep(viewKeys.views[row &* stride]))
        }
        try link(Int(owners[row]), places[row], isNull)
      }
    }
    withExtendedLifetime(viewKeys) {}
  }

  /// Hangs the element just added to the end of its group's chain.
  private func link(_ group: Int, _ position: Int64, _ null: Bool) throws(SQLError) {
    guard let new = Int32(exactly: positions.count) else {
      throw .collectionTooLarge
    }
    positions.append(position)
    isNull.append(null)
    next.append(-1)
    let tail = groups[group].tail
    if tail >= 0 {
      next[Int(tail)] = new
      if position < positions[Int(tail)] { groups[group].isSorted = false }
    } else {
      groups[group].head = new
    }
    groups[group].tail = new
    groups[group].count += 1
  }

  /// The elements of a group in input order.
  private func elements(_ group: Int32) -> [Int32] {
    var all: [Int32] = []
    let chain = groups[Int(group)]
    all.reserveCapacity(Int(chain.count))
    var element = chain.head
    while element >= 0 {
      all.append(element)
      element = next[Int(element)]
    }
    // Elements are numbered by arrival, which decides among equal positions.
    if !chain.isSorted { all.sort { (positions[Int($0)], $0) < (positions[Int($1)], $1) } }
    return all
  }

  private func values(_ elements: [Int32]) -> Column {
    let validity = ignoresNulls ? nil : Validity(count: elements.count) { !isNull[Int(elements[$0])] }
    let mask = validity?.isAllValid ?? true ? nil : validity
    switch codec.kind {
    case .word: return codec.column(words: gatherGroups(words, elements) { $0 }, validity: mask)
    case .wide: return codec.column(wides: gatherGroups(wides, elements) { $0 }, validity: mask)
    case .bytes:
      return codec.column(views: gatherGroups(views, elements) { $0 }, owners: store.owners, validity: mask)
    }
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    guard case .list(let list)? = state.first, case .structure(let c) = list.child, c.fields.count == 3,
      let places = Int64.primitive(of: c.fields[1])?.values,
      let weights = Int64.primitive(of: c.fields[2])?.values
    else { throw .malformedState("collect_list") }
    var rows: [Int32] = []
    var owners: [Int32] = []
    for (row, group) in groups.enumerated() {
      for i in list.offsets[row]..<list.offsets[row + 1] {
        rows.append(i)
        owners.append(group)
      }
    }
    try add(
      c.fields[0].gather(rows), stride: 1, groups: owners, positions: rows.map { places[Int($0)] },
      weights: rows.map { weights[Int($0)] })
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    let (offsets, elements) = elements(of: groups)
    let fields = [
      values(elements), .int64(PrimitiveColumn(gatherGroups(positions, elements) { $0 })),
      .int64(PrimitiveColumn([Int64](repeating: 1, count: elements.count))),
    ]
    return [
      .list(
        ListColumn(offsets: offsets, child: .structure(StructColumn(fields: fields, count: elements.count))))
    ]
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    let (offsets, elements) = elements(of: groups)
    return .list(ListColumn(offsets: offsets, child: values(elements)))
  }

  private func elements(of groups: [Int32]) -> (offsets: [Int32], elements: [Int32]) {
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(groups.count + 1)
    var all: [Int32] = []
    for group in groups {
      all.append(contentsOf: elements(group))
      offsets.append(Int32(truncatingIfNeeded: all.count))
    }
    return (offsets, all)
  }

  func reset(_ groups: [Int32]) {
    for group in groups {
      deadCount += Int(self.groups[Int(group)].count)
      self.groups[Int(group)] = Chain()
    }
    if deadCount * 2 > positions.count + self.groups.count { sweep() }
  }

  /// Moves the living elements together.
  private func sweep() {
    var fresh = BytesStore()
    let old = store
    var kept: [Int32] = []
    kept.reserveCapacity(positions.count - deadCount)
    for group in groups.indices {
      let first = Int32(kept.count)
      var element = groups[group].head
      while element >= 0 {
        kept.append(element)
        element = next[Int(element)]
      }
      if kept.count > first {
        groups[group].head = first
        groups[group].tail = Int32(kept.count) - 1
      }
    }
    switch codec.kind {
    case .word: words = gatherGroups(words, kept) { $0 }
    case .wide: wides = gatherGroups(wides, kept) { $0 }
    case .bytes: views = gatherGroups(views, kept) { $0 }.map { fresh.keep($0) }
    }
    positions = gatherGroups(positions, kept) { $0 }
    isNull = gatherGroups(isNull, kept) { $0 }
    next = (0..<Int32(kept.count)).map { $0 + 1 }
    for chain in groups where chain.tail >= 0 { next[Int(chain.tail)] = -1 }
    deadCount = 0
    store = fresh
    withExtendedLifetime(old) {}
  }

  var memoryBytes: Int {
    words.storageBytes + wides.storageBytes + views.storageBytes + store.memoryBytes + positions.storageBytes
      + isNull.storageBytes + next.storageBytes + groups.storageBytes
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
    guard let column = state.first else { throw .malformedState("collect_list") }
    try rows.merge(column, into: groups)
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
