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
  private struct Cell<Key: AggregateKey> {
    var key: Key
    var position: Int64 = 0
    var isSet = false
    var isNull = false
  }

  private let codec: KeyCodec
  private let isLast: Bool
  private let ignoresNulls: Bool
  // One of the three is used, as `codec.kind` says.
  private var words: [Cell<Int64>] = []
  private var wides: [Cell<Int128>] = []
  private var views: [Cell<BytesView>] = []
  private var store = BytesStore()

  init(_ type: DataType, isLast: Bool, ignoresNulls: Bool) {
    codec = KeyCodec(type, isNormalized: false)
    self.isLast = isLast
    self.ignoresNulls = ignoresNulls
  }

  func grow(to count: Int) {
    switch codec.kind {
    case .word: words.grow(to: count, filler: Cell(key: 0))
    case .wide: wides.grow(to: count, filler: Cell(key: 0))
    case .bytes: views.grow(to: count, filler: Cell(key: BytesView()))
    }
  }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    let positions = input.order.positions(count: input.rows)
    try add(operand.column, stride: operand.stride, groups: input.groups, positions: positions)
  }

  /// Row i of the batch is row `i · stride` of `column`.
  private func add(_ column: Column, stride: Int, groups: [Int32], positions: [Int64]) throws(SQLError) {
    let validity = column.validity
    switch codec.kind {
    case .word:
      let keys = try codec.words(column)
      for row in 0..<positions.count {
        let isNull = validity.map { !$0[row &* stride] } ?? false
        if isNull && ignoresNulls { continue }
        let group = Int(groups[row])
        if words[group].isSet && !wins(positions[row], over: words[group].position) { continue }
        words[group] = Cell(key: keys[row &* stride], position: positions[row], isSet: true, isNull: isNull)
      }
    case .wide:
      let keys = try codec.wides(column)
      for row in 0..<positions.count {
        let isNull = validity.map { !$0[row &* stride] } ?? false
        if isNull && ignoresNulls { continue }
        let group = Int(groups[row])
        if wides[group].isSet && !wins(positions[row], over: wides[group].position) { continue }
        wides[group] = Cell(key: keys[row &* stride], position: positions[row], isSet: true, isNull: isNull)
      }
    case .bytes:
      let keys = try codec.views(column)
      for row in 0..<positions.count {
        let isNull = validity.map { !$0[row &* stride] } ?? false
        if isNull && ignoresNulls { continue }
        let group = Int(groups[row])
        if views[group].isSet && !wins(positions[row], over: views[group].position) { continue }
        store.drop(views[group].key)
        let key = isNull ? BytesView() : store.keep(keys.views[row &* stride])
        views[group] = Cell(key: key, position: positions[row], isSet: true, isNull: isNull)
      }
      withExtendedLifetime(keys) { compactIfNeeded() }
    }
  }

  /// Rows of one position came in the order of their arrival.
  @inline(__always)
  private func wins(_ position: Int64, over other: Int64) -> Bool {
    isLast ? position >= other : position < other
  }

  private func compactIfNeeded() {
    guard store.needsCompaction else { return }
    let old = store
    var fresh = BytesStore()
    for group in views.indices { views[group].key = fresh.keep(views[group].key) }
    store = fresh
    withExtendedLifetime(old) {}
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    guard case .list(let list)? = state.first, case .structure(let c) = list.child, c.fields.count == 3,
      let positions = Int64.primitive(of: c.fields[1])?.values
    else { throw .malformedState("first or last") }
    var rows: [Int32] = []
    var owners: [Int32] = []
    for (row, group) in groups.enumerated() {
      for i in list.offsets[row]..<list.offsets[row + 1] {
        rows.append(i)
        owners.append(group)
      }
    }
    try add(c.fields[0].gather(rows), stride: 1, groups: owners, positions: rows.map { positions[Int($0)] })
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    var offsets: [Int32] = [0]
    var rows: [Int32] = []
    var positions: [Int64] = []
    for (i, group) in groups.enumerated() {
      if let position = position(Int(group)) {
        rows.append(Int32(i))
        positions.append(position)
      }
      offsets.append(Int32(rows.count))
    }
    let values = try result(of: groups).gather(rows)
    let ones = [Int64](repeating: 1, count: rows.count)
    let fields = [values, .int64(PrimitiveColumn(positions)), .int64(PrimitiveColumn(ones))]
    return [
      .list(ListColumn(offsets: offsets, child: .structure(StructColumn(fields: fields, count: rows.count))))
    ]
  }

  /// Where the picked row stands; nil for an empty group.
  private func position(_ group: Int) -> Int64? {
    switch codec.kind {
    case .word: words[group].isSet ? words[group].position : nil
    case .wide: wides[group].isSet ? wides[group].position : nil
    case .bytes: views[group].isSet ? views[group].position : nil
    }
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    switch codec.kind {
    case .word:
      let (keys, validity) = picked(groups, filler: 0) {
        words[$0].isSet && !words[$0].isNull ? words[$0].key : nil
      }
      return codec.column(words: keys, validity: validity)
    case .wide:
      let (keys, validity) = picked(groups, filler: 0) {
        wides[$0].isSet && !wides[$0].isNull ? wides[$0].key : nil
      }
      return codec.column(wides: keys, validity: validity)
    case .bytes:
      let (keys, validity) = picked(groups, filler: BytesView()) {
        views[$0].isSet && !views[$0].isNull ? views[$0].key : nil
      }
      return codec.column(views: keys, owners: store.owners, validity: validity)
    }
  }

  func reset(_ groups: [Int32]) {
    for group in groups.map({ Int($0) }) {
      switch codec.kind {
      case .word: words[group].isSet = false
      case .wide: wides[group].isSet = false
      case .bytes:
        store.drop(views[group].key)
        views[group] = Cell(key: BytesView())
      }
    }
    compactIfNeeded()
  }

  var memoryBytes: Int { words.storageBytes + wides.storageBytes + views.storageBytes + store.memoryBytes }
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
    guard let column = state.first else { throw .malformedState("first or last") }
    try rows.merge(column, into: groups)
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
