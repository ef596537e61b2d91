import Columnar
import Diagnostics
import Expressions

/// `row_number`, `rank`, `percent_rank`, `cume_dist` and `ntile`: functions of a row's place, its peers' and the
/// partition's size. O(1) a row.
final class RankValues: WindowValues {
  private let kind: WindowFunctionKind
  init(_ kind: WindowFunctionKind) { self.kind = kind }

  func column(_ view: PartitionView, _ evaluator: Evaluator) throws(SQLError) -> Column {
    switch kind {
    case .rank:
      let starts = view.peers.start
      return integers(view) { row, part in part.base &+ Int64(Int(starts[row]) &- part.rows.lowerBound) &+ 1 }
    case .tile(let count): return integers(view) { row, part in Self.tile(of: row, part, count) }
    case .percentRank:
      let starts = view.peers.start
      return shares(view) { row, part in
        let others = part.rows.count - 1
        return others == 0 ? 0 : Double(Int(starts[row]) - part.rows.lowerBound) / Double(others)
      }
    case .cumeDist:
      let ends = view.peers.end
      return shares(view) { row, part in Double(Int(ends[row]) - part.rows.lowerBound) / Double(part.rows.count) }
    default: return integers(view) { row, part in part.base &+ Int64(row &- part.rows.lowerBound) &+ 1 }
    }
  }

  /// The first shares have one row more where the rows cannot be dealt out evenly.
  private static func tile(of row: Int, _ part: PartitionView.Part, _ count: Int64) -> Int64 {
    let place = Int64(row - part.rows.lowerBound)
    let (size, more) = Int64(part.rows.count).quotientAndRemainder(dividingBy: count)
    let larger = (size + 1) * more
    return place < larger ? place / (size + 1) + 1 : more + (place - larger) / size + 1
  }

  private func integers(_ view: PartitionView, _ value: (Int, PartitionView.Part) -> Int64) -> Column {
    var values = [Int32](repeating: 0, count: view.computed.count)
    view.forEachComputed { place, row, part in values[place] = Int32(clamping: value(row, part)) }
    return .int32(PrimitiveColumn(values))
  }

  private func shares(_ view: PartitionView, _ value: (Int, PartitionView.Part) -> Double) -> Column {
    var values = [Double](repeating: 0, count: view.computed.count)
    view.forEachComputed { place, row, part in values[place] = value(row, part) }
    return .float64(PrimitiveColumn(values))
  }
}

/// `dense_rank`: the number of different keys so far, which is kept by partition.
final class DenseRankValues: WindowValues {
  /// Different keys before the next computed row.
  private var kept: [Int64] = []
  private let isKeeping: Bool

  init(isKeeping: Bool) { self.isKeeping = isKeeping }

  var memoryBytes: Int { kept.capacity * 8 }

  func column(_ view: PartitionView, _ evaluator: Evaluator) throws(SQLError) -> Column {
    let starts = view.peers.start
    var values = [Int32](repeating: 0, count: view.computed.count)
    var place = 0
    for part in view.parts {
      var rank = kept.indices.contains(Int(part.group)) ? kept[Int(part.group)] : 0
      for row in (isKeeping ? part.first : part.rows.lowerBound)..<part.end {
        if Int(starts[row]) == row { rank &+= 1 }
        if row < part.first { continue }
        values[place] = Int32(clamping: rank)
        place += 1
      }
    }
    return .int32(PrimitiveColumn(values))
  }

  func keep(_ view: PartitionView, rows: [Range<Int>], _ evaluator: Evaluator) throws(SQLError) {
    let starts = view.peers.start
    for (part, rows) in zip(view.parts, rows) {
      let group = Int(part.group)
      if kept.count <= group { kept.append(contentsOf: repeatElement(0, count: group + 1 - kept.count)) }
      for row in rows where Int(starts[row]) == row { kept[group] &+= 1 }
    }
  }

  var stateTypes: [DataType] { isKeeping ? [.bigint] : [] }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    isKeeping ? [.int64(PrimitiveColumn(groups.map { kept.indices.contains(Int($0)) ? kept[Int($0)] : 0 }))] : []
  }

  func restore(_ columns: [Column], _ groups: [Int32]) throws(SQLError) {
    guard case .int64(let ranks)? = columns.first else { return }
    for (row, group) in groups.enumerated() {
      if kept.count <= Int(group) { kept.append(contentsOf: repeatElement(0, count: Int(group) + 1 - kept.count)) }
      kept[Int(group)] = ranks.values[row]
    }
  }

  func forget(_ groups: [Int32]) {
    for group in groups where kept.indices.contains(Int(group)) { kept[Int(group)] = 0 }
  }
}
