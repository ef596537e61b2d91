internal import Columnar

/// The slots of all columns that a decoder fills, nested ones included: parents before their children.
///
/// Belongs to one worker for the length of a piece of input, then to the next.
final class SlotTable {
  let slots: UnsafeMutablePointer<ColumnSlot>
  let count: Int
  /// The top columns are the first so many slots.
  let topCount: Int

  init(_ types: [DataType]) {
    var all: [ColumnSlot] = types.map { ColumnSlot($0, capacity: Batch.rowsMax) }
    var open = Array(types.enumerated())
    while !open.isEmpty {
      let (parent, type) = open.removeFirst()
      let children: [DataType] =
        switch type {
        case .array(let element): [element]
        case .map(let key, let value): [key, value]
        case .structure(let fields): fields.map(\.type)
        default: []
        }
      all[parent].firstChild = all.count
      all[parent].childCount = children.count
      for child in children {
        open.append((all.count, child))
        all.append(ColumnSlot(child, capacity: 0))
      }
    }
    count = all.count
    topCount = types.count
    slots = .allocate(capacity: max(1, count))
    slots.initialize(from: all, count: count)
  }

  deinit {
    for i in 0..<count { slots[i].free() }
    slots.deallocate()
  }

  /// The columns filled so far, which hold views into `owners`; the table is empty afterwards.
  func take(owners: [ByteBuffer]) -> [Column] {
    defer { for i in 0..<count { slots[i].removeAll() } }
    return (0..<topCount).map { column($0, owners) }
  }

  private func column(_ ordinal: Int, _ owners: [ByteBuffer]) -> Column {
    let slot = slots[ordinal]
    let validity = slot.validity
    switch slot.kind {
    case .null: return .null(count: slot.count)
    case .bool: return .bool(PrimitiveColumn(slot.array(of: Bool.self), validity: validity))
    case .int8: return .int8(PrimitiveColumn(slot.array(of: Int8.self), validity: validity))
    case .int16: return .int16(PrimitiveColumn(slot.array(of: Int16.self), validity: validity))
    case .int32, .date, .yearMonth:
      return .int32(PrimitiveColumn(slot.array(of: Int32.self), validity: validity))
    case .int64, .timestamp, .timestampNTZ, .dayTime:
      return .int64(PrimitiveColumn(slot.array(of: Int64.self), validity: validity))
    case .float32: return .float32(PrimitiveColumn(slot.array(of: Float.self), validity: validity))
    case .float64: return .float64(PrimitiveColumn(slot.array(of: Double.self), validity: validity))
    case .decimal: return .int128(PrimitiveColumn(slot.array(of: Int128.self), validity: validity))
    case .string, .binary:
      return .bytes(BytesColumn(slot.array(of: BytesView.self), owners: owners, validity: validity))
    case .list:
      return .list(
        ListColumn(offsets: slot.offsets, child: column(slot.firstChild, owners), validity: validity))
    case .map:
      return .map(
        MapColumn(
          offsets: slot.offsets, keys: column(slot.firstChild, owners),
          values: column(slot.firstChild + 1, owners), validity: validity))
    case .structure:
      let fields = (0..<slot.childCount).map { column(slot.firstChild + $0, owners) }
      return .structure(StructColumn(fields: fields, count: slot.count, validity: validity))
    }
  }
}

extension UnsafeMutablePointer where Pointee == ColumnSlot {
  /// A null in a slot and, below a struct, in its fields.
  @inline(__always)
  func appendNull(_ ordinal: Int) {
    switch self[ordinal].kind {
    case .list, .map:
      let end = self[ordinal].endOffset(ofRow: self[ordinal].count &- 1)
      self[ordinal].appendNull()
      self[ordinal].setEndOffset(end, ofRow: self[ordinal].count &- 1)
    case .structure:
      appendNullStruct(ordinal)
    default:
      self[ordinal].appendNull()
    }
  }

  @inline(never)
  private func appendNullStruct(_ ordinal: Int) {
    self[ordinal].appendNull()
    for child in 0..<self[ordinal].childCount { appendNull(self[ordinal].firstChild &+ child) }
  }

  /// Forgets the rows of a slot, and of what is below it, from `count` on.
  func truncate(_ ordinal: Int, to count: Int) {
    let slot = self[ordinal]
    if slot.count <= count && slot.kind.isScalar { return }
    let childCount =
      switch slot.kind {
      case .list, .map: min(slot.count, count) == 0 ? 0 : slot.endOffset(ofRow: min(slot.count, count) &- 1)
      default: count
      }
    for child in 0..<slot.childCount { truncate(slot.firstChild &+ child, to: childCount) }
    self[ordinal].truncate(to: count)
  }
}

extension ColumnSlot.Kind {
  var isScalar: Bool {
    switch self {
    case .list, .map, .structure: false
    default: true
    }
  }
}
