internal import Columnar
internal import Diagnostics

/// The maps of a result, written as indexes of keys and values in two pool columns. Keys are checked: none is NULL. One
/// that comes twice in a map is an error, or has the last of its values (`spark.sql.mapKeyDedupPolicy`).
struct EntryPicker {
  private let keyPool: Column
  private let valuePool: Column
  private let type: (key: DataType, value: DataType)
  private let keys: ElementKeys
  private let nulls: NullTest
  private var lists: ListPicker
  private var values: [Int32] = []
  private var start = 0
  private var seen = ElementSet()
  private let keepsLast: Bool

  /// Maps so small that comparing each pair of keys is faster than hashing.
  private static let pairwiseMax = 8

  init(
    keys pool: Column, values valuePool: Column, _ type: (key: DataType, value: DataType), _ context: borrowing KernelContext
  ) throws(SQLError) {
    let rows = context.rows
    keepsLast = context.evaluation.settings.keepsLastOfEqualKeys
    keyPool = pool
    self.valuePool = valuePool
    self.type = type
    keys = try ElementKeys(pool, type.key)
    nulls = pool.nullTest
    lists = ListPicker(rows: rows)
  }

  @inline(__always)
  mutating func add(key: Int32, value: Int32) {
    lists.pick(key)
    values.append(value)
  }

  /// Ends the map of one row.
  mutating func endMap() throws(SQLError) {
    let count = lists.count - start
    let isHashed = count > EntryPicker.pairwiseMax
    if isHashed { seen.removeAll(expecting: count) }
    // Where the next new key goes, and the places of those before it once they are asked for.
    var end = start
    var places: [Int32: Int]?
    for i in start..<lists.count {
      let key = lists.picked[i]
      if nulls.isNull(key) { throw .data("NULL_MAP_KEY", "a key of a map must not be NULL") }
      let isNew =
        isHashed ? seen.insert(key, keys) : !lists.picked[start..<end].contains { keys.areEqual($0, key) }
      if isNew {
        if end < i {
          lists.replace(at: end, with: key)
          values[end] = values[i]
        }
        places?[key] = end
        end += 1
        continue
      }
      guard keepsLast else {
        let text = ColumnText.string(keyPool.value(at: Int(key)), type: type.key)
        throw .data(
          "DUPLICATED_MAP_KEY", "the key \(text) comes twice in one map",
          hint: "SET spark.sql.mapKeyDedupPolicy = LAST_WIN keeps the last of its values")
      }
      let place: Int?
      if isHashed {
        let known = places ?? Dictionary((start..<end).map { (lists.picked[$0], $0) }) { first, _ in first }
        place = known[seen.member(key, keys)]
        places = known
      } else {
        place = lists.picked[start..<end].firstIndex { keys.areEqual($0, key) }
      }
      if let place { values[place] = values[i] }
    }
    lists.truncate(to: end)
    values.removeLast(values.count - end)
    try lists.endList()
    start = end
  }

  func finish(validity: Validity? = nil) -> Column {
    .map(
      MapColumn(
        offsets: lists.offsets, keys: keyPool.gather(lists.picked),
        values: valuePool.gatherOrNull(values, type: type.value), validity: validity))
  }
}

extension FunctionCall {
  /// Keys of a map have an order, so that they can be found.
  func requireMapKey(_ type: DataType) throws(SQLError) {
    if type.isOrderable { return }
    throw SQLError(
      .bind, "DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE", "the key of a map cannot be or hold a map, found \"\(type.sqlName)\"",
      span: span)
  }
}
