internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// `bit_and`, `bit_or`, `bit_xor`.
  static let bits: [AggregateFunction] = [
    bitAggregate("bit_and", "the bits that are set in all values", "SELECT bit_and(x) FROM VALUES (3), (5) AS t(x)", "1", .and),
    bitAggregate("bit_or", "the bits that are set in some value", "SELECT bit_or(x) FROM VALUES (3), (5) AS t(x)", "7", .or),
    bitAggregate(
      "bit_xor", "the bits that are set in an odd number of values", "SELECT bit_xor(x) FROM VALUES (3), (5) AS t(x)", "6", .xor),
  ]

  private static func bitAggregate(
    _ name: String, _ summary: String, _ sql: String, _ result: String, _ operation: BitAccumulator.Operation
  ) -> AggregateFunction {
    AggregateFunction(.aggregate(name, "\(name)(expr)", summary, sql, result)) { (call) throws(SQLError) in
      try call.expect(1)
      let type = call.types[0] == .null ? .int : call.types[0]
      guard type.isIntegral else { throw .unexpectedInput(call, 0, wanted: "\"INTEGRAL\"") }
      return BoundAggregate(
        call.name, [type], returns: type, stateTypes: [.bigint] + BitAccumulator.countTypes, isInvertible: true
      ) { _ in BitAccumulator(type, operation) }
    }
  }
}

/// How many values have each bit set: enough to take any of them back. 65 counters a group, whatever its size.
final class BitAccumulator: Accumulator {
  enum Operation: Sendable { case and, or, xor }

  static let countTypes: [DataType] = [.array(.bigint)]

  private let codec: KeyCodec
  private let operation: Operation
  private let width: Int
  private var totals: [Int64] = []
  /// `width` counters a group.
  private var counts: [Int64] = []

  init(_ type: DataType, _ operation: Operation) {
    codec = KeyCodec(type, isNormalized: false)
    self.operation = operation
    width =
      switch type {
      case .tinyint: 8
      case .smallint: 16
      case .int: 32
      default: 64
      }
  }

  func grow(to count: Int) {
    totals.grow(to: count, filler: 0)
    counts.grow(to: count * width, filler: 0)
  }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    if case .null = operand.column { return }
    let words = try codec.words(operand.column)
    let width = width
    counts.withUnsafeMutableBufferPointer { counts in
      totals.withUnsafeMutableBufferPointer { totals in
        input.forEachValid(operand) { _, index, group, weight in
          totals[group] &+= weight
          let base = group &* width
          var bits = UInt64(bitPattern: words[index])
          if width < 64 { bits &= (1 &<< UInt64(width)) &- 1 }
          while bits != 0 {
            counts[base &+ bits.trailingZeroBitCount] &+= weight
            bits &= bits &- 1
          }
        }
      }
    }
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let sums: [Int64] = try state.stateValues(0, of: "bit_and")
    guard state.count == 2, case .list(let list) = state[1], let values = Int64.primitive(of: list.child)?.values else {
      throw .malformedState("bit_and")
    }
    for (row, group) in groups.enumerated() {
      guard Int(list.offsets[row + 1] - list.offsets[row]) == width else { throw .malformedState("bit_and") }
      totals[Int(group)] &+= sums[row]
      for bit in 0..<width { counts[Int(group) * width + bit] &+= values[Int(list.offsets[row]) + bit] }
    }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    var values: [Int64] = []
    values.reserveCapacity(groups.count * width)
    for group in groups { values += counts[Int(group) * width..<(Int(group) + 1) * width] }
    let offsets = (0...Int32(truncatingIfNeeded: groups.count)).map { $0 &* Int32(truncatingIfNeeded: width) }
    return [
      .int64(PrimitiveColumn(gatherGroups(totals, groups) { $0 })),
      .list(ListColumn(offsets: offsets, child: .int64(PrimitiveColumn(values)))),
    ]
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    var words: [Int64] = []
    words.reserveCapacity(groups.count)
    for group in groups {
      var bits: UInt64 = 0
      let total = totals[Int(group)]
      for bit in 0..<width {
        let count = counts[Int(group) * width + bit]
        let isSet =
          switch operation {
          case .and: count >= total
          case .or: count > 0
          case .xor: count & 1 == 1
          }
        if isSet { bits |= 1 &<< UInt64(bit) }
      }
      words.append(Int64(bitPattern: bits))
    }
    let validity = Validity(count: groups.count) { totals[Int(groups[$0])] > 0 }
    return codec.column(words: words, validity: validity.isAllValid ? nil : validity)
  }

  func reset(_ groups: [Int32]) {
    for group in groups {
      totals[Int(group)] = 0
      for bit in 0..<width { counts[Int(group) * width + bit] = 0 }
    }
  }

  var memoryBytes: Int { totals.storageBytes + counts.storageBytes }
}
