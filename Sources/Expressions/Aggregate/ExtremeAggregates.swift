internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// `min`, `max`.
  static let extremes: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "max", "max(expr)", "the largest value that is not NULL",
        "SELECT max(x) FROM VALUES (10), (NULL), (20) AS t(x)",
        "20")
    ) { (call) throws(SQLError) in try bindExtreme(call, isMax: true) },
    AggregateFunction(
      .aggregate(
        "min", "min(expr)", "the smallest value that is not NULL",
        "SELECT min(x) FROM VALUES (10), (NULL), (20) AS t(x)", "10")
    ) { (call) throws(SQLError) in try bindExtreme(call, isMax: false) },
  ]

  private static func bindExtreme(_ call: FunctionCall, isMax: Bool) throws(SQLError) -> BoundAggregate {
    try call.expect(1)
    let type = call.types[0]
    if !type.isOrderable { throw .unorderableArgument(call, 0) }
    return BoundAggregate(call.name, [type], returns: type, stateTypes: [Multisets.stateType(type)]) {
      retractable in
      if retractable { return OrderedExtremeAccumulator(type, isMax: isMax) }
      return ExtremeAccumulator(type, isMax: isMax)
    }
  }
}

/// Min or max of rows that are never taken back: the extreme alone, a group.
///
/// As state: the extreme with weight 1, so that it may be merged into an accumulator of either kind.
final class ExtremeAccumulator: Accumulator {
  private struct Cell<Key: AggregateKey> {
    var key: Key
    var isSet = false
  }

  private let codec: KeyCodec
  private let isMax: Bool
  // One of the three is used, as `codec.kind` says.
  private var words: [Cell<Int64>] = []
  private var wides: [Cell<Int128>] = []
  private var views: [Cell<BytesView>] = []
  private var store = BytesStore()

  init(_ type: DataType, isMax: Bool) {
    codec = KeyCodec(type, isNormalized: true)
    self.isMax = isMax
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
    if case .null = operand.column { return }
    switch codec.kind {
    case .word:
      // Complements are in the opposite order, so that one loop finds both extremes.
      let flip: Int64 = isMax ? -1 : 0
      let keys = try codec.words(operand.column)
      keys.withUnsafeBufferPointer { keys in
        words.withUnsafeMutableBufferPointer { cells in
          input.forEachValid(operand) { _, index, group, _ in
            let key = keys[index]
            if !cells[group].isSet || key ^ flip < cells[group].key ^ flip {
              cells[group] = Cell(key: key, isSet: true)
            }
          }
        }
      }
    case .wide:
      let flip: Int128 = isMax ? -1 : 0
      let keys = try codec.wides(operand.column)
      keys.withUnsafeBufferPointer { keys in
        wides.withUnsafeMutableBufferPointer { cells in
          input.forEachValid(operand) { _, index, group, _ in
            let key = keys[index]
            if !cells[group].isSet || key ^ flip < cells[group].key ^ flip {
              cells[group] = Cell(key: key, isSet: true)
            }
          }
        }
      }
    case .bytes:
      let keys = try codec.views(operand.column)
      keys.views.withUnsafeBufferPointer { keys in
        input.forEachValid(operand) { _, index, group, _ in offer(keys[index], group) }
      }
      withExtendedLifetime(keys) { compactIfNeeded() }
    }
  }

  @inline(__always)
  private func offer(_ view: BytesView, _ group: Int) {
    let cell = views[group]
    if cell.isSet {
      let order = view.compare(cell.key)
      if isMax ? order <= 0 : order >= 0 { return }
      store.drop(cell.key)
    }
    views[group] = Cell(key: store.keep(view), isSet: true)
  }

  private func compactIfNeeded() {
    guard store.needsCompaction else { return }
    let old = store
    var fresh = BytesStore()
    for group in views.indices where views[group].isSet { views[group].key = fresh.keep(views[group].key) }
    store = fresh
    withExtendedLifetime(old) {}
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    guard case .map(let c)? = state.first else { throw .malformedState("min or max") }
    var owners: [Int32] = []
    for (row, group) in groups.enumerated() {
      owners.append(contentsOf: repeatElement(group, count: Int(c.offsets[row + 1] - c.offsets[row])))
    }
    let range = Int(c.offsets[0])..<Int(c.offsets[groups.count])
    try update(
      AggregateInput(
        rows: owners.count, groups: owners, arguments: [Operand(c.keys.slice(range))], weights: nil,
        order: .sequence(from: 0), context: EvaluationContext(), span: .none))
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    let values = try result(of: groups)
    let validity = values.validity
    var offsets: [Int32] = [0]
    var rows: [Int32] = []
    for i in 0..<groups.count {
      if validity.map({ $0[i] }) ?? true { rows.append(Int32(i)) }
      offsets.append(Int32(rows.count))
    }
    let ones = Column.int64(PrimitiveColumn([Int64](repeating: 1, count: rows.count)))
    return [.map(MapColumn(offsets: offsets, keys: values.gather(rows), values: ones))]
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    switch codec.kind {
    case .word:
      let (keys, validity) = picked(groups, filler: 0) { words[$0].isSet ? words[$0].key : nil }
      return codec.column(words: keys, validity: validity)
    case .wide:
      let (keys, validity) = picked(groups, filler: 0) { wides[$0].isSet ? wides[$0].key : nil }
      return codec.column(wides: keys, validity: validity)
    case .bytes:
      let (keys, validity) = picked(groups, filler: BytesView()) { views[$0].isSet ? views[$0].key : nil }
      return codec.column(views: keys, owners: store.owners, validity: validity)
    }
  }

  func reset(_ groups: [Int32]) {
    for group in groups.map({ Int($0) }) {
      switch codec.kind {
      case .word: words[group].isSet = false
      case .wide: wides[group].isSet = false
      case .bytes:
        if views[group].isSet { store.drop(views[group].key) }
        views[group] = Cell(key: BytesView())
      }
    }
    compactIfNeeded()
  }

  var memoryBytes: Int { words.storageBytes + wides.storageBytes + views.storageBytes + store.memoryBytes }
}

/// Min or max of rows that may be taken back.
final class OrderedExtremeAccumulator: MultisetAccumulator {
  private let isMax: Bool

  init(_ type: DataType, isMax: Bool) {
    self.isMax = isMax
    super.init(type)
  }

  override func result(of groups: [Int32]) throws(SQLError) -> Column {
    values.extremes(of: groups, isMax: isMax)
  }
}
