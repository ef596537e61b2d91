import Columnar
import Diagnostics
import Expressions

/// Rows of several partitions laid end to end, each in the order of its sort keys, and which of them to compute.
///
/// A part may begin in the middle of its partition: rows before `first` are there to be looked at, and what came before
/// them is in the carry of the calls that need it.
final class PartitionView {
  struct Part {
    /// Number of the partition.
    var group: Int32
    /// Rows of the batch.
    var rows: Range<Int>
    /// The first row to compute, within `rows`; of rows with equal keys always the first, where a call looks at peers.
    var first: Int
    /// Behind the last row to compute.
    var end: Int
    /// Rows of the partition before `rows`.
    var base: Int64
  }

  let batch: Batch
  let keys: [BytesView]
  /// What made `keys` of the sort keys.
  let encoder: KeyEncoder
  let parts: [Part]
  /// The slot of each row.
  let slots: [Int32]
  /// Rows to compute, part by part.
  let computed: [Int32]

  init(batch: Batch, keys: [BytesView], encoder: KeyEncoder, parts: [Part], slots: [Int32]) {
    self.encoder = encoder
    self.slots = slots
    self.batch = batch
    self.keys = keys
    self.parts = parts
    var computed: [Int32] = []
    computed.reserveCapacity(batch.count)
    for part in parts { for row in part.first..<part.end { computed.append(Int32(truncatingIfNeeded: row)) } }
    self.computed = computed
  }

  /// Where the rows with the same sort key as a row begin, and where they end.
  private(set) lazy var peers: (start: [Int32], end: [Int32]) = {
    var start = [Int32](repeating: 0, count: batch.count)
    var end = start
    for part in parts {
      var from = part.rows.lowerBound
      while from < part.rows.upperBound {
        var to = from + 1
        while to < part.rows.upperBound, keys[to] == keys[from] { to += 1 }
        for row in from..<to {
          start[row] = Int32(truncatingIfNeeded: from)
          end[row] = Int32(truncatingIfNeeded: to)
        }
        from = to
      }
    }
    return (start, end)
  }()

  /// Calls `body` for every row to compute with its place in the result.
  @inline(__always)
  func forEachComputed(_ body: (_ place: Int, _ row: Int, _ part: Part) -> Void) {
    var place = 0
    for part in parts {
      for row in part.first..<part.end {
        body(place, row, part)
        place += 1
      }
    }
  }
}

extension PartitionedRows {
  /// A view of some slots of partitions: each with the first place to look at, the first to compute, and how often each
  /// slot counts (once, without weights).
  func view(_ pieces: [ViewPiece]) -> PartitionView {
    var slots: [Int32] = []
    var parts: [PartitionView.Part] = []
    for piece in pieces {
      let lower = slots.count
      var first: Int?
      for (index, slot) in piece.slots.enumerated() {
        if index == piece.first { first = slots.count }
        let weight = piece.weights.map { $0[index] } ?? (hasWeights ? weights[Int(slot)] : 1)
        if weight == 1 {
          slots.append(slot)
        } else if weight > 1 {
          for _ in 0..<weight { slots.append(slot) }
        }
      }
      parts.append(
        PartitionView.Part(
          group: piece.group, rows: lower..<slots.count, first: first ?? slots.count,
          end: piece.end.map { lower + $0 } ?? slots.count, base: piece.base))
    }
    return PartitionView(
      batch: Batch(columns(of: slots), count: slots.count), keys: slots.map { keys[Int($0)] },
      encoder: encoder, parts: parts, slots: slots)
  }

  struct ViewPiece {
    var group: Int32
    var slots: [Int32]
    var weights: [Int64]?
    /// Index in `slots` of the first row to compute.
    var first: Int
    var base: Int64
    /// Index in `slots`, which have no weights, behind the last row to compute; nil: all.
    var end: Int?
  }
}
