import Testing

@testable import Columnar

@Suite struct ByteWriterTests {
  @Test func growsAndTruncates() {
    var out = ByteWriter(capacity: 0)
    for index in 0..<1000 { out.append(UInt8(truncatingIfNeeded: index)) }
    #expect(out.count == 1000)
    #expect(out.array == (0..<1000).map { UInt8(truncatingIfNeeded: $0) })
    out.truncate(to: 2000)
    #expect(out.count == 1000)
    out.truncate(to: 3)
    out.append("ab")
    out.append(repeating: 0x21, times: 2)
    out.append(repeating: 0x21, times: -1)
    #expect(out.array == [0, 1, 2, 0x61, 0x62, 0x21, 0x21])
    out.append(UnsafeRawBufferPointer(start: nil, count: 0))
    out.removeAll()
    #expect(out.count == 0)
    out.truncate(to: -1)
    #expect(out.string == "")
  }
}

@Suite struct IntegerTextTests {
  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("+7", 7), ("  12\t\n", 12), ("\u{1}5\u{7F}", 5), ("007", 7),
      ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
      ("9223372036854775808", nil), ("-9223372036854775809", nil), ("99999999999999999999", nil),
      ("", nil), ("  ", nil), ("-", nil), ("+", nil), ("--1", nil), ("1 2", nil), ("1a", nil), ("12.7", nil),
      (".", nil),
      ("1e3", nil), ("\u{A0}1", nil), ("０", nil), ("0x10", nil), ("1L", nil),
    ] as [(String, Int64?)])
  func parsesStrictly(text: String, expected: Int64?) {
    #expect(withBytes(text) { IntegerText.parse($0) } == expected)
  }

  @Test(
    arguments: [
      ("12.7", 12), ("-12.7", -12), ("12.", 12), (".", 0), (".5", 0), ("-.9", 0), ("1.2.3", nil),
      ("1.x", nil),
      ("1e3", nil), ("9223372036854775807.9", Int64.max),
    ] as [(String, Int64?)])
  func parsesWithFraction(text: String, expected: Int64?) {
    #expect(withBytes(text) { IntegerText.parse($0, allowFraction: true) } == expected)
  }

  @Test func checksNarrowRanges() {
    #expect(withBytes("2147483647") { IntegerText.parseInt32($0) } == Int32.max)
    #expect(withBytes("2147483648") { IntegerText.parseInt32($0) } == nil)
    #expect(withBytes("-32768") { IntegerText.parseInt16($0) } == Int16.min)
    #expect(withBytes("32768") { IntegerText.parseInt16($0) } == nil)
    #expect(withBytes("-128") { IntegerText.parseInt8($0) } == Int8.min)
    #expect(withBytes("128") { IntegerText.parseInt8($0) } == nil)
    #expect(withBytes("127.99") { IntegerText.parseInt8($0, allowFraction: true) } == 127)
  }

  @Test func formatsLikeTheStandardLibrary() {
    var values: [Int64] = [0, 1, -1, .min, .max]
    var power: Int64 = 1
    for _ in 0..<18 {
      power *= 10
      values += [power, power - 1, power + 1, -power, 1 - power]
    }
    for value in values { #expect(written { IntegerText.format(value, into: &$0) } == value.description) }
  }

  @Test func formatsWideLikeTheStandardLibrary() {
    var values: [Int128] = [0, 1, -1, .min, .max]
    var power: Int128 = 1
    for _ in 0..<38 {
      power *= 10
      values += [power, power - 1, power + 1, -power, 1 - power, power / 10 * 7]
    }
    for value in values { #expect(written { IntegerText.format(value, into: &$0) } == value.description) }
  }

  @Test func padsWithZeros() {
    #expect(written { IntegerText.format(magnitude: 42, minDigits: 5, into: &$0) } == "00042")
    #expect(written { IntegerText.format(magnitude: 123456, minDigits: 2, into: &$0) } == "123456")
    #expect(written { IntegerText.formatTwoDigits(7, into: &$0) } == "07")
  }
}
