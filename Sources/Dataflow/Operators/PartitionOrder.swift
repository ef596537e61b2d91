import Columnar
import Diagnostics

/// What several partitions give out as one: by place, so that the number of partitions is not seen (SEM-11).
///
/// The deltas of a partition are in order most of the time; then this is a merge, O(rows).
struct PartitionOrder {
  /// A delta with the place of each row; nil: its position.
  struct Placed {
    var delta: Delta
    var places: [Int64]?
  }

  private struct Entry {
    var place: Int64
    var delta: Int32
    var row: Int32
  }

  private let deltas: [Delta]
  private let entries: [Entry]
  private let isRetracting: Bool

  init(_ partitions: [[Delta]]) { self.init(partitions.map { $0.map { Placed(delta: $0) } }) }

  /// Rows of the same place are in order of their partitions.
  init(_ partitions: [[Placed]]) {
    deltas = partitions.joined().map(\.delta)
    isRetracting = deltas.contains { $0.weights != nil }
    var lists: [[Entry]] = []
    var number: Int32 = 0
    for partition in partitions {
      var list: [Entry] = []
      list.reserveCapacity(partition.reduce(0) { $0 + $1.delta.count })
      var isAscending = true
      for placed in partition {
        let places = placed.places ?? placed.delta.order.positions(count: placed.delta.count)
        for (row, place) in places.enumerated() {
          isAscending = isAscending && (list.last.map { $0.place <= place } ?? true)
          list.append(Entry(place: place, delta: number, row: Int32(truncatingIfNeeded: row)))
        }
        number += 1
      }
      if !isAscending { list.sort { ($0.place, $0.delta, $0.row) < ($1.place, $1.delta, $1.row) } }
      lists.append(list)
    }
    while lists.count > 1 {
      lists = stride(from: 0, to: lists.count, by: 2).map { i in
        i + 1 < lists.count ? Self.merge(lists[i], lists[i + 1]) : lists[i]
      }
    }
    entries = lists.first ?? []
  }

  private static func merge(_ a: [Entry], _ b: [Entry]) -> [Entry] {
    [Entry](unsafeUninitializedCapacity: a.count + b.count) { target, count in
      var (i, j) = (0, 0)
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          while i < a.count || j < b.count {
            let takesFirst = j == b.count || (i < a.count && a[i].place <= b[j].place)
            target.initializeElement(at: i &+ j, to: takesFirst ? a[i] : b[j])
            if takesFirst { i &+= 1 } else { j &+= 1 }
          }
        }
      }
      count = a.count + b.count
    }
  }

  /// The rows in order, in pieces of at most `Batch.rowsMax`.
  func forEachPiece(_ body: (Delta) throws(SQLError) -> Void) throws(SQLError) {
    var places = [Int32](repeating: 0, count: deltas.count + 1)
    var start = 0
    while start < entries.count {
      let end = min(start + Batch.rowsMax, entries.count)
      try body(gather(entries[start..<end], &places))
      start = end
    }
  }

  /// The rows of each delta are picked at once, then put into place by one more gather over what was picked.
  /// - Parameter places: room for a number a delta and one more.
  private func gather(_ some: ArraySlice<Entry>, _ places: inout [Int32]) -> Delta {
    for i in places.indices { places[i] = 0 }
    for entry in some { places[Int(entry.delta) + 1] += 1 }
    for i in 1..<places.count { places[i] += places[i - 1] }
    // Where the rows of each delta begin among all that are picked; moved on as they are put there.
    var picked = [Int32](repeating: 0, count: some.count)
    var rows: [Int32] = []
    rows.reserveCapacity(some.count)
    for entry in some {
      let place = places[Int(entry.delta)]
      picked[Int(place)] = entry.row
      rows.append(place)
      places[Int(entry.delta)] = place + 1
    }
    var pieces: [Batch] = []
    var from = 0
    for (delta, end) in zip(deltas, places) where Int(end) > from {
      pieces.append(delta.batch.gather(Array(picked[from..<Int(end)])))
      from = Int(end)
    }
    let columns = (pieces.first?.columns ?? []).indices.map { i in
      pieces.count == 1 ? pieces[0].columns[i].gather(rows) : Column.concatenateSameLayout(pieces.map { $0.columns[i] }).gather(rows)
    }
    let weights = isRetracting ? some.map { deltas[Int($0.delta)].weights?[Int($0.row)] ?? 1 } : nil
    return Delta(Batch(columns, count: rows.count), weights: weights, order: .explicit(some.map { deltas[Int($0.delta)].order.position(Int($0.row)) }))
  }
}
