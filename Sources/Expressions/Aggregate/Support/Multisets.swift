internal import Columnar
internal import Diagnostics

/// For every group the values seen, in order, each with its weight: the state of retractable min and max, of
/// percentiles, `mode`, `collect_set`.
///
/// NULLs are left out. As state: one column of `map<type, bigint>`, value to weight, ascending.
/// Words are only noted (`ValueLog`) until they have been looked at and then change again: a bounded query, whose one step ends with
/// the only look at them, sorts them once, 10 times cheaper than a tree; a query that goes on has trees from its second step.
final class Multisets {
  let codec: KeyCodec
  /// Words that have not been looked at yet, or not changed since; nil: they are in `words`.
  private var log: ValueLog? = ValueLog()
  private var isLogRead = false
  private var groupCount = 0
  private let words = KeyForest<Int64>()
  private let wides = KeyForest<Int128>()
  private let views = KeyForest<BytesView>()
  private var store = BytesStore()

  init(_ type: DataType) { codec = KeyCodec(type, isNormalized: true) }

  static func stateType(_ type: DataType) -> DataType { .map(key: type, value: .bigint) }

  var memoryBytes: Int {
    words.memoryBytes + wides.memoryBytes + views.memoryBytes + store.memoryBytes + (log?.memoryBytes ?? 0)
  }

  func grow(to count: Int) {
    groupCount = max(groupCount, count)
    switch codec.kind {
    case .word: if log == nil { words.grow(to: count) } else { log?.grow(to: count) }
    case .wide: wides.grow(to: count)
    case .bytes: views.grow(to: count)
    }
  }

  // MARK: Changes

  func update(_ operand: Operand, _ input: AggregateInput) throws(SQLError) {
    if case .null = operand.column { return }
    switch codec.kind {
    case .word:
      let keys = try codec.words(operand.column)
      plantIfRead()
      if log != nil {
        log?.append(keys, operand, input)
        return
      }
      input.forEachValid(operand) { _, index, group, weight in
        _ = words.add(keys[index], weight: weight, group: group)
      }
    case .wide:
      let keys = try codec.wides(operand.column)
      input.forEachValid(operand) { _, index, group, weight in
        _ = wides.add(keys[index], weight: weight, group: group)
      }
    case .bytes:
      let keys = try codec.views(operand.column)
      input.forEachValid(operand) { _, index, group, weight in add(keys.views[index], weight, group) }
      withExtendedLifetime(keys) { compactIfNeeded() }
    }
  }

  /// Before a change: moves words that were looked at into trees, where they can be looked at again and again.
  private func plantIfRead() { if isLogRead { plant() } }

  private func plant() {
    guard var log else { return }
    log.settle()
    words.grow(to: groupCount)
    for group in 0..<groupCount { log.forEach(group) { _ = words.add($0, weight: $1, group: group) } }
    self.log = nil
    isLogRead = false
  }

  /// Before words are looked at.
  private func settle() {
    if log == nil { return }
    log?.settle()
    isLogRead = true
  }

  @inline(__always)
  private func add(_ view: BytesView, _ weight: Int64, _ group: Int) {
    switch views.add(view, weight: weight, group: group) {
    case .inserted(let node): views.setKey(node, store.keep(view))
    case .counted: break
    case .removed(let key): store.drop(key)
    }
  }

  private func compactIfNeeded() {
    guard store.needsCompaction else { return }
    let old = store
    var fresh = BytesStore()
    views.mapKeys { fresh.keep($0) }
    store = fresh
    withExtendedLifetime(old) {}
  }

  func merge(_ state: Column, into groups: [Int32]) throws(SQLError) {
    guard case .map(let c) = state, let counts = Int64.primitive(of: c.values)?.values else {
      if case .null = state { return }
      throw .malformedState("a multiset of \(codec.type)")
    }
    switch codec.kind {
    case .word:
      let keys = try codec.words(c.keys)
      plantIfRead()
      if log != nil {
        forEachEntry(c, groups, counts) { log?.append(keys[$0], weight: $1, group: $2) }
        log?.shrinkIfLarge()
        return
      }
      forEachEntry(c, groups, counts) { words.add(keys[$0], weight: $1, group: $2) }
    case .wide:
      let keys = try codec.wides(c.keys)
      forEachEntry(c, groups, counts) { wides.add(keys[$0], weight: $1, group: $2) }
    case .bytes:
      let keys = try codec.views(c.keys)
      forEachEntry(c, groups, counts) { add(keys.views[$0], $1, $2) }
      withExtendedLifetime(keys) { compactIfNeeded() }
    }
  }

  @inline(__always)
  private func forEachEntry<R>(
    _ map: MapColumn, _ groups: [Int32], _ counts: [Int64], _ body: (Int, Int64, Int) -> R
  ) {
    for (row, group) in groups.enumerated() {
      for i in Int(map.offsets[row])..<Int(map.offsets[row + 1]) where counts[i] != 0 {
        _ = body(i, counts[i], Int(group))
      }
    }
  }

  func reset(_ groups: [Int32]) {
    if groups.isEmpty { return }
    if codec.kind == .word {
      if holdsOnly(groups) { return resetWords() }
      plant()
    }
    for group in groups {
      switch codec.kind {
      case .word: words.clear(Int(group)) { _ in }
      case .wide: wides.clear(Int(group)) { _ in }
      case .bytes: views.clear(Int(group)) { store.drop($0) }
      }
    }
    compactIfNeeded()
  }

