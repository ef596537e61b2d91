internal import Columnar
internal import Diagnostics

/// One value of any type a group, NULL at first: what `first` or `max_by` have picked.
///
/// Written a batch at a time, a column's rows to groups; read as a column.
struct GroupValues {
  private let codec: KeyCodec
  // One of the three is used, as `codec.kind` says.
  private var words: [Int64] = []
  private var wides: [Int128] = []
  private var views: [BytesView] = []
  private var store = BytesStore()
  private var isValid: [Bool] = []

  init(_ type: DataType) { codec = KeyCodec(type, isNormalized: false) }

  mutating func grow(to count: Int) {
    isValid.grow(to: count, filler: false)
    switch codec.kind {
    case .word: words.grow(to: count, filler: 0)
    case .wide: wides.grow(to: count, filler: 0)
    case .bytes: views.grow(to: count, filler: BytesView())
    }
  }

  /// Row `rows[i]` of `column` becomes the value of `groups[i]`.
  mutating func assign(_ column: Column, _ rows: [Int32], to groups: [Int32]) throws(SQLError) {
    let isAll = rows.count == column.count
    switch codec.kind {
    case .word:
      let keys = try codec.words(column)
      for (row, group) in zip(rows, groups) { words[Int(group)] = keys[Int(row)] }
    case .wide:
      let keys = try codec.wides(column)
      for (row, group) in zip(rows, groups) { wides[Int(group)] = keys[Int(row)] }
    case .bytes:
      // Encoding nested values costs more than picking the rows first.
      let keys = try codec.views(isAll ? column : column.gather(rows))
      let validity = column.validity
      for (i, group) in groups.enumerated() {
        let row = Int(rows[i])
        store.drop(views[Int(group)])
        let valid = validity.map { $0[row] } ?? true
        views[Int(group)] = valid ? store.keep(keys.views[isAll ? row : i]) : BytesView()
      }
      withExtendedLifetime(keys) { compactIfNeeded() }
    }
    guard let validity = column.validity else {
      for group in groups { isValid[Int(group)] = true }
      return
    }
    for (row, group) in zip(rows, groups) { isValid[Int(group)] = validity[Int(row)] }
  }

  private mutating func compactIfNeeded() {
    guard store.needsCompaction else { return }
    let old = store
    var fresh = BytesStore()
    for i in views.indices { views[i] = fresh.keep(views[i]) }
    store = fresh
    withExtendedLifetime(old) {}
  }

  func column(of groups: [Int32]) -> Column {
    let validity = Validity(count: groups.count) { isValid[Int(groups[$0])] }
    let mask = validity.isAllValid ? nil : validity
    switch codec.kind {
    case .word: return codec.column(words: gatherGroups(words, groups) { $0 }, validity: mask)
    case .wide: return codec.column(wides: gatherGroups(wides, groups) { $0 }, validity: mask)
    case .bytes:
      return codec.column(views: gatherGroups(views, groups) { $0 }, owners: store.owners, validity: mask)
    }
  }

  mutating func reset(_ groups: [Int32]) {
    for group in groups {
      isValid[Int(group)] = false
      if codec.kind == .bytes {
        store.drop(views[Int(group)])
        views[Int(group)] = BytesView()
      }
    }
    compactIfNeeded()
  }

  var memoryBytes: Int {
    words.storageBytes + wides.storageBytes + views.storageBytes + isValid.storageBytes + store.memoryBytes
  }
}

/// The rows of a batch that won their groups: at most one a group, the last one noted.
struct BatchWinners {
  /// Place in `rows` by group, −1 for none; sized like the groups, empty again after each batch.
  private var places: [Int32] = []
  private(set) var groups: [Int32] = []
  private(set) var rows: [Int32] = []

  mutating func grow(to count: Int) { places.grow(to: count, filler: -1) }

  @inline(__always)
  mutating func note(_ group: Int, row: Int) {
    let place = places[group]
    if place >= 0 {
      rows[Int(place)] = Int32(truncatingIfNeeded: row)
      return
    }
    places[group] = Int32(truncatingIfNeeded: rows.count)
    groups.append(Int32(truncatingIfNeeded: group))
    rows.append(Int32(truncatingIfNeeded: row))
  }

  mutating func removeAll() {
    for group in groups { places[Int(group)] = -1 }
    groups.removeAll(keepingCapacity: true)
    rows.removeAll(keepingCapacity: true)
  }

  var memoryBytes: Int { places.storageBytes + groups.storageBytes + rows.storageBytes }
}
