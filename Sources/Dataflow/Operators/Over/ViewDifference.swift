import Columnar
import Diagnostics
import Expressions

/// What changes between two views of the same partitions: rows that went, came, or got other values.
struct ViewDifference {
  private let old: PartitionView
  private let new: PartitionView
  private let oldValues: [Column]
  private let newValues: [Column]
  private let rows: PartitionedRows
  /// Places in the old and new values, −1 for none, in order of the partitions.
  private var steps: [(old: Int32, new: Int32)] = []

  init(
    _ old: PartitionView, _ oldValues: [Column], _ new: PartitionView, _ newValues: [Column], _ rows: PartitionedRows
  ) {
    self.old = old
    self.new = new
    self.oldValues = oldValues
    self.newValues = newValues
    self.rows = rows
    var oldPlace: Int32 = 0
    var newPlace: Int32 = 0
    for (oldPart, newPart) in zip(old.parts, new.parts) {
      var (i, j) = (oldPart.first, newPart.first)
      while i < oldPart.rows.upperBound || j < newPart.rows.upperBound {
        let hasOld = i < oldPart.rows.upperBound
        let hasNew = j < newPart.rows.upperBound
        if hasOld, hasNew, old.slots[i] == new.slots[j] {
          steps.append((oldPlace, newPlace))
          i += 1
          j += 1
          oldPlace += 1
          newPlace += 1
        } else if hasOld, !hasNew || rows.precedes(old.slots[i], new.slots[j]) {
          steps.append((oldPlace, -1))
          i += 1
          oldPlace += 1
        } else {
          steps.append((-1, newPlace))
          j += 1
          newPlace += 1
        }
      }
    }
  }

  /// The rows and values that are there no more (−1), and those that are there now (+1), in order of the partitions, with
  /// their slots.
  func changes() -> (gone: [(delta: Delta, slots: [Int32])], come: [(delta: Delta, slots: [Int32])]) {
    let both = steps.indices.filter { steps[$0].old >= 0 && steps[$0].new >= 0 }
    var differs = [Bool](repeating: false, count: both.count)
    let oldRows = both.map { steps[$0].old }
    let newRows = both.map { steps[$0].new }
    for (a, b) in zip(oldValues, newValues) { b.gather(newRows).markDifferences(from: a.gather(oldRows), into: &differs) }
    var gone: [Int32] = []
    var come: [Int32] = []
    var next = 0
    for (index, pair) in steps.enumerated() {
      if next < both.count, both[next] == index {
        next += 1
        if !differs[next - 1] { continue }
      }
      if pair.old >= 0 { gone.append(pair.old) }
      if pair.new >= 0 { come.append(pair.new) }
    }
    return (deltas(gone, of: old, oldValues, weight: -1), deltas(come, of: new, newValues, weight: 1))
  }

  private func deltas(
    _ places: [Int32], of view: PartitionView, _ values: [Column], weight: Int64
  ) -> [(delta: Delta, slots: [Int32])] {
    stride(from: 0, to: places.count, by: Batch.rowsMax).map { from in
      let picked = Array(places[from..<min(from + Batch.rowsMax, places.count)])
      let batchRows = picked.map { view.computed[Int($0)] }
      let own = view.batch.gather(batchRows)
      let slots = batchRows.map { view.slots[Int($0)] }
      let delta = Delta(
        Batch(own.columns + values.map { $0.gather(picked) }, count: picked.count),
        weights: weight > 0 ? nil : [Int64](repeating: weight, count: picked.count),
        order: .explicit(slots.map { rows.positions[Int($0)] }))
      return (delta, slots)
    }
  }
}
