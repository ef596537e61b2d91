internal import Columnar
internal import Diagnostics

/// The rows of a memory table, in the order in which they came: pieces that rows are only ever added to, with a mark on
/// those that are gone.
///
/// With a key, a row replaces the one of the same key. Rows are found by an index of encoded keys (or of whole rows) that
/// is built when the first row has to be found: a table that only grows pays nothing for it. O(1) a change.
struct MemoryRows: Sendable {
  /// Columns of PRIMARY KEY.
  let key: [Int]?
  private let schema: Schema
  private(set) var pieces: [Batch] = []
  /// Which rows of each piece are there; nil while all are.
  private var isThere: [[Bool]]?
  private var places: [[UInt8]: [Place]]?
  private(set) var count = 0
  private var gone = 0
  private(set) var bytes = 0

  private struct Place: Sendable, BitwiseCopyable {
    var piece: Int32
    var row: Int32
  }

  /// Rows that are gone at least before the pieces are put together anew.
  private static let goneMin = 4096

  init(schema: Schema, key: [Int]?) {
    self.schema = schema
    self.key = key
  }

  /// Whether a batch can only add rows.
  func onlyAdds(_ weights: [Int64]?) -> Bool { key == nil && (weights?.allSatisfy { $0 == 1 } ?? true) }

  mutating func add(_ batch: Batch) {
    let piece = Int32(truncatingIfNeeded: pieces.count)
    pieces.append(batch)
    isThere?.append([Bool](repeating: true, count: batch.count))
    count += batch.count
    bytes += batch.columns.reduce(64) { $0 + $1.memoryBytes }
    guard places != nil else { return }
    for (row, name) in names(of: batch).enumerated() {
      places?[name, default: []].append(Place(piece: piece, row: Int32(truncatingIfNeeded: row)))
    }
  }

  /// Applies rows with weights, one after the other. Returns what has changed: old rows with −1, new ones with +1.
  mutating func apply(_ batch: Batch, weights: [Int64]?) -> (batch: Batch, weights: [Int64]) {
    buildIndex()
    let names = names(of: batch)
    let piece = pieces.count
    pieces.append(batch)
    isThere?.append([Bool](repeating: false, count: batch.count))
    bytes += batch.columns.reduce(64) { $0 + $1.memoryBytes }
    var changed: [Place] = []
    var signs: [Int64] = []
    func note(_ place: Place, _ sign: Int64) {
      changed.append(place)
      signs.append(sign)
    }
    var copies: [Int32] = []
    for row in 0..<batch.count {
      let name = names[row]
      let weight = weights?[row] ?? 1
      if weight < 0 || key != nil {
        // A key has one row, whatever the weight.
        for _ in 0..<(key == nil ? weight.magnitude : 1) {
          guard let old = places?[name]?.popLast() else { break }
          isThere?[Int(old.piece)][Int(old.row)] = false
          count -= 1
          gone += 1
          note(old, -1)
        }
      }
      if weight <= 0 { continue }
      let here = Place(piece: Int32(truncatingIfNeeded: piece), row: Int32(truncatingIfNeeded: row))
      isThere?[piece][row] = true
      places?[name, default: []].append(here)
      count += 1
      note(here, 1)
      if key == nil, weight > 1 { copies += [Int32](repeating: Int32(truncatingIfNeeded: row), count: Int(weight - 1)) }
    }
    var result = gather(changed)
    if !copies.isEmpty {
      let more = batch.gather(copies)
      add(more)
      result = Batch.concatenate([result, more], schema: schema)
      signs += [Int64](repeating: 1, count: copies.count)
    }
    gone += batch.count - signs.count { $0 > 0 }
    compactIfNeeded()
    return (result, signs)
  }

  /// The rows that are there, piece by piece.
  var batches: [Batch] {
    guard let isThere else { return pieces }
    var result: [Batch] = []
    for (piece, marks) in zip(pieces, isThere) {
      if marks.allSatisfy({ $0 }) {
        result.append(piece)
      } else {
        let rows = marks.indices.filter { marks[$0] }.map { Int32(truncatingIfNeeded: $0) }
        if !rows.isEmpty { result.append(piece.gather(rows)) }
      }
    }
    return result
  }

  /// The rows at these places, in this order: picked piece by piece, then put in order.
  private func gather(_ wanted: [Place]) -> Batch {
    if wanted.isEmpty { return .empty(schema) }
    var rowsOf: [Int32: [Int32]] = [:]
    for place in wanted { rowsOf[place.piece, default: []].append(place.row) }
    let used = rowsOf.keys.sorted()
    var next: [Int32: Int32] = [:]
    var total: Int32 = 0
    for piece in used {
      next[piece] = total
      total += Int32(truncatingIfNeeded: rowsOf[piece]?.count ?? 0)
    }
    let order = wanted.map { place in
      let at = next[place.piece] ?? 0
      next[place.piece] = at + 1
      return at
    }
    return Batch.concatenate(used.map { pieces[Int($0)].gather(rowsOf[$0] ?? []) }, schema: schema).gather(order)
  }

  /// Names by which rows are found: the bytes of their key, or of all of them.
  private func names(of batch: Batch) -> [[UInt8]] {
    let columns = key.map { $0.map { batch.columns[$0] } } ?? batch.columns
    let encoded = KeyEncoder(columns: columns.count).encode(columns, rows: batch.count)
    let names = encoded.views.map { view in view.withBytes { Array($0) } }
    return withExtendedLifetime(encoded) { names }
  }

  private mutating func buildIndex() {
    if isThere == nil { isThere = pieces.map { [Bool](repeating: true, count: $0.count) } }
    guard places == nil else { return }
    var index: [[UInt8]: [Place]] = [:]
    for (piece, batch) in pieces.enumerated() {
      for (row, name) in names(of: batch).enumerated() where isThere?[piece][row] ?? true {
        index[name, default: []].append(
          Place(piece: Int32(truncatingIfNeeded: piece), row: Int32(truncatingIfNeeded: row)))
      }
    }
    places = index
  }

  private mutating func compactIfNeeded() {
    guard gone > Self.goneMin, gone > count else { return }
    let all = batches
    pieces = all.isEmpty ? [] : [Batch.concatenate(all, schema: schema)]
    bytes = pieces.reduce(0) { $0 + $1.columns.reduce(64) { $0 + $1.memoryBytes } }
    gone = 0
    isThere = nil
    places = nil
  }
}
