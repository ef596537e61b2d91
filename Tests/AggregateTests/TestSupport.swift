import Columnar
import Diagnostics
import Expressions
import Testing

/// SplitMix64: the same numbers from the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  /// Whether all floating-point numbers are finite.
  var isFinite = false

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  /// A value of `type` from a small range, so that values repeat; sometimes NULL, sometimes an odd one.
  mutating func value(of type: DataType, nullPercent: Int = 15) -> Value {
    if chance(nullPercent) { return .null }
    switch type {
    case .null: return .null
    case .boolean: return .bool(chance(50))
    case .tinyint: return .int8(Int8.random(in: -9...9, using: &self))
    case .smallint: return .int16(Int16.random(in: -20...20, using: &self))
    case .int, .date, .yearMonthInterval: return .int32(Int32.random(in: -30...30, using: &self))
    case .bigint, .timestamp, .timestampNTZ, .dayTimeInterval:
      return .int64(Int64.random(in: -30...30, using: &self))
    case .float: return .float32(Float(oddDouble()))
    case .double: return .float64(oddDouble())
    case .decimal: return .int128(Int128.random(in: -3000...3000, using: &self))
    case .string, .binary:
      let words = [
        "", "a", "b", "owl", "a string too long to be inline", "a string too long to be inlined", "\0",
        "\0\0x",
      ]
      return .string(words[Int.random(in: 0..<words.count, using: &self)])
    case .array(let element):
      return .list((0..<Int.random(in: 0...3, using: &self)).map { _ in value(of: element) })
    case .map(let key, let item):
      return chance(20) ? .map([]) : .map([Value.MapEntry(value(of: key, nullPercent: 0), value(of: item))])
    case .structure(let fields): return .structure(fields.map { value(of: $0.type) })
    }
  }

  private mutating func oddDouble() -> Double {
    switch Int.random(in: isFinite ? 3..<40 : 0..<40, using: &self) {
    case 0: .nan
    case 1: .infinity
    case 2: -.infinity
    case 3: -0.0
    default: Double(Int.random(in: -40...40, using: &self)) / 8
    }
  }
}

/// A call of a built-in aggregate over columns of `types`, then constants.
func bindAggregate(
  _ name: String, _ types: [DataType], constants: [(Value, DataType)] = [],
  settings: SessionSettings = SessionSettings()
) throws -> BoundAggregate {
  let columns = types.enumerated().map {
    BoundExpression.column($0.offset, Field("x\($0.offset)", $0.element))
  }
  let literals = constants.map { BoundExpression.literal($0.0, $0.1) }
  let function = try #require(FunctionRegistry.builtin.aggregates[name])
  return try function.bind(
    FunctionCall(name: name, arguments: columns + literals, span: SourceSpan(7, 10), settings: settings))
}

/// One row for one group.
struct WeightedRow {
  var group: Int32
  var values: [Value]
  var position: Int64
  var weight: Int64 = 1
}

extension AggregateInput {
  /// A batch of rows; constants follow the columns.
  init(_ rows: [WeightedRow], _ types: [DataType], constants: [(Value, DataType)] = [], isWeighted: Bool) {
    let columns = types.indices.map { i in Operand(Column(rows.map { $0.values[i] }, type: types[i])) }
    let literals = constants.map { Operand(Column([$0.0], type: $0.1), isConstant: true) }
    self.init(
      rows: rows.count, groups: rows.map(\.group), arguments: columns + literals,
      weights: isWeighted ? rows.map(\.weight) : nil, order: .explicit(rows.map(\.position)),
      context: EvaluationContext(), span: .none)
  }
}

/// Whether two values are the same: NaN equals NaN, floats within 1e-9 (SEM-10).
func isSame(_ a: Value, _ b: Value) -> Bool {
  switch (a, b) {
  case (.float64(let x), .float64(let y)):
    if x.isNaN || y.isNaN || x.isInfinite || y.isInfinite { return x == y || x.isNaN && y.isNaN }
    return abs(x - y) <= 1e-9 * max(1, max(abs(x), abs(y)))
  case (.float32(let x), .float32(let y)): return x == y || x.isNaN && y.isNaN
  case (.list(let x), .list(let y)), (.structure(let x), .structure(let y)):
    return x.count == y.count && zip(x, y).allSatisfy(isSame)
  case (.map(let x), .map(let y)):
    return x.count == y.count && zip(x, y).allSatisfy { isSame($0.key, $1.key) && isSame($0.value, $1.value) }
  default: return a == b
  }
}

/// Whether two rows are the same row: what a retraction takes back.
func isSameRow(_ a: [Value], _ b: [Value]) -> Bool {
  zip(a, b).allSatisfy { x, y in
    switch (x, y) {
    case (.float64(let p), .float64(let q)): p.bitPattern == q.bitPattern || p.isNaN && q.isNaN
    case (.float32(let p), .float32(let q)): p.bitPattern == q.bitPattern || p.isNaN && q.isNaN
    default: isSame(x, y)
    }
  }
}

/// −1, 0 or 1 by SQL's order: NULL first, NaN above all numbers, arrays and structs element by element.
func order(_ a: Value, _ b: Value) -> Int {
  func three<T: Comparable>(_ x: T, _ y: T) -> Int { x < y ? -1 : (x == y ? 0 : 1) }
  func float<T: BinaryFloatingPoint>(_ x: T, _ y: T) -> Int {
    x.isNaN || y.isNaN ? three(x.isNaN ? 1 : 0, y.isNaN ? 1 : 0) : three(x, y)
  }
  switch (a, b) {
  case (.null, .null): return 0
  case (.null, _): return -1
  case (_, .null): return 1
  case (.bool(let x), .bool(let y)): return three(x ? 1 : 0, y ? 1 : 0)
  case (.int8(let x), .int8(let y)): return three(x, y)
  case (.int16(let x), .int16(let y)): return three(x, y)
  case (.int32(let x), .int32(let y)): return three(x, y)
  case (.int64(let x), .int64(let y)): return three(x, y)
  case (.int128(let x), .int128(let y)): return three(x, y)
  case (.float32(let x), .float32(let y)): return float(x, y)
  case (.float64(let x), .float64(let y)): return float(x, y)
  case (.bytes(let x), .bytes(let y)): return x.lexicographicallyPrecedes(y) ? -1 : (x == y ? 0 : 1)
  case (.list(let x), .list(let y)), (.structure(let x), .structure(let y)):
    for (p, q) in zip(x, y) {
      let result = order(p, q)
      if result != 0 { return result }
    }
    return three(x.count, y.count)
  default: return 0
  }
}
