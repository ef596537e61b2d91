internal import Columnar
internal import Glibc

/// What a reader of JSON wants: the columns and, below them, the fields of structs, with their names as bytes.
///
/// Slots are numbered as in a `SlotTable` of the same types.
final class JsonPlan: Sendable {
  let types: [DataType]
  /// Name of each slot that is a field of an object; empty for elements of lists and maps.
  let names: [[UInt8]]
  /// The top slot that takes the text of malformed records.
  let corruptSlot: Int?
  let reading: ValueReading
  /// `NaN`, `Infinity` and their like are numbers.
  let allowsNonNumericNumbers: Bool
  let leniency: JsonLeniency
  /// Ends a record.
  let newline: UInt8
  let states = WorkerStates<JsonState>()

  init(
    fields: [Field], corruptSlot: Int?, reading: ValueReading, allowsNonNumericNumbers: Bool, leniency: JsonLeniency,
    newline: UInt8
  ) {
    self.leniency = leniency
    self.newline = newline
    types = fields.map(\.type)
    self.corruptSlot = corruptSlot
    self.reading = reading
    self.allowsNonNumericNumbers = allowsNonNumericNumbers
    var names = fields.map { Array($0.name.utf8) }
    var open = fields.map(\.type)
    while !open.isEmpty {
      switch open.removeFirst() {
      case .array(let element):
        names.append([])
        open.append(element)
      case .map(let key, let value):
        names += [[], []]
        open += [key, value]
      case .structure(let fields):
        names += fields.map { Array($0.name.utf8) }
        open += fields.map(\.type)
      default: break
      }
    }
    // No JSON text has such a key.
    if let corruptSlot { names[corruptSlot] = [0xFF] }
    self.names = names
  }
}

/// The names of a plan in plain memory, and what each object's keys were last time.
///
/// Records of one source mostly have the same keys in the same order: a key that equals the one seen at its place in the
/// record before costs one comparison, whether its column is wanted or not.
final class JsonNames {
  /// Keys remembered of one object.
  static let placesMax = 64
  /// Bytes of a key that is remembered.
  static let keyBytesMax = 48

  struct Name {
    var bytes: UnsafePointer<UInt8>
    var count: Int
  }

  struct Place {
    var slot: Int32 = -1
    var count: Int32 = -1
    /// The first sixteen bytes of the key, and which of their bits count.
    var low: UInt64 = 0
    var high: UInt64 = 0
    var lowMask: UInt64 = 0
    var highMask: UInt64 = 0

    init() {}

    /// - Parameter key: sixteen bytes from it on are readable.
    init(slot: Int, key: UnsafePointer<UInt8>, count: Int) {
      self.slot = Int32(truncatingIfNeeded: slot)
      self.count = Int32(truncatingIfNeeded: count)
      lowMask = count >= 8 ? ~0 : (1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1
      highMask = count >= 16 ? ~0 : count <= 8 ? 0 : (1 &<< UInt64(truncatingIfNeeded: (count &- 8) &* 8)) &- 1
      let raw = UnsafeRawPointer(key)
      low = raw.loadUnaligned(as: UInt64.self) & lowMask
      high = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self) & highMask
    }

    /// Whether the key is short enough to be compared as a whole.
    var isWhole: Bool { count >= 0 && count <= 16 }

    /// Whether this key, and a quote behind it, stand at `start`.
    @inline(__always)
    func stands(at start: UnsafePointer<UInt8>) -> Bool {
      let raw = UnsafeRawPointer(start)
      return (raw.loadUnaligned(as: UInt64.self) & lowMask) == low
        && (raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self) & highMask) == high
        && start[Int(count)] == UInt8(ascii: "\"")
    }
  }

  /// By slot.
  let names: UnsafeMutablePointer<Name>
  /// `placesMax` for the root, then for each slot.
  let places: UnsafeMutablePointer<Place>
  let keys: UnsafeMutablePointer<UInt8>
  private let storage: ByteBuffer
  private let slotCount: Int

  init(_ plan: JsonPlan) {
    slotCount = plan.names.count
    let bytes = plan.names.reduce(0) { $0 + $1.count + 8 }
    let storage = ByteBuffer(capacity: bytes)
    self.storage = storage
    names = .allocate(capacity: max(1, slotCount))
    for (slot, name) in plan.names.enumerated() {
      let start = storage.base + storage.count
      name.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { _ = storage.append(base, count: source.count) }
      }
      storage.count += 8
      (names + slot).initialize(to: Name(bytes: UnsafePointer(start), count: name.count))
    }
    let count = (slotCount + 1) * Self.placesMax
    places = .allocate(capacity: count)
    places.initialize(repeating: Place(), count: count)
    keys = .allocate(capacity: count * (Self.keyBytesMax + 8))
  }

  deinit {
    names.deallocate()
    places.deallocate()
    keys.deallocate()
  }
}
