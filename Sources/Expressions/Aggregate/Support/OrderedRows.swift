internal import Columnar
internal import Diagnostics

/// A row that an order-sensitive aggregate keeps: its encoded value, where it stood in the input, how often.
struct OrderedRow: Comparable, BitwiseCopyable, Sendable {
  var value: BytesView
  var position: Int64
  /// Order of arrival among rows of one position (those that a generator made of one row).
  var arrival: Int64

  @inline(__always)
  static func == (a: OrderedRow, b: OrderedRow) -> Bool {
    a.arrival == b.arrival && a.position == b.position && a.value == b.value
  }

  @inline(__always)
  static func < (a: OrderedRow, b: OrderedRow) -> Bool {
    let order = a.value.compare(b.value)
    if order != 0 { return order < 0 }
    return a.position != b.position ? a.position < b.position : a.arrival < b.arrival
  }

  /// Order of the input.
  @inline(__always)
  static func precedes(_ a: OrderedRow, _ b: OrderedRow) -> Bool {
    a.position != b.position ? a.position < b.position : a.arrival < b.arrival
  }
}
extension OrderedRow: AggregateKey {}

/// The same row, compared by its place in the input first.
struct PlacedRow: Comparable, BitwiseCopyable, Sendable {
  var row: OrderedRow

  @inline(__always)
  static func == (a: PlacedRow, b: PlacedRow) -> Bool {
    a.row.arrival == b.row.arrival && a.row.position == b.row.position
  }

  @inline(__always)
  static func < (a: PlacedRow, b: PlacedRow) -> Bool { OrderedRow.precedes(a.row, b.row) }
}
extension PlacedRow: AggregateKey {}

/// For every group its rows with their places in the input, where rows may be taken back: the state of retractable
/// `first`, `last`, `collect_list`, `max_by` … (SEM-11).
///
/// A row taken back is the earliest of those with its value; one taken back before it is there waits for it with a
/// negative weight. O(log n) a change. As state: one column of arrays of (values…, position, weight), in input order.
final class OrderedRows: RowStore {
  let codec: RowCodec
  /// Rows by value, then place: finds what to take back.
  let byValue = KeyForest<OrderedRow>()
  /// Rows by place, for aggregates that ask for one end of the order at each change.
  private let byPlace: KeyForest<PlacedRow>?
  private(set) var store = BytesStore()
  private var arrivals: Int64 = 0

  init(_ codec: RowCodec, isPlaced: Bool) {
    self.codec = codec
    byPlace = isPlaced ? KeyForest() : nil
  }

  static func stateType(_ types: [DataType]) -> DataType {
    let values = types.enumerated().map { Field("v\($0.offset)", $0.element) }
    return .array(.structure(values + [Field("position", .bigint), Field("weight", .bigint)]))
  }

  var memoryBytes: Int { byValue.memoryBytes + (byPlace?.memoryBytes ?? 0) + store.memoryBytes }

  func grow(to count: Int) {
    byValue.grow(to: count)
    byPlace?.grow(to: count)
  }

  // MARK: Changes

  /// Adds `weight` rows of this value; those that are taken back are the earliest.
  func add(_ value: BytesView, position: Int64, weight: Int64, group: Int) {
    var open = weight
    // Rows of the other sign cancel out first.
    while open != 0,
      let other = byValue.first(group, from: OrderedRow(value: value, position: .min, arrival: .min)),
      other.key.value == value, (other.count < 0) != (open < 0)
    {
      let taken = other.count < 0 ? min(open, 0 &- other.count) : max(open, 0 &- other.count)
      change(other.key, by: taken, group)
      open &-= taken
    }
    if open == 0 { return }
    arrivals += 1
    let kept = store.keep(value)
    change(OrderedRow(value: kept, position: position, arrival: arrivals), by: open, group)
  }

  /// Adds the rows of a batch; with `skipsNulls` only those where no operand is NULL.
  func update(_ operands: [Operand], _ input: AggregateInput, skipsNulls: Bool) {
    let columns = operands.map { $0.flattened(rows: input.rows) }
    let validity =
      skipsNulls ? columns.reduce(nil as Validity?) { Validity.intersection($0, $1.validity) } : nil
    add(columns, input, where: validity)
  }

  func add(_ columns: [Column], _ input: AggregateInput, skipsNulls: Bool) {
    add(columns, input, where: skipsNulls ? columns.first?.validity : nil)
  }

  private func add(_ columns: [Column], _ input: AggregateInput, where validity: Validity?) {
    let encoded = codec.encode(columns, rows: input.rows)
    for row in 0..<input.rows where validity.map({ $0[row] }) ?? true {
      add(
        encoded.views[row], position: input.order.position(row), weight: input.weights?[row] ?? 1,
        group: Int(input.groups[row]))
    }
    withExtendedLifetime(encoded) { compactIfNeeded() }
  }

  private func change(_ row: OrderedRow, by weight: Int64, _ group: Int) {
    _ = byPlace?.add(PlacedRow(row: row), weight: weight, group: group)
    if case .removed(let key) = byValue.add(row, weight: weight, group: group) { store.drop(key.value) }
  }

