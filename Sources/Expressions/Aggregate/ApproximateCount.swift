internal import Columnar
internal import Diagnostics
internal import Glibc

extension Aggregates {
  /// `approx_count_distinct`.
  static let approximations: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "approx_count_distinct", "approx_count_distinct(expr[, relativeError])",
        "about how many different values there are (HyperLogLog); exact where rows may be taken back",
        "SELECT approx_count_distinct(x) FROM VALUES (1), (1), (2), (2), (3) AS t(x)", "3")
    ) { (call) throws(SQLError) in
      try call.expect(1...2)
      let type = call.types[0]
      if !type.isOrderable { throw .unorderableArgument(call, 0) }
      var error = 0.05
      if call.arguments.count == 2 {
        guard try call.constant(1) != nil else { throw .nonConstantArgument(call, 1, expected: "number") }
        let cast = Coercion.cast(call.arguments[1], to: .double)
        if case .float64(let value) = try Evaluator(EvaluationContext(settings: call.settings)).constant(cast) { error = value }
        guard error >= DistinctSketch.errorMin, error <= DistinctSketch.errorMax else {
          throw .argumentOutOfRange(
            call, 1, range: "[\(DistinctSketch.errorMin), \(DistinctSketch.errorMax)]", found: "\(error)")
        }
      }
      let precision = DistinctSketch.precision(for: error)
      return BoundAggregate(
        call.name, [type] + call.types.dropFirst(), returns: .bigint, isNullable: false,
        stateTypes: [Multisets.stateType(type), .binary]
      ) { retractable in
        if retractable { return ExactDistinctAccumulator(type) }
        return SketchAccumulator(type, precision: precision)
      }
    }
  ]
}

/// Sizes of HyperLogLog sketches (Flajolet et al., 2007), with linear counting while most registers are empty.
enum DistinctSketch {
  static let errorMin = 0.00345
  static let errorMax = 0.39

  /// The registers are 2 to this power; the standard error is 1.106 / √registers.
  static func precision(for error: Double) -> Int { max(4, Int((2 * log2(1.106 / error)).rounded(.up))) }

  /// Table hashes are made for their low bits; a sketch needs every bit to be as good as random (MurmurHash3's finalizer).
  @inline(__always)
  static func spread(_ hash: UInt64) -> UInt64 {
    var bits = (hash ^ hash &>> 33) &* 0xFF51_AFD7_ED55_8CCD
    bits = (bits ^ bits &>> 33) &* 0xC4CE_B9FE_1A85_EC53
    return bits ^ bits &>> 33
  }

  static func estimate(_ registers: ArraySlice<UInt8>) -> Int64 {
    let count = Double(registers.count)
    var sum = 0.0
    var empty = 0.0
    for register in registers {
      sum += 1 / Double(UInt64(1) << UInt64(min(register, 63)))
      if register == 0 { empty += 1 }
    }
    let alpha: Double =
      switch registers.count {
      case 16: 0.673
      case 32: 0.697
      case 64: 0.709
      default: 0.7213 / (1 + 1.079 / count)
      }
    let raw = alpha * count * count / sum
    if raw <= 2.5 * count, empty > 0 { return Int64((count * log(count / empty)).rounded()) }
    return Int64(raw.rounded())
  }
}

/// One sketch a group, of rows that are never taken back. 2^precision bytes a group.
final class SketchAccumulator: Accumulator {
  private let codec: KeyCodec
  private let type: DataType
  private let precision: Int
  private var registers: [UInt8] = []

  init(_ type: DataType, precision: Int) {
    self.type = type
    self.precision = precision
    codec = KeyCodec(type, isNormalized: true)
  }

  private var width: Int { 1 << precision }

  func grow(to count: Int) { registers.grow(to: count * width, filler: 0) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    if case .null = operand.column { return }
    let keys = try ElementKeys(operand.column, type)
    let (precision, width) = (precision, width)
    registers.withUnsafeMutableBufferPointer { registers in
      input.forEachValid(operand) { _, index, group, _ in
        let hash = DistinctSketch.spread(keys.hash(Int32(truncatingIfNeeded: index)))
        let register = group &* width &+ Int(truncatingIfNeeded: hash &>> UInt64(64 - precision))
        // The set bit ends the count where all others are zero.
        let rest = hash &<< UInt64(precision) | 1 &<< UInt64(precision - 1)
        let rank = UInt8(truncatingIfNeeded: rest.leadingZeroBitCount + 1)
        if rank > registers[register] { registers[register] = rank }
      }
    }
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let views: [BytesView] = try state.stateValues(1, of: "approx_count_distinct")
    for (row, group) in groups.enumerated() {
      let base = Int(group) * width
      let isSketch = views[row].withBytes { bytes in
        guard bytes.count == width else { return bytes.isEmpty }
        for i in 0..<width where bytes[i] > registers[base + i] { registers[base + i] = bytes[i] }
        return true
      }
      if !isSketch { throw .malformedState("approx_count_distinct") }
    }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    var builder = TextBuilder(rows: groups.count)
    for group in groups {
      registers[Int(group) * width..<(Int(group) + 1) * width].withUnsafeBytes { builder.append($0) }
    }
    let empty = MapColumn(
      offsets: [Int32](repeating: 0, count: groups.count + 1), keys: ColumnBuilder(type).finish(),
      values: .int64(PrimitiveColumn([])))
    return [.map(empty), builder.finish()]
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    .int64(
      PrimitiveColumn(groups.map { DistinctSketch.estimate(registers[Int($0) * width..<(Int($0) + 1) * width]) }))
  }

  func reset(_ groups: [Int32]) {
    for group in groups { for i in Int(group) * width..<(Int(group) + 1) * width { registers[i] = 0 } }
  }

  var memoryBytes: Int { registers.storageBytes }
}

/// A sketch cannot forget: where rows may be taken back, the values are counted.
final class ExactDistinctAccumulator: Accumulator {
  private let values: Multisets

  init(_ type: DataType) { values = Multisets(type) }

  func grow(to count: Int) { values.grow(to: count) }

  func update(_ input: AggregateInput) throws(SQLError) {
    if let operand = input.arguments.first { try values.update(operand, input) }
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    guard let column = state.first else { throw .malformedState("approx_count_distinct") }
    try values.merge(column, into: groups)
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    [values.state(of: groups), .bytes(BytesColumn([BytesView](repeating: BytesView(), count: groups.count)))]
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    var offsets: [Int32] = [0]
    _ = values.collect(groups, offsets: &offsets) { _, weight in weight > 0 }
    return .int64(PrimitiveColumn(groups.indices.map { Int64(offsets[$0 + 1] - offsets[$0]) }))
  }

  func reset(_ groups: [Int32]) { values.reset(groups) }

  var memoryBytes: Int { values.memoryBytes }
}
