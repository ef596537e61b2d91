internal import Columnar
internal import Diagnostics

/// The lists of a result, written as indexes of elements in a pool column, −1 for NULL: what most array functions
/// compute. One gather at the end makes the column, whatever the elements' type.
struct ListPicker {
  private(set) var offsets: [Int32] = [0]
  private(set) var picked: [Int32] = []

  /// Elements of one batch: offsets are 32 bits wide.
  static let elementsMax = Int(Int32.max)

  init(rows: Int) { offsets.reserveCapacity(rows + 1) }

  /// Elements picked so far.
  var count: Int { picked.count }

  @inline(__always) mutating func pick(_ element: Int32) { picked.append(element) }
  mutating func pick(contentsOf range: Range<Int32>) { picked.append(contentsOf: range) }

  mutating func pick(_ element: Int32, times: Int) throws(SQLError) {
    if times > ListPicker.elementsMax - picked.count { throw .collectionTooLarge }
    picked.append(contentsOf: repeatElement(element, count: max(0, times)))
  }

  /// Puts elements picked since `start` into another order.
  mutating func reorder(from start: Int, _ body: (inout ArraySlice<Int32>) -> Void) { body(&picked[start...]) }

  /// Puts another element at a place of the list that is being written.
  mutating func replace(at place: Int, with element: Int32) { picked[place] = element }

  /// Forgets the elements behind the first `count`.
  mutating func truncate(to count: Int) { picked.removeLast(picked.count - count) }

  /// Ends the list of one row.
  mutating func endList() throws(SQLError) {
    if picked.count > ListPicker.elementsMax { throw .collectionTooLarge }
    offsets.append(Int32(truncatingIfNeeded: picked.count))
  }

  /// The lists over `pool`, whose elements are of `type`.
  func lists(over pool: Column, type: DataType, validity: Validity? = nil) -> Column {
    .list(ListColumn(offsets: offsets, child: pool.gatherOrNull(picked, type: type), validity: validity))
  }
}

/// Columns of one type put one after the other, so that one index names an element of any of them.
struct ElementPool {
  let column: Column
  private var bases: [Int32] = []
  private var strides: [Int32] = []

  /// A constant operand takes one place.
  init(_ operands: [Operand], type: DataType) throws(SQLError) {
    var base = 0
    for operand in operands {
      bases.append(Int32(truncatingIfNeeded: base))
      strides.append(Int32(operand.stride))
      base += operand.column.count
    }
    if base > ListPicker.elementsMax { throw .collectionTooLarge }
    column = operands.isEmpty ? ColumnBuilder(type).finish() : Column.concatenate(operands.map(\.column), type: type)
  }

  init(_ columns: [Column], type: DataType) throws(SQLError) {
    try self.init(columns.map { Operand($0) }, type: type)
  }

  /// The place of an operand's value for `row`.
  @inline(__always)
  func index(_ operand: Int, _ row: Int) -> Int32 { bases[operand] &+ Int32(truncatingIfNeeded: row) &* strides[operand] }

  /// Where the column of an operand begins.
  func base(_ operand: Int) -> Int32 { bases[operand] }
}

/// A list argument, read row by row: a constant is not repeated.
struct ListOperand {
  let list: ListColumn
  private let stride: Int

  init(_ operand: Operand) {
    stride = operand.stride
    if case .list(let c) = operand.column {
      list = c
    } else {
      let rows = operand.column.count
      list = ListColumn(
        offsets: [Int32](repeating: 0, count: rows + 1), child: .null(count: 0),
        validity: Validity(repeating: false, count: rows))
    }
  }

  var child: Column { list.child }

  @inline(__always)
  func range(_ row: Int) -> Range<Int32> { list.offsets[row &* stride]..<list.offsets[row &* stride &+ 1] }

  @inline(__always)
  func isNull(_ row: Int) -> Bool { list.validity.map { !$0[row &* stride] } ?? false }
}

/// A map argument, read row by row: a constant is not repeated.
struct MapOperand {
  let map: MapColumn
  private let stride: Int

  init(_ operand: Operand) {
    stride = operand.stride
    if case .map(let c) = operand.column {
      map = c
    } else {
      let rows = operand.column.count
      map = MapColumn(
        offsets: [Int32](repeating: 0, count: rows + 1), keys: .null(count: 0), values: .null(count: 0),
        validity: Validity(repeating: false, count: rows))
    }
  }

  @inline(__always)
  func range(_ row: Int) -> Range<Int32> { map.offsets[row &* stride]..<map.offsets[row &* stride &+ 1] }

  @inline(__always)
  func isNull(_ row: Int) -> Bool { map.validity.map { !$0[row &* stride] } ?? false }
}

extension Range where Bound == Int32 {
  /// The same places in a pool that has this column at `base`.
  @inline(__always)
  func moved(by base: Int32) -> Range<Int32> { lowerBound &+ base..<upperBound &+ base }
}

extension Column {
  /// Which rows hold a value, as a test that is cheap in a loop.
  var nullTest: NullTest { NullTest(validity: validity) }
}

/// `isNull(row)` without looking at the column again.
struct NullTest {
  let validity: Validity?
  @inline(__always) func isNull(_ row: Int32) -> Bool { validity.map { !$0[Int(row)] } ?? false }
}