  /// To be called after changes, while the views that were passed still live.
  func compactIfNeeded() {
    guard store.needsCompaction else { return }
    let old = store
    var fresh = BytesStore()
    // Both forests hold the same rows; arrival numbers tell which.
    var moved: [Int64: BytesView] = [:]
    byValue.mapKeys { row in
      let view = fresh.keep(row.value)
      if byPlace != nil { moved[row.arrival] = view }
      return OrderedRow(value: view, position: row.position, arrival: row.arrival)
    }
    byPlace?.mapKeys { placed in
      var copy = placed
      copy.row.value = moved[placed.row.arrival] ?? BytesView()
      return copy
    }
    store = fresh
    withExtendedLifetime(old) {}
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let rows = try OrderedRows.flatten(state, into: groups, valueCount: codec.parts.count)
    let encoded = codec.encode(rows.values, rows: rows.groups.count)
    for (i, group) in rows.groups.enumerated() where rows.weights[i] != 0 {
      add(encoded.views[i], position: rows.positions[i], weight: rows.weights[i], group: Int(group))
    }
    withExtendedLifetime(encoded) { compactIfNeeded() }
  }

  /// The rows that a state column holds, each with its group.
  static func flatten(
    _ state: [Column], into groups: [Int32], valueCount: Int
  ) throws(SQLError) -> (values: [Column], groups: [Int32], positions: [Int64], weights: [Int64]) {
    guard case .list(let list)? = state.first, case .structure(let c) = list.child,
      c.fields.count == valueCount + 2, let positions = Int64.primitive(of: c.fields[valueCount])?.values,
      let weights = Int64.primitive(of: c.fields[valueCount + 1])?.values
    else { throw .malformedState("an order-sensitive aggregate") }
    var rows: [Int32] = []
    var owners: [Int32] = []
    for (row, group) in groups.enumerated() {
      rows.append(contentsOf: list.offsets[row]..<list.offsets[row + 1])
      owners.append(contentsOf: repeatElement(group, count: rows.count - owners.count))
    }
    let values = c.fields.prefix(valueCount).map { $0.gather(rows) }
    return (values, owners, gatherGroups(positions, rows) { $0 }, gatherGroups(weights, rows) { $0 })
  }

  /// A state column of rows that are there once each: `offsets[i] ..< offsets[i + 1]` are those of group i.
  static func state(_ values: [Column], _ offsets: [Int32], positions: [Int64]) -> Column {
    let ones = [Int64](repeating: 1, count: positions.count)
    let fields = values + [.int64(PrimitiveColumn(positions)), .int64(PrimitiveColumn(ones))]
    return .list(ListColumn(offsets: offsets, child: .structure(StructColumn(fields: fields, count: positions.count))))
  }

  /// A state column of at most one row a group: where `isSet`, the values and the position of that place.
  static func state(_ values: [Column], positions: [Int64], isSet: [Bool]) -> Column {
    var offsets: [Int32] = [0]
    var rows: [Int32] = []
    for i in isSet.indices {
      if isSet[i] { rows.append(Int32(i)) }
      offsets.append(Int32(rows.count))
    }
    let ones = [Int64](repeating: 1, count: rows.count)
    let fields =
      values.map { $0.gather(rows) } + [
        .int64(PrimitiveColumn(gatherGroups(positions, rows) { $0 })), .int64(PrimitiveColumn(ones)),
      ]
    return .list(
      ListColumn(offsets: offsets, child: .structure(StructColumn(fields: fields, count: rows.count))))
  }

  func reset(_ groups: [Int32]) {
    for group in groups {
      byValue.clear(Int(group)) { store.drop($0.value) }
      byPlace?.clear(Int(group)) { _ in }
    }
    compactIfNeeded()
  }

  // MARK: Reading

  /// The rows of a group in input order.
  func rows(_ group: Int32) -> [(row: OrderedRow, weight: Int64)] {
    var all: [(row: OrderedRow, weight: Int64)] = []
    byValue.walk(Int(group)) { row, weight in
      all.append((row, weight))
      return true
    }
    all.sort { OrderedRow.precedes($0.row, $1.row) }
    return all
  }

  /// The values of each group, in input order, as often as their weight says: `offsets[i] ..< offsets[i + 1]` of the
  /// columns are those of `groups[i]`.
  func expanded(_ groups: [Int32]) throws(SQLError) -> (offsets: [Int32], columns: [Column]) {
    var offsets: [Int32] = [0]
    var views: [BytesView] = []
    for group in groups {
      for (row, weight) in rows(group) where weight > 0 {
        if weight > Int64(Int32.max) - Int64(views.count) { throw .collectionTooLarge }
        views.append(contentsOf: repeatElement(row.value, count: Int(weight)))
      }
      offsets.append(Int32(truncatingIfNeeded: views.count))
    }
    return (offsets, codec.decode(views))
  }

  /// The value of the first or last row of a group.
  func end(_ group: Int, isLast: Bool) -> BytesView? { byPlace?.extreme(group, isMax: isLast)?.row.value }

  func state(of groups: [Int32]) -> Column {
    var offsets: [Int32] = [0]
    var views: [BytesView] = []
    var positions: [Int64] = []
    var weights: [Int64] = []
    for group in groups {
      for (row, weight) in rows(group) {
        views.append(row.value)
        positions.append(row.position)
        weights.append(weight)
      }
      offsets.append(Int32(truncatingIfNeeded: views.count))
    }
    let columns =
      codec.decode(views) + [.int64(PrimitiveColumn(positions)), .int64(PrimitiveColumn(weights))]
    return .list(
      ListColumn(offsets: offsets, child: .structure(StructColumn(fields: columns, count: views.count))))
  }
}

extension SQLError {
  /// More elements than 32-bit offsets can number.
  static var collectionTooLarge: SQLError {
    SQLError(
      .data, "COLLECTION_SIZE_LIMIT_EXCEEDED", "collected lists hold more than \(Int32.max) elements together"
    )
  }
}
