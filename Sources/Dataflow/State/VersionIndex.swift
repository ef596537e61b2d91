import Columnar

/// The versions of each key in order, found in O(log n): what an as-of join looks rows up in.
///
/// Made from a side's chains when a key is first asked for, and made anew when its rows have changed: it is no state. Of
/// equal order values the version that came last stands last.
struct VersionIndex {
  private struct Versions {
    var values: [Int64]
    var slots: [Int32]
  }

  private var byGroup: [Int32: Versions] = [:]
  private var generation = 0

  /// Rows of these groups have changed.
  mutating func forget(_ groups: [Int32]) {
    if byGroup.isEmpty { return }
    for group in groups { byGroup[group] = nil }
  }

  private mutating func load(_ group: Int32, _ side: JoinSide) {
    if generation != side.generation {
      byGroup.removeAll()
      generation = side.generation
    }
    if byGroup[group] != nil { return }
    if Int(group) >= side.heads.count {
      byGroup[group] = Versions(values: [], slots: [])
      return
    }
    let slots = side.slots(of: group).filter { side.weights[Int($0)] > 0 }
    let values = slots.map { side.overs[Int($0)] }
    let isInOrder = zip(values, values.dropFirst()).allSatisfy { $0 <= $1 }
    let order =
      isInOrder ? Array(slots.indices) : slots.indices.sorted { (values[$0], side.ids[Int(slots[$0])]) < (values[$1], side.ids[Int(slots[$1])]) }
    byGroup[group] = Versions(values: order.map { values[$0] }, slots: order.map { slots[$0] })
  }

  /// The version nearest to `value` on one side of it.
  mutating func nearest(
    to value: Int64, isLatest: Bool, isStrict: Bool, of group: Int32, _ side: JoinSide
  ) -> Int32? {
    load(group, side)
    guard let found = byGroup[group] else { return nil }
    // The first that is beyond: of those before it the last is the latest.
    let isBeyond: (Int64) -> Bool = isLatest == isStrict ? { $0 >= value } : { $0 > value }
    let at = VersionIndex.first(found.values, where: isBeyond)
    if isLatest { return at > 0 ? found.slots[at - 1] : nil }
    if at == found.slots.count { return nil }
    // Of equal values the last that came.
    let next = found.values[at]
    return found.slots[VersionIndex.first(found.values) { $0 > next } - 1]
  }

  /// The latest version at or before `limit`.
  mutating func last(upTo limit: Int64, of group: Int32, _ side: JoinSide) -> Int32? {
    nearest(to: limit, isLatest: true, isStrict: false, of: group, side)
  }

  /// All versions before the latest one at or before `limit`, which are no longer in the index then.
  mutating func removePassed(_ limit: Int64, of group: Int32, _ side: JoinSide) -> [Int32] {
    load(group, side)
    guard let found = byGroup[group] else { return [] }
    let passed = VersionIndex.first(found.values) { $0 > limit }
    if passed <= 1 { return [] }
    let gone = Array(found.slots[..<(passed - 1)])
    byGroup[group]?.values.removeFirst(passed - 1)
    byGroup[group]?.slots.removeFirst(passed - 1)
    return gone
  }

  private static func first(_ values: [Int64], where isBeyond: (Int64) -> Bool) -> Int {
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if isBeyond(values[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Values of ordered types as words whose order is theirs.
enum OrderValues {
  /// A word for every row; arbitrary for NULL.
  static func words(_ column: Column) -> [Int64] {
    switch column {
    case .int8(let c): c.values.map { Int64($0) }
    case .int16(let c): c.values.map { Int64($0) }
    case .int32(let c): c.values.map { Int64($0) }
    case .int64(let c): c.values
    case .float32(let c): c.values.map { word(Double($0)) }
    case .float64(let c): c.values.map { word($0) }
    case .null, .bool, .int128, .bytes, .list, .map, .structure: [Int64](repeating: 0, count: column.count)
    }
  }

  /// NaN is above all numbers, −0.0 is 0.0.
  private static func word(_ value: Double) -> Int64 {
    if value.isNaN { return .max }
    let bits = Int64(bitPattern: (value == 0 ? 0 : value).bitPattern)
    return bits < 0 ? bits ^ .max : bits
  }
}
