internal import Columnar

/// One column being filled by a decoder: plain memory, so that a value costs a store and no reference counting.
///
/// Slots of one decoder lie in a table; nested columns name their children by place in it. A null row holds zeros.
struct ColumnSlot {
  enum Kind: UInt8 {
    case null, bool, int8, int16, int32, int64, float32, float64, decimal, string, binary
    case date, timestamp, timestampNTZ, yearMonth, dayTime
    /// Values are end offsets into the children.
    case list, map
    case structure
  }

  let kind: Kind
  /// Digits of a decimal, fields of an interval.
  let precision: UInt8
  let scale: UInt8
  /// Ordinals of the children in the table: one of a list, two of a map, the fields of a struct.
  var firstChild = 0
  var childCount = 0
  /// Bytes of one value.
  private let stride: Int
  private(set) var capacity: Int
  /// Rows so far.
  var count = 0
  private(set) var nullCount = 0
  private var values: UnsafeMutableRawPointer
  /// 1 where a row is null.
  private var nulls: UnsafeMutablePointer<UInt8>

  init(_ type: DataType, capacity: Int) {
    (kind, precision, scale) = Self.layout(of: type)
    self.capacity = capacity
    stride = Self.stride(of: kind)
    values = .allocate(byteCount: max(1, stride * capacity), alignment: 16)
    nulls = .allocate(capacity: max(1, capacity))
  }

  func free() {
    values.deallocate()
    nulls.deallocate()
  }

  private static func layout(of type: DataType) -> (Kind, UInt8, UInt8) {
    switch type {
    case .null: (.null, 0, 0)
    case .boolean: (.bool, 0, 0)
    case .tinyint: (.int8, 0, 0)
    case .smallint: (.int16, 0, 0)
    case .int: (.int32, 0, 0)
    case .bigint: (.int64, 0, 0)
    case .float: (.float32, 0, 0)
    case .double: (.float64, 0, 0)
    case .decimal(let precision, let scale):
      (.decimal, UInt8(truncatingIfNeeded: precision), UInt8(truncatingIfNeeded: scale))
    case .string: (.string, 0, 0)
    case .binary: (.binary, 0, 0)
    case .date: (.date, 0, 0)
    case .timestamp: (.timestamp, 0, 0)
    case .timestampNTZ: (.timestampNTZ, 0, 0)
    case .yearMonthInterval(let from, let to): (.yearMonth, from.rawValue, to.rawValue)
    case .dayTimeInterval(let from, let to): (.dayTime, from.rawValue, to.rawValue)
    case .array: (.list, 0, 0)
    case .map: (.map, 0, 0)
    case .structure: (.structure, 0, 0)
    }
  }

  private static func stride(of kind: Kind) -> Int {
    switch kind {
    case .null, .structure: 0
    case .bool, .int8: 1
    case .int16: 2
    case .int32, .float32, .date, .yearMonth, .list, .map: 4
    case .int64, .float64, .timestamp, .timestampNTZ, .dayTime: 8
    case .decimal, .string, .binary: 16
    }
  }

  var shape: DecimalShape { DecimalShape(precision: Int(precision), scale: Int(scale)) }

  // MARK: Filling

  /// Appends a value of the slot's own width.
  @inline(__always)
  mutating func append<Value: BitwiseCopyable>(_ value: Value) {
    if _slowPath(count == capacity) { grow() }
    values.storeBytes(of: value, toByteOffset: count &* MemoryLayout<Value>.stride, as: Value.self)
    nulls[count] = 0
    count &+= 1
  }

  /// Appends a null, children apart.
  @inline(__always)
  mutating func appendNull() {
    if _slowPath(count == capacity) { grow() }
    if stride > 0 { (values + count &* stride).initializeMemory(as: UInt8.self, repeating: 0, count: stride) }
    nulls[count] = 1
    nullCount &+= 1
    count &+= 1
  }

  /// Appends a struct that is there; its fields have rows of their own.
  mutating func appendPresent() {
    if count == capacity { grow() }
    nulls[count] = 0
    count &+= 1
  }

  /// The end offset of a list or map row.
  func endOffset(ofRow row: Int) -> Int {
    row < 0 ? 0 : Int(values.load(fromByteOffset: row &* 4, as: Int32.self))
  }

  /// Sets the end offset of a row that is already there.
  mutating func setEndOffset(_ offset: Int, ofRow row: Int) {
    values.storeBytes(of: Int32(truncatingIfNeeded: offset), toByteOffset: row &* 4, as: Int32.self)
  }

  /// Forgets rows from `newCount` on, children apart.
  mutating func truncate(to newCount: Int) {
    while count > newCount {
      count &-= 1
      if nulls[count] != 0 { nullCount &-= 1 }
    }
  }

  mutating func removeAll() {
    count = 0
    nullCount = 0
  }

  @inline(never)
  private mutating func grow() {
    let wanted = max(64, capacity * 2)
    let more = UnsafeMutableRawPointer.allocate(byteCount: max(1, stride * wanted), alignment: 16)
    more.copyMemory(from: values, byteCount: stride * count)
    values.deallocate()
    values = more
    let moreNulls = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    moreNulls.update(from: nulls, count: count)
    nulls.deallocate()
    nulls = moreNulls
    capacity = wanted
  }

  // MARK: Result

  var validity: Validity? {
    if nullCount == 0 { return nil }
    return Validity(count: count) { nulls[$0] == 0 }
  }

  /// A view of the string at `row`, for comparing keys.
  func view(at row: Int) -> BytesView { values.load(fromByteOffset: row &* 16, as: BytesView.self) }

  func array<Element: BitwiseCopyable>(of type: Element.Type) -> [Element] {
    [Element](unsafeUninitializedCapacity: count) { target, filled in
      if let base = target.baseAddress {
        UnsafeMutableRawPointer(base).copyMemory(from: values, byteCount: count &* MemoryLayout<Element>.stride)
      }
      filled = count
    }
  }

  /// Offsets as a list column has them: a zero before the ends.
  var offsets: [Int32] {
    [Int32](unsafeUninitializedCapacity: count + 1) { target, filled in
      target[0] = 0
      if let base = target.baseAddress {
        UnsafeMutableRawPointer(base + 1).copyMemory(from: values, byteCount: count &* 4)
      }
      filled = count + 1
    }
  }
}
