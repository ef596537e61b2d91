import Testing

@testable import Columnar

/// KeySort gives the order that comparing gives, whatever the keys have in common.
@Suite struct KeySortTests {
  /// Keys of one kind, and what makes the i-th of them.
  static let kinds: [(name: String, make: @Sendable (inout SystemRandomNumberGenerator) -> [UInt8])] = [
    ("numbers", { random in bytes(UInt64.random(in: 0..<300, using: &random), 9) }),
    ("wide numbers", { random in bytes(UInt64.random(in: .min ... .max, using: &random), 9) }),
    ("short texts", { random in (0..<Int.random(in: 0...12, using: &random)).map { _ in UInt8.random(in: 97...99, using: &random) } }),
    ("texts with zeros", { random in (0..<Int.random(in: 0...30, using: &random)).map { _ in UInt8.random(in: 0...1, using: &random) } }),
    ("long beginnings", { random in Array("https://www.example.com/a/b/c/".utf8) + bytes(UInt64.random(in: 0..<50, using: &random), 3) }),
    (
      "two parts",
      { random in
        bytes(UInt64.random(in: 0..<3, using: &random), 8) + Array("0123456789abcdef".utf8) + bytes(UInt64.random(in: 0..<90, using: &random), 8)
      }
    ),
    ("one", { _ in Array("the same key for every row".utf8) }),
  ]

  static func bytes(_ number: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { place in
      let shift = UInt64(8 * (count - 1 - place))
      return shift < 64 ? UInt8(truncatingIfNeeded: number >> shift) : 0
    }
  }

  @Test(arguments: kinds.indices, [0, 1, 2, 47, 49, 3000]) func sorts(_ kind: Int, _ count: Int) {
    var random = SystemRandomNumberGenerator()
    var arena = ByteArena()
    let keys = (0..<count).map { _ in
      Self.kinds[kind].make(&random).withUnsafeBufferPointer { bytes in
        bytes.baseAddress.map { arena.adopt(BytesView($0, count: bytes.count)) } ?? BytesView()
      }
    }
    let positions = (0..<count).map { _ in Int64.random(in: 0..<20) }
    var rows = (0..<Int32(count)).filter { _ in Int.random(in: 0..<10) > 0 }.shuffled()
    let expected = rows.sorted { a, b in
      let order = keys[Int(a)].compare(keys[Int(b)])
      return order != 0 ? order < 0 : (positions[Int(a)], a) < (positions[Int(b)], b)
    }
    KeySort.sort(&rows, keys: keys, positions: positions)
    withExtendedLifetime(arena) {}
    #expect(rows == expected, "\(Self.kinds[kind].name)")
  }
}
