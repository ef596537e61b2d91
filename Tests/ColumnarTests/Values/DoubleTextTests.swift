import Testing

@testable import Columnar

@Suite struct DoubleTextTests {
  @Test(
    arguments: [
      (1, "1.0"), (-1, "-1.0"), (0, "0.0"), (-0.0, "-0.0"), (.nan, "NaN"), (-.nan, "NaN"),
      (.infinity, "Infinity"),
      (-.infinity, "-Infinity"), (0.1, "0.1"), (0.3, "0.3"), (0.1 + 0.2, "0.30000000000000004"),
      (100, "100.0"),
      (9_999_999, "9999999.0"), (9_999_999.999, "9999999.999"), (1e7, "1.0E7"), (12_345_678, "1.2345678E7"),
      (0.001, "0.001"), (0.0009999, "9.999E-4"), (1.234e-5, "1.234E-5"), (1e10, "1.0E10"), (1e23, "1.0E23"),
      (2e23, "2.0E23"), (8.41e21, "8.41E21"), (1e22, "1.0E22"), (.init(bitPattern: 1), "4.9E-324"),
      (.init(bitPattern: 2), "9.9E-324"),
      (.init(bitPattern: 3), "1.5E-323"), (.init(bitPattern: 4), "2.0E-323"),
      (.init(bitPattern: 10), "4.9E-323"),
      (2.2250738585072014e-308, "2.2250738585072014E-308"),
      (Double.leastNormalMagnitude.nextDown, "2.225073858507201E-308"),
      (1.7976931348623157e308, "1.7976931348623157E308"),
      (123456.789, "123456.789"), (1234567.125, "1234567.125"), (0.00123, "0.00123"), (3.14159, "3.14159"),
      (9_007_199_254_740_992, "9.007199254740992E15"), (2251799813685248.5, "2.2517998136852485E15"),
      (1e15, "1.0E15"),
    ] as [(Double, String)])
  func formatsAsJava(value: Double, expected: String) {
    #expect(written { DoubleText.format(value, into: &$0) } == expected)
  }

  @Test(
    arguments: [
      (1, "1.0"), (0.1, "0.1"), (.greatestFiniteMagnitude, "3.4028235E38"),
      (.leastNonzeroMagnitude, "1.4E-45"),
      (.leastNormalMagnitude, "1.1754944E-38"), (16_777_216, "1.6777216E7"), (0.001, "0.001"),
      (0.0001, "1.0E-4"),
      (3.3554432e7, "3.3554432E7"), (8_388_608, "8388608.0"), (.init(bitPattern: 2), "2.8E-45"),
      (.init(bitPattern: 3), "4.2E-45"), (-0.0, "-0.0"),
      (1.0e10, "1.0E10"), (33_554_430, "3.355443E7"), (.nan, "NaN"), (-.infinity, "-Infinity"), (1.1, "1.1"),
    ] as [(Float, String)])
  func formatsFloatsAsJava(value: Float, expected: String) {
    #expect(written { DoubleText.format(value, into: &$0) } == expected)
  }

  @Test(
    arguments: [
      ("1", 1), ("1.", 1), (".5", 0.5), ("-0", -0.0), ("+2.5", 2.5), ("1d", 1), ("1.5F", 1.5), ("1e3D", 1000),
      (" 7\t", 7),
      ("1e400", .infinity), ("-1e400", -.infinity), ("1e-400", 0), ("1e99999999999999", .infinity),
      ("0e99999999999999", 0), ("1e-99999999999999", 0), ("inf", .infinity), (" Inf ", .infinity),
      ("+INFINITY", .infinity),
      ("-infinity", -.infinity), ("0x1p3", 8), ("-0X1.8p1", -3), ("0x.8p0f", 0.5),
      ("0.1", 0.1), ("123456789012345678", 123_456_789_012_345_680),
      ("9007199254740993", 9_007_199_254_740_992),
      ("9007199254740995", 9_007_199_254_740_996), ("1.7976931348623157e308", .greatestFiniteMagnitude),
      ("1.7976931348623159e308", .infinity), ("4.9e-324", .leastNonzeroMagnitude), ("2.4e-324", 0),
      ("2.2250738585072011e-308", Double.leastNormalMagnitude.nextDown),
      ("2.2250738585072014e-308", .leastNormalMagnitude),
      ("8.9255e-22", 8.9255e-22), ("1e22", 1e22), ("1e23", 1e23), ("0000000000000000000000000001", 1),
      ("0.000000000000000000000000000000000001", 1e-36),
      ("9007199254740992.9999999999999999999999", 9_007_199_254_740_992),
      ("9007199254740993.0000000000000000000001", 9_007_199_254_740_994),
      ("2.47032822920623272088284396434110686181e-324", 0),
      ("2.47032822920623272088284396434110686183e-324", .leastNonzeroMagnitude),
    ] as [(String, Double)])
  func parses(text: String, expected: Double) {
    let value = withBytes(text) { DoubleText.parse($0) }
    #expect(value?.bitPattern == expected.bitPattern)
  }

