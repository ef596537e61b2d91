internal import Columnar
internal import Diagnostics

/// For every group its rows in input order: what `listagg` and sorted lists keep. Two kinds: `OrderedRows`, where rows may be taken
/// back, and `RowLists`, where they are only added.
protocol RowStore: AnyObject {
  /// How rows of `columns` are kept.
  var codec: RowCodec { get }
  func grow(to count: Int)
  /// Adds the rows of a batch whose first column is not NULL, or all of them.
  func add(_ columns: [Column], _ input: AggregateInput, skipsNulls: Bool) throws(SQLError)
  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError)
  func state(of groups: [Int32]) -> Column
  /// The columns of each group's rows: `offsets[i] ..< offsets[i + 1]` are those of `groups[i]`.
  func expanded(_ groups: [Int32]) throws(SQLError) -> (offsets: [Int32], columns: [Column])
  func reset(_ groups: [Int32])
  var memoryBytes: Int { get }
}

/// Rows that are only added: encoded, in a chain a group. O(1) a change, 32 bytes and what the row has beyond 12 bytes.
final class RowLists: RowStore {
  let codec: RowCodec
  private var views: [BytesView] = []
  private var store = BytesStore()
  private var chains = GroupChains()

  init(_ codec: RowCodec) { self.codec = codec }

  func grow(to count: Int) { chains.grow(to: count) }

  func add(_ columns: [Column], _ input: AggregateInput, skipsNulls: Bool) throws(SQLError) {
    try add(
      columns, groups: input.groups, positions: input.order.positions(count: input.rows), weights: input.weights,
      validity: skipsNulls ? columns.first?.validity : nil)
  }

  private func add(
    _ columns: [Column], groups: [Int32], positions: [Int64], weights: [Int64]?, validity: Validity?
  ) throws(SQLError) {
    let rows = try GroupChains.repeatedRows(positions.count, validity: validity, stride: 1, weights: weights)
    guard chains.count + rows.count <= Int(Int32.max) else { throw .collectionTooLarge }
    let encoded = codec.encode(columns, rows: positions.count)
    for row in rows {
      views.append(store.keep(encoded.views[Int(row)]))
      chains.append(Int(groups[Int(row)]), positions[Int(row)])
    }
    withExtendedLifetime(encoded) {}
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let rows = try OrderedRows.flatten(state, into: groups, valueCount: codec.parts.count)
    try add(rows.values, groups: rows.groups, positions: rows.positions, weights: rows.weights, validity: nil)
  }

  func state(of groups: [Int32]) -> Column {
    let (offsets, elements) = chains.elements(of: groups)
    return OrderedRows.state(codec.decode(gatherGroups(views, elements) { $0 }), offsets, positions: chains.positions(elements))
  }

  func expanded(_ groups: [Int32]) throws(SQLError) -> (offsets: [Int32], columns: [Column]) {
    let (offsets, elements) = chains.elements(of: groups)
    return (offsets, codec.decode(gatherGroups(views, elements) { $0 }))
  }

  func reset(_ groups: [Int32]) {
    chains.reset(groups)
    if !chains.needsSweep { return }
    let old = store
    var fresh = BytesStore()
    views = gatherGroups(views, chains.sweep()) { $0 }.map { fresh.keep($0) }
    store = fresh
    withExtendedLifetime(old) {}
  }

  var memoryBytes: Int { views.storageBytes + store.memoryBytes + chains.memoryBytes }
}