  /// Whether groups other than these, which are the first ones, have no words.
  private func holdsOnly(_ groups: [Int32]) -> Bool {
    groups.elementsEqual(0..<Int32(truncatingIfNeeded: groups.count))
      && (log?.isEmpty(from: groups.count) ?? words.isEmpty(from: groups.count))
  }

  /// All groups become empty.
  private func resetWords() {
    if log == nil {
      for group in 0..<groupCount { words.clear(group) { _ in } }
      log = ValueLog()
      log?.grow(to: groupCount)
    } else {
      log?.removeAll()
    }
    isLogRead = false
  }

  // MARK: Reading

  func state(of groups: [Int32]) -> Column {
    var offsets: [Int32] = [0]
    var counts: [Int64] = []
    let keys = collect(groups, offsets: &offsets) { _, count in
      counts.append(count)
      return true
    }
    return .map(MapColumn(offsets: offsets, keys: keys, values: .int64(PrimitiveColumn(counts))))
  }

  /// The values of each group that `isWanted` takes, ascending: `offsets[i] ..< offsets[i + 1]` are those of
  /// `groups[i]`. `isWanted` gets the group's place in `groups` and the value's weight.
  func collect(_ groups: [Int32], offsets: inout [Int32], _ isWanted: (Int, Int64) -> Bool) -> Column {
    switch codec.kind {
    case .word:
      settle()
      if let log { return codec.column(words: Multisets.collect(log, groups, &offsets, isWanted)) }
      return codec.column(words: Multisets.collect(words, groups, &offsets, isWanted))
    case .wide:
      return codec.column(wides: Multisets.collect(wides, groups, &offsets, isWanted))
    case .bytes:
      return codec.column(views: Multisets.collect(views, groups, &offsets, isWanted), owners: store.owners)
    }
  }

  private static func collect(
    _ log: ValueLog, _ groups: [Int32], _ offsets: inout [Int32], _ isWanted: (Int, Int64) -> Bool
  ) -> [Int64] {
    var keys: [Int64] = []
    for (i, group) in groups.enumerated() {
      log.forEach(Int(group)) { key, count in if isWanted(i, count) { keys.append(key) } }
      offsets.append(Int32(truncatingIfNeeded: keys.count))
    }
    return keys
  }

  private static func collect<Key>(
    _ forest: KeyForest<Key>, _ groups: [Int32], _ offsets: inout [Int32], _ isWanted: (Int, Int64) -> Bool
  ) -> [Key] {
    var keys: [Key] = []
    for (i, group) in groups.enumerated() {
      forest.walk(Int(group)) { key, count in
        if isWanted(i, count) { keys.append(key) }
        return true
      }
      offsets.append(Int32(truncatingIfNeeded: keys.count))
    }
    return keys
  }

  /// The smallest or largest value of each group, NULL where there is none.
  func extremes(of groups: [Int32], isMax: Bool) -> Column {
    switch codec.kind {
    case .word:
      settle()
      let log = self.log
      let (keys, validity) = picked(groups, filler: 0) { (group: Int) -> Int64? in
        log == nil ? words.extreme(group, isMax: isMax) : log?.extreme(group, isMax: isMax)
      }
      return codec.column(words: keys, validity: validity)
    case .wide:
      let (keys, validity) = picked(groups, filler: 0) { wides.extreme($0, isMax: isMax) }
      return codec.column(wides: keys, validity: validity)
    case .bytes:
      let (keys, validity) = picked(groups, filler: BytesView()) { views.extreme($0, isMax: isMax) }
      return codec.column(views: keys, owners: store.owners, validity: validity)
    }
  }
}

/// One key a group; groups without one are NULL.
@inline(__always)
func picked<Key>(_ groups: [Int32], filler: Key, _ pick: (Int) -> Key?) -> (keys: [Key], validity: Validity?) {
  var validity = Validity(repeating: true, count: groups.count)
  var keys: [Key] = []
  keys.reserveCapacity(groups.count)
  for (i, group) in groups.enumerated() {
    if let key = pick(Int(group)) {
      keys.append(key)
    } else {
      keys.append(filler)
      validity.set(i, false)
    }
  }
  return (keys, validity.isAllValid ? nil : validity)
}

/// An aggregate whose state is the multiset of its values; subclasses say what becomes of it.
class MultisetAccumulator: Accumulator {
  final let values: Multisets

  init(_ type: DataType) { values = Multisets(type) }

  final func grow(to count: Int) { values.grow(to: count) }

  func update(_ input: AggregateInput) throws(SQLError) {
    if let operand = input.arguments.first { try values.update(operand, input) }
  }

  final func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    guard let column = state.first else { throw .malformedState("a multiset of \(values.codec.type)") }
    try values.merge(column, into: groups)
  }

  final func state(of groups: [Int32]) throws(SQLError) -> [Column] { [values.state(of: groups)] }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    throw .internal("an aggregate without a result")
  }

  final func reset(_ groups: [Int32]) { values.reset(groups) }

  final var memoryBytes: Int { values.memoryBytes }
}
