import Columnar

/// SplitMix64: the same numbers from the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
  mutating func pick<T>(_ items: [T]) -> T { items[Int.random(in: 0..<items.count, using: &self)] }

  /// A value from a small range, so that values repeat; often NULL.
  mutating func value(of type: DataType, nullPercent: Int = 15) -> Value {
    if chance(nullPercent) { return .null }
    switch type {
    case .bigint: return .int64(Int64(number(-3...6)))
    case .double: return .float64(Double(number(-12...12)) / 4)
    case .boolean: return .bool(chance(50))
    case .string: return .string(pick(["", "cat", "dog", "owl", "a string too long to be inline", "a string too long, 2"]))
    case .array(let element): return .list((0..<number(0...3)).map { _ in value(of: element) })
    default: preconditionFailure("no random value of \(type)")
    }
  }
}
