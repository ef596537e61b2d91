internal import Columnar
internal import Diagnostics

/// Random bits of rows, without state: what a row gets depends on the seed, the step and the row's place in the input,
/// not on batches or on who works (SEM-11, SEM-13).
///
/// The first row of the first step draws what Spark draws in its first partition; every other row is a partition of its own.
struct RowRandom {
  private let seed: UInt64
  private let batch: UInt64
  private let order: RowOrder
  /// For rows made of one input row (by a join, or elements of an array), how many came before them.
  private let repeats: [UInt64]

  /// - Parameter seed: of the call.
  init(seed: UInt64, _ context: borrowing KernelContext) {
    self.seed = seed
    batch = Self.mixed(UInt64(bitPattern: context.evaluation.batchNumber) &* Self.golden)
    order = context.order
    repeats = Self.repeats(context.order, count: context.rows)
  }

  /// The seed of a row: that of the call for the very first one.
  @inline(__always)
  private func seed(of row: Int) -> UInt64 {
    var place = Self.mixed(batch &+ UInt64(bitPattern: order.position(row)) &* Self.golden)
    if !repeats.isEmpty, repeats[row] > 0 { place = Self.mixed(place &+ repeats[row] &* Self.golden) }
    return seed &+ place
  }

  /// The draws of a row, one after the other.
  @inline(__always)
  func generator(_ row: Int) -> XORShift { XORShift(seed: seed(of: row)) }

  /// 64 bits for draw `draw` of a row, where Spark's numbers are not asked for.
  @inline(__always)
  func bits(_ row: Int, _ draw: UInt64) -> UInt64 { Self.mixed(Self.mixed(seed(of: row)) &+ (draw &+ 1) &* Self.golden) }

  /// The first draw of a row: in 0 ..< 1, with 53 bits.
  @inline(__always)
  func unit(_ row: Int) -> Double {
    var generator = generator(row)
    return generator.nextUnit()
  }

  private static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// The output function of SplitMix64 (Steele, Lea, Flood, 2014).
  @inline(__always)
  private static func mixed(_ state: UInt64) -> UInt64 {
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  private static func repeats(_ order: RowOrder, count: Int) -> [UInt64] {
    guard case .explicit(let positions) = order, positions.count >= count else { return [] }
    var result = [UInt64](repeating: 0, count: count)
    for row in 1..<max(1, count) where positions[row] == positions[row &- 1] { result[row] = result[row &- 1] &+ 1 }
    return result
  }
}

extension FunctionCall {
  /// The seed of a nondeterministic call: argument `index` if it is there (NULL counts as 0), else the query's own mixed
  /// with the place of the call, so that two calls of one query differ.
  func randomSeed(_ index: Int) throws(SQLError) -> UInt64 {
    guard index < arguments.count else {
      return settings.randomSeed &+ UInt64(truncatingIfNeeded: span.lower) &* 0xD129_0DDA_3C4D_6A2F
    }
    guard [.int, .bigint, .null].contains(types[index]) else {
      throw .unexpectedInput(self, index, wanted: "(\"INT\" or \"BIGINT\")")
    }
    guard let value = try constant(index) else { throw .nonConstantArgument(self, index, expected: "integer") }
    return UInt64(bitPattern: value.integer ?? 0)
  }
}