  @Test(arguments: [
    "", " ", ".", "-", "+.", "e5", "1e", "1e+", "1_0", "1 2", "1.2.3", "0x10", "0xp1", "infinit", "infinityd",
    "nand", "+nan",
    "1dd", "1,5", "--1", "٣", "1\u{7F}",
  ])
  func refuses(text: String) {
    #expect(withBytes(text) { DoubleText.parse($0) } == nil)
    #expect(withBytes(text) { DoubleText.parseFloat($0) } == nil)
  }

  @Test func knowsNaN() {
    for text in ["nan", "NaN", " NAN ", "+NaN", "-NaN"] {
      #expect(withBytes(text) { DoubleText.parse($0) }?.isNaN == true)
    }
  }

  @Test(
    arguments: [
      ("3.4028236e38", Float.infinity), ("3.4028235e38", .greatestFiniteMagnitude),
      ("1e-45", .leastNonzeroMagnitude),
      ("0.7e-45", 0), ("16777217", 16_777_216), ("16777219", 16_777_220),
      ("1.00000005960464477540", 1.0000001),
      ("1.00000005960464477539", 1), ("1e-400", 0), ("0x1p-149", .leastNonzeroMagnitude), ("-2.5f", -2.5),
    ] as [(String, Float)])
  func parsesFloats(text: String, expected: Float) {
    #expect(withBytes(text) { DoubleText.parseFloat($0) } == expected)
  }

  /// Digits and nearest value are the standard library's, over random bit patterns and the neighbours of powers.
  @Test func agreesWithTheStandardLibrary() {
    var generator = SplitMix(state: 20_260_101)
    var values: [Double] = (0..<20_000).map { _ in Double(bitPattern: generator.next()) }
    for exponent in -1074...1023 {
      let power = Double(sign: .plus, exponent: exponent, significand: 1)
      values += [power, power.nextUp, power.nextDown]
    }
    for exponent in -323...308 { values.append(Double("1e\(exponent)") ?? 0) }
    for value in values where value.isFinite && value != 0 {
      let text = written { DoubleText.format(value, into: &$0) }
      #expect(withBytes(text) { DoubleText.parse($0) } == value)
      if value.magnitude.bitPattern > 2000 { #expect(digits(text) == digits(value.description), "\(value)") }
      // 20 digits and more, so that cut-off digits are met.
      let long = "0.\(generator.next())\(generator.next())e\(Int.random(in: -330...310, using: &generator))"
      #expect(withBytes(long) { DoubleText.parse($0) } == Double(long))
    }
  }

  @Test func agreesWithTheStandardLibraryOnFloats() {
    var generator = SplitMix(state: 7)
    for _ in 0..<40_000 {
      let value = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
      guard value.isFinite, value != 0 else { continue }
      let text = written { DoubleText.format(value, into: &$0) }
      #expect(withBytes(text) { DoubleText.parseFloat($0) } == value)
      if value.magnitude.bitPattern > 200 { #expect(digits(text) == digits(value.description), "\(value)") }
    }
  }

  /// The significant digits of a number's text, without zeros at either end.
  private func digits(_ text: String) -> String {
    let mantissa = text.prefix { $0 != "e" && $0 != "E" }.filter(\.isNumber)
    return String(mantissa.drop { $0 == "0" }.reversed().drop { $0 == "0" })
  }
}

/// A small deterministic generator for tests.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
