internal import Columnar
internal import Diagnostics

/// The table-generating functions.
enum Generators {
  static let all: [GeneratorFunction] = explode + inline + stack + jsonTuple
}

/// The elements of one list or map argument, as rows: what `explode` and its kin are made of.
///
/// If every row's elements stand one after the other, which is so unless rows were cut off or NULL rows own elements,
/// the elements are the argument's own child columns: nothing is copied.
struct ElementRows {
  /// The child columns: one of a list, keys and values of a map.
  private(set) var children: [Column]
  /// `offsets[i] ..< offsets[i + 1]` are the elements of row i; starts at 0.
  private(set) var offsets: [Int32]
  let types: [DataType]

  /// Rows that one call may produce: offsets are 32 bits wide.
  static let rowsMax = Int(Int32.max)

  /// `type` is the argument's: an array or a map.
  init(_ operand: Operand, _ type: DataType, rows: Int, span: SourceSpan) throws(SQLError) {
    let flat = try ElementRows.flattened(operand, rows: rows, span: span)
    switch (flat, type) {
    case (.list(let c), .array(let element)):
      types = [element]
      children = [c.child]
      offsets = c.offsets
      compact(validity: c.validity)
    case (.map(let c), .map(let key, let value)):
      types = [key, value]
      children = [c.keys, c.values]
      offsets = c.offsets
      compact(validity: c.validity)
    case (.null, .array(let element)):
      types = [element]
      children = [ColumnBuilder(element).finish()]
      offsets = [Int32](repeating: 0, count: rows + 1)
    case (.null, .map(let key, let value)):
      types = [key, value]
      children = [ColumnBuilder(key).finish(), ColumnBuilder(value).finish()]
      offsets = [Int32](repeating: 0, count: rows + 1)
    default:
      throw .internal("a generator of \(type) got a column of \(flat.physical)")
    }
  }

  var count: Int { Int(offsets.last ?? 0) }

  /// A constant is repeated for every row, unless that is more than can be numbered.
  private static func flattened(_ operand: Operand, rows: Int, span: SourceSpan) throws(SQLError) -> Column {
    guard operand.isConstant, rows != 1 else { return operand.column }
    let elements: Int
    switch operand.column {
    case .list(let c): elements = Int(c.offsets.last ?? 0) - Int(c.offsets.first ?? 0)
    case .map(let c): elements = Int(c.offsets.last ?? 0) - Int(c.offsets.first ?? 0)
    default: elements = 0
    }
    // At most 2³¹ elements by 2³¹ rows: no overflow.
    if elements * rows > rowsMax {
      throw SQLError(
        .data, "COLLECTION_SIZE_LIMIT_EXCEEDED",
        "\(rows) rows of \(elements) elements each are more than the \(rowsMax) possible in one batch",
        span: span)
    }
    return operand.flattened(rows: rows)
  }

  /// Leaves out elements that belong to no row or to a NULL row.
  private mutating func compact(validity: Validity?) {
    let rows = offsets.count - 1
    var isOwnedByNull = false
    if let validity {
      for row in 0..<rows where !validity[row] && offsets[row] != offsets[row + 1] { isOwnedByNull = true }
    }
    if let validity, isOwnedByNull {
      var picked: [Int32] = []
      var compacted: [Int32] = [0]
      compacted.reserveCapacity(rows + 1)
      for row in 0..<rows {
        if validity[row] { picked.append(contentsOf: offsets[row]..<offsets[row + 1]) }
        compacted.append(Int32(picked.count))
      }
      children = children.map { $0.gather(picked) }
      offsets = compacted
      return
    }
    let first = offsets.first ?? 0
    let range = Int(first)..<Int(offsets.last ?? 0)
    children = children.map { $0.slice(range) }
    if first != 0 { for i in offsets.indices { offsets[i] -= first } }
  }

  /// The position of every element within its row, from 0.
  func positions() -> [Int32] {
    [Int32](unsafeUninitializedCapacity: count) { target, filled in
      for row in 0..<(offsets.count - 1) {
        let from = Int(offsets[row])
        for i in from..<Int(offsets[row + 1]) { target.initializeElement(at: i, to: Int32(i - from)) }
      }
      filled = count
    }
  }

  /// One more element, NULL, for every row without any: the `_outer` rule. Returns where real elements stand, or nil
  /// if there was no such row.
  mutating func padEmptyRows() -> Validity? {
    let rows = offsets.count - 1
    var empty = 0
    for row in 0..<rows where offsets[row] == offsets[row + 1] { empty += 1 }
    if empty == 0 { return nil }
    let total = count + empty
    var picked: [Int32] = []
    picked.reserveCapacity(total)
    var padded: [Int32] = [0]
    padded.reserveCapacity(rows + 1)
    for row in 0..<rows {
      if offsets[row] == offsets[row + 1] {
        picked.append(-1)
      } else {
        picked.append(contentsOf: offsets[row]..<offsets[row + 1])
      }
      padded.append(Int32(picked.count))
    }
    for i in children.indices {
      children[i] = children[i].gatherOrNull(picked, type: types[i])
    }
    offsets = padded
    return Validity(count: total) { picked[$0] >= 0 }
  }
}
