import Testing

@testable import Columnar

private func decimal(_ text: String, _ precision: Int, _ scale: Int) -> DecimalText.Outcome {
  withBytes(text) { DecimalText.parse($0, as: DecimalShape(precision: precision, scale: scale)) }
}

private func plain(_ unscaled: Int128, _ scale: Int) -> String {
  written { DecimalText.format(unscaled, scale: scale, into: &$0) }
}

@Suite struct DecimalTests {
  /// Results of Spark 4.3 for random operands: unscaled, precision and scale of each, then type and value.
  static let vectors = """
    -89240954837065054226457445210579648657 38 0 + -500 5 5 38 5 ERR
    4444444 20 10 + -5 30 18 31 18 0.000444444399999995
    5 5 5 + -44444 20 0 26 5 -44443.99995
    9999 5 5 + -5000000000000000000 38 18 38 17 -4.90001000000000000
    9 38 6 + 999999999999999999999999 38 18 38 6 1000000.000009
    4444444444444 38 37 + -44 18 0 38 19 -44.0000000000000000000
    -5000000000000000000 38 37 + -444444444 18 18 38 36 -0.000000000444444444500000000000000000
    4444 5 5 + 50 5 2 9 5 0.54444
    917 20 18 + -453570542804388969 18 18 21 18 -0.453570542804388052
    857741802635873999478204 30 2 + -5 5 0 31 2 8577418026358739994777.04
    9999999 38 6 + 8842388938687195225140505 30 2 38 6 88423889386871952251415.049999
    -99999999999999999 18 10 + 513464921347255 38 6 38 6 503464921.347255
    51837097 20 20 + 660964454497537 30 18 33 20 0.00066096445501590797
    -500000000 20 0 + 50000 5 2 23 2 -499999500.00
    -7906850124086941410 20 10 + -4444444 20 0 31 10 -795129456.4086941410
    -50 5 0 + -99999999 38 37 38 32 -50.00000000000000000000000000001000
    4444444444444444444444 30 0 + 9999 30 18 38 7 4444444444444444444444.0000000
    444444444444 20 20 + 999999999 30 30 31 30 0.000000004444444444440999999999
    99 18 18 - -4444 5 2 22 18 44.440000000000000099
    -52967109444617 30 30 - 99 5 5 31 30 -0.000990000000000052967109444617
    -9643562 38 10 - 500000000000000 38 37 38 9 -0.000964356
    500000000000000000 18 18 - 5 18 18 19 18 0.499999999999999995
    50 18 18 - -44444444 10 10 19 18 0.004444444400000050
    999 38 0 - -44444444444444 20 0 38 0 44444444445443
    44444444444444 38 0 - 44444 5 2 38 2 44444444443999.56
    -444444444444444 18 2 - -46869706483229835350 20 0 23 2 46869702038785390905.56
    500000000 18 10 - 444444444444444444444444444444444444 38 38 38 29 0.04555555555555555555555555556
    -755 38 37 - 58679576327759830 18 6 38 25 -58679576327.7598300000000000000000000
    -444 5 5 - 99999 10 2 14 5 -999.99444
    -99999999 10 10 - -506169 10 10 11 10 -0.0099493830
    5161775 38 10 - -9999 20 0 38 9 9999.000516178
    981380278442 38 37 - -711 5 5 38 36 0.007110000000000000000000098138027844
    -8225917033319 20 2 - -59124652 30 18 37 18 -82259170333.189999999940875348
    500 30 0 - 44444444444444444444444 30 10 38 7 -4444444443944.4444444
    205 38 2 - -99999999999999999999999999 38 0 38 2 100000000000000000000000001.05
    500000000000000000000000000000000000 38 2 * 14150322525541030929837780 30 18 38 6 ERR
    -500000000 10 10 * 99999 5 2 16 12 -49.999500000000
    4444444444444444444444444 38 38 * 999999999999999999999999999999 38 0 38 6 44444444444444444.444444
    -500000000000000000 30 10 * 94847618871210198794615361613928329940 38 38 38 17 -47423809.43560509939730768
    -50000000000000000 18 6 * -500000000000000000 38 18 38 6 25000000000.000000
    999 18 18 * -999 38 37 38 36 0.000000000000000000000000000000000000
    59066928563943843 20 20 * -5000 18 10 38 29 -0.00000000029533464281971921500
    -616046739561341199236585413584 38 2 * 443 38 6 38 6 -2729087056256741512618073.382177
    -5 30 18 * -44444444444 20 10 38 15 0.000000000000000
    -999999999999999999 18 0 * 444444 38 2 38 2 -4444439999999999995555.56
    -500000000 30 2 * -50000 38 6 38 6 250000.000000
    -640426247850 20 2 * -802590701129915207233 38 18 38 6 5140001512839.323516
    -444444444 10 2 * -50 5 5 16 7 2222.2222200
    9999 10 10 * 927498159 38 18 38 17 0.00000000000000093
    -500000000000000000000 38 10 * 5 5 0 38 6 -250000000000.000000
    4444 10 10 * 99 5 5 16 15 0.000000000439956
    5000000000000000000000000000000 38 6 * 44444 10 10 38 6 22222000000000000000.000000
    -34424516 38 6 * 5000000 20 20 38 6 0.000000
    -44444444 38 37 * -44444444444444444444444444 30 6 38 12 0.000000000198
    -444444 18 10 * 50 5 5 24 15 -0.000000022222200
    -50000000000000000 18 2 * 9 30 2 38 4 -45000000000000.0000
    -9161092397 10 2 / -6 38 37 38 6 ERR
    -9999999999999999999999999999999 38 6 / 5000000 38 18 38 6 ERR
    44444444444444444444444444444444444 38 2 / 6275 5 5 38 6 ERR
    -4444444444 18 0 / -50000000000 38 37 38 6 ERR
    -507175316 20 0 / 44444 38 37 38 6 ERR
    999999999999999999999999999999 38 38 / 444444444444444444444444444444444 38 10 38 28 0.0000000000000000000000000000
    5 5 5 / -500000000000 38 6 38 32 -0.00000000010000000000000000000000
    -444444444444444444444444444444 38 38 / -5000000000000000000000000000 38 2 38 36 0.000000000000000000000000000000000089
    -9 5 5 / 766178747333299 18 2 26 24 -0.000000000000000011746606
    -50000000000000 18 18 / 3 5 0 24 24 -0.000016666666666666666667
    -7 5 5 / 9999999 20 6 32 26 -0.00000700000070000007000001
    5000 10 10 / -500000 20 10 38 28 -0.0100000000000000000000000000
    -44444444444444444 38 6 / 5000000 10 10 38 6 -88888888888888.888000
    500000000000000000 20 0 / -99999999999999 18 18 38 6 -5000000000000050000000.000001
    444 10 6 / -999999999999999999999999 30 2 38 32 -0.00000000000000000000000004440000
    5236212287159257993583624 30 18 / 99999999 10 10 38 16 523621233.9521381388797438
    9999999 38 37 / -50 10 2 38 35 -0.00000000000000000000000000000200000
    -99 38 18 / 82478776670515294495088 30 30 38 6 0.000000
    500000 30 6 / -3413999714907100217371868 38 37 38 6 -1464557825874.351927
    9999999999999999999999999999 38 0 / -6428 5 5 38 6 -155569383945239576851275668932.794026
    881355837379806761 30 0 / 9999999999 18 18 38 6 88135583746794234474679423.447468
    -9999999999999999999999999999999999999 38 6 % -444 30 30 30 30 ERR
    999999999999999999999999999999999 38 10 % -44444444444444444444 38 38 38 38 ERR
    99999999999999999999999999999999999999 38 0 % 4444444 20 20 20 20 ERR
    -44444444 20 20 % 5000000000000000000000000000 38 37 37 37 -0.0000000000004444444400000000000000000
    500000 30 0 % -44 10 6 10 6 0.000028
    -999999999999999 18 18 % 99999 38 2 18 18 -0.000999999999999999
    49046814520456461768 20 0 % 9999 10 6 10 6 0.003843
    423 5 5 % -50127461030378 18 18 18 18 0.000019293273448248
    50000000000000000000 20 0 % 99999999999999999 20 20 20 20 0.00000000000000500000
    -8812 10 10 % 44444444444444444444 20 10 10 10 -0.0000008812
    -4444 38 6 % 58877377 38 2 38 6 -0.004444
    -4444444444 20 10 % -500000000000000000000000000000 38 10 20 10 -0.4444444444
    5000000000000000000 20 20 % 902055213932778646 38 37 37 37 0.0000000000000000000594805596734156334
    999999999 18 0 % 4 5 5 5 5 0.00000
    -4444444444444444444444444444 38 38 % 10481027492 38 0 38 38 -0.00000000004444444444444444444444444444
    99999999999999999999999999999999999999 38 6 % 8189697525463225148560577313305729877 38 37 38 37 0.2200612231815523970423879060438917293
    74467627 10 10 % 5000000000000000000000 38 6 10 10 0.0074467627
    -711 5 5 % -500000000 18 18 18 18 0.000000000000000000
    9999999999999999999999999 38 0 % -44444444444444444 18 18 18 18 0.022222223222222212
    -56 5 2 % 500000000 30 0 5 2 -0.56
    99 10 10 % 5000000000000000000000000000000000000 38 10 10 10 0.0000000099
    -5000 38 37 % 5000 10 2 38 37 -0.0000000000000000000000000000000005000
    9999 20 10 % 500000000000000000000000000000 30 6 20 10 0.0000009999
    """

  @Test(arguments: vectors.split(separator: "\n").map(String.init))
  func calculatesAsSpark(vector: String) throws {
    let words = vector.split(separator: " ").map(String.init)
    try #require(words.count == 10)
    let left = try #require(Int128(words[0]))
    let right = try #require(Int128(words[4]))
    let leftShape = DecimalShape(precision: try #require(Int(words[1])), scale: try #require(Int(words[2])))
    let rightShape = DecimalShape(precision: try #require(Int(words[5])), scale: try #require(Int(words[6])))
    let shape: DecimalShape
    let result: Int128?
    switch words[3] {
    case "+":
      shape = .sum(leftShape, rightShape)
      result = Decimal128.add(left, scale: leftShape.scale, right, scale: rightShape.scale, to: shape)
    case "-":
      shape = .sum(leftShape, rightShape)
      result = Decimal128.subtract(left, scale: leftShape.scale, right, scale: rightShape.scale, to: shape)
    case "*":
      shape = .product(leftShape, rightShape)
      result = Decimal128.multiply(left, scale: leftShape.scale, right, scale: rightShape.scale, to: shape)
    case "/":
      shape = .quotient(leftShape, rightShape)
      result = Decimal128.divide(left, scale: leftShape.scale, right, scale: rightShape.scale, to: shape)
    default:
      shape = .remainder(leftShape, rightShape)
      result = Decimal128.remainder(left, scale: leftShape.scale, right, scale: rightShape.scale, to: shape)
    }
    #expect([shape.precision, shape.scale].map(String.init) == Array(words[7...8]))
    #expect((result.map { plain($0, shape.scale) } ?? "ERR") == words[9])
  }

  @Test func derivesShapes() {
    func shape(_ precision: Int, _ scale: Int) -> DecimalShape {
      DecimalShape(precision: precision, scale: scale)
    }
    #expect(DecimalShape.quotient(shape(38, 0), shape(38, 0)) == shape(38, 6))
    #expect(DecimalShape.quotient(shape(38, 38), shape(38, 38)) == shape(38, 6))
    #expect(DecimalShape.quotient(shape(10, 2), shape(10, 2)) == shape(23, 13))
    #expect(DecimalShape.product(shape(20, 10), shape(20, 10)) == shape(38, 17))
    #expect(DecimalShape.product(shape(38, 10), shape(38, 10)) == shape(38, 6))
    #expect(DecimalShape.sum(shape(38, 0), shape(38, 38)) == shape(38, 6))
    #expect(DecimalShape.remainder(shape(38, 0), shape(38, 38)) == shape(38, 38))
    #expect(DecimalShape.remainder(shape(10, 2), shape(20, 5)) == shape(13, 5))
    #expect(shape(10, 3).rounded(to: -2) == shape(8, 0))
    #expect(shape(10, 3).rounded(to: -20) == shape(21, 0))
    #expect(shape(10, 3).rounded(to: 2) == shape(10, 2))
    #expect(shape(10, 3).rounded(to: 5) == shape(11, 3))
    #expect(shape(3, 3).rounded(to: 1) == shape(2, 1))
    #expect(shape(38, 1).rounded(to: 0) == shape(38, 0))
    #expect(shape(10, 2).rounded(to: .min) == shape(38, 0))
    #expect(shape(10, 2).rounded(to: .max) == shape(11, 2))
    #expect(DecimalShape.wider(shape(38, 0), shape(38, 38)) == shape(38, 0))
    #expect(DecimalShape.wider(shape(5, 2), shape(20, 0)) == shape(22, 2))
    #expect(DecimalShape.integralQuotient(shape(10, 2), shape(20, 5)) == shape(13, 0))
  }

  @Test(arguments: [
    ("1.005", 10, 2, "1.01"), ("-1.005", 10, 2, "-1.01"), ("1e3", 10, 2, "1000.00"),
    ("1.5e-3", 10, 3, "0.002"),
    ("1.", 10, 2, "1.00"), (".5", 10, 2, "0.50"), ("\t1\u{1}", 10, 2, "1.00"), ("+7", 3, 0, "7"),
    ("1e-400", 38, 10, "0.0000000000"),
    ("0e400", 38, 10, "0.0000000000"), ("0.0049", 5, 2, "0.00"), ("0.005", 5, 2, "0.01"),
    ("0.0", 5, 2, "0.00"),
    ("99999999999999999999999999999999999999", 38, 0, "99999999999999999999999999999999999999"),
    ("99999999999999999999999999999999999999.4", 38, 0, "99999999999999999999999999999999999999"),
    ("0.6666666666666666666666666666666666666649", 38, 38, "0.66666666666666666666666666666666666666"),
    (
      "-0.66666666666666666666666666666666666666500000000001", 38, 38,
      "-0.66666666666666666666666666666666666667"
    ),
    ("000000000000000000000000000000000000000000000000001.50", 3, 1, "1.5"),
    ("123456e-10", 38, 12, "0.000012345600"),
    ("1E+2", 3, 0, "100"), ("-0.00", 3, 2, "0.00"),
    ("0.0000000000000000000000000000000000000006", 38, 38, "0.00000000000000000000000000000000000000"),
  ])
  func parses(text: String, precision: Int, scale: Int, expected: String) {
    guard case .value(let unscaled) = decimal(text, precision, scale) else {
      Issue.record("\(text) is refused")
      return
    }
    #expect(plain(unscaled, scale) == expected)
  }

  @Test(arguments: [
    "", " ", ".", "1e", "1f", "+-1", "inf", "1\u{7F}", "1e99999999999", "1 2", "e5", "1.2.3", "0x1", "1e+",
    "-",
  ])
  func refuses(text: String) {
    #expect(decimal(text, 10, 2) == .malformed)
  }

  @Test func refusesWhatDoesNotFit() {
    #expect(decimal("99999999.995", 10, 2) == .outOfRange)
    #expect(decimal("99999999.994", 10, 2) == .value(9_999_999_999))
    #expect(decimal("99999999999999999999999999999999999999.5", 38, 0) == .outOfRange)
    #expect(decimal("1e40", 38, 0) == .outOfAllRanges)
    #expect(decimal("1e2147483647", 38, 0) == .outOfAllRanges)
    #expect(decimal("1e-2147483647", 38, 0) == .value(0))
  }

  @Test(
    arguments: [
      ("1.23", 123, 3, 2), ("0.001", 1, 3, 3), ("00.001", 1, 3, 3), ("100.", 100, 3, 0), ("1e-3", 1, 3, 3),
      ("1e3", 1000, 4, 0),
      ("0.00", 0, 2, 2), ("0", 0, 1, 0), ("1.50", 150, 3, 2),
    ] as [(String, Int128, Int, Int)])
  func readsLiterals(text: String, unscaled: Int128, precision: Int, scale: Int) throws {
    let literal = try #require(withBytes(text) { DecimalText.parseLiteral($0) })
    #expect(literal.unscaled == unscaled)
    #expect(literal.shape == DecimalShape(precision: precision, scale: scale))
  }

  @Test(arguments: ["1e38", "100000000000000000000000000000000000000", "1e-39", "x", "1.5d"])
  func refusesLiterals(text: String) {
    #expect(withBytes(text) { DecimalText.parseLiteral($0) == nil })
  }

  @Test func prints() {
    #expect(plain(0, 18) == "0.000000000000000000")
    #expect(plain(-5, 1) == "-0.5")
    #expect(plain(-12345, 2) == "-123.45")
    #expect(plain(100, 2) == "1.00")
    #expect(plain(7, 0) == "7")
    #expect(plain(7, -2) == "700")
    #expect(plain(.min, 38) == "-1.70141183460469231731687303715884105728")
    func scientific(_ unscaled: Int128, _ scale: Int) -> String {
      written { DecimalText.formatScientific(unscaled, scale: scale, into: &$0) }
    }
    #expect(scientific(1, 7) == "1E-7")
    #expect(scientific(10, 7) == "0.0000010")
    #expect(scientific(0, 18) == "0E-18")
    #expect(scientific(1_230_000_000, 18) == "1.230000000E-9")
    #expect(scientific(-15, 1) == "-1.5")
    #expect(scientific(-15, -2) == "-1.5E+3")
  }

  @Test func convertsDoubles() {
    func from(_ value: Double, _ precision: Int, _ scale: Int) -> String? {
      DecimalText.decimal(double: value, as: DecimalShape(precision: precision, scale: scale)).map {
        plain($0, scale)
      }
    }
    #expect(from(0.1, 20, 18) == "0.100000000000000000")
    #expect(from(1e22, 38, 2) == "10000000000000000000000.00")
    #expect(from(1.005, 10, 2) == "1.01")
    #expect(from(-1.005, 10, 2) == "-1.01")
    #expect(from(Double(Float(0.1)), 20, 15) == "0.100000001490116")
    #expect(from(1e30, 10, 2) == nil)
    #expect(from(.nan, 10, 2) == nil)
    #expect(from(-.infinity, 10, 2) == nil)
    #expect(from(.leastNonzeroMagnitude, 38, 38) == plain(0, 38))
    #expect(from(.greatestFiniteMagnitude, 38, 38) == nil)
    #expect(from(-0.0, 3, 1) == "0.0")
    #expect(DecimalText.double(100_000_000_000_000_000, scale: 18) == 0.1)
    #expect(
      DecimalText.double(12_345_678_901_234_567_890_123_456_789_012_345_678, scale: 18)
        == 1.2345678901234567e19)
    #expect(DecimalText.double(-1, scale: 38) == -1e-38)
    #expect(DecimalText.float(16_777_217, scale: 0) == 16_777_216)
    #expect(DecimalText.float(1_677_721_900_000_000_000_000_000_000_000_000_000, scale: 29) == 16_777_220)
  }

  @Test func convertsIntegers() {
    #expect(DecimalText.decimal(integer: 12, as: DecimalShape(precision: 3, scale: 2)) == nil)
    #expect(DecimalText.decimal(integer: 9, as: DecimalShape(precision: 3, scale: 2)) == 900)
    #expect(
      DecimalText.decimal(integer: .min, as: DecimalShape(precision: 38, scale: 19))
        == -92_233_720_368_547_758_080_000_000_000_000_000_000)
    #expect(DecimalText.decimal(integer: .min, as: DecimalShape(precision: 38, scale: 20)) == nil)
    #expect(DecimalText.integer(12399, scale: 2) == 123)
    #expect(DecimalText.integer(-12399, scale: 2) == -123)
    #expect(DecimalText.integer(922_337_203_685_477_580_799, scale: 2) == .max)
    #expect(DecimalText.integer(922_337_203_685_477_580_800, scale: 2) == nil)
    #expect(DecimalText.integer(.max, scale: 39) == 0)
  }

  @Test func rounds() {
    func round(
      _ unscaled: Int128, _ precision: Int, _ scale: Int, _ digits: Int, _ rounding: Decimal128.Rounding
    ) -> String? {
      let shape = DecimalShape(precision: precision, scale: scale).rounded(to: digits)
      return Decimal128.round(unscaled, scale: scale, to: digits, rounding, shape: shape).map {
        plain($0, shape.scale)
      }
    }
    #expect(round(25, 10, 1, 0, .halfUp) == "3")
    #expect(round(-25, 10, 1, 0, .halfUp) == "-3")
    #expect(round(25, 10, 1, 0, .halfEven) == "2")
    #expect(round(35, 10, 1, 0, .halfEven) == "4")
    #expect(round(-25, 10, 1, 0, .halfEven) == "-2")
    #expect(round(251, 10, 2, 0, .halfEven) == "3")
    #expect(round(1_234_567, 10, 3, -2, .halfUp) == "1200")
    #expect(round(1_234_567, 10, 3, -20, .halfUp) == "0")
    #expect(round(-150, 10, 2, 0, .floor) == "-2")
    #expect(round(-150, 10, 2, 0, .ceiling) == "-1")
    #expect(round(101, 10, 2, 0, .ceiling) == "2")
    #expect(round(-155, 10, 2, 1, .floor) == "-1.6")
    #expect(round(15_500, 10, 2, -1, .ceiling) == "160")
    #expect(round(15_500, 10, 2, 7, .halfUp) == "155.00")
    #expect(round(99_999_999_999_999_999_999_999_999_999_999_999_999, 38, 0, -1, .halfUp) == nil)
    #expect(round(1, 38, 38, -38, .ceiling) == nil)
    #expect(round(1, 38, 38, .min, .halfUp) == "0")
    #expect(round(-1, 38, 38, 0, .floor) == "-1")
  }

  @Test func compares() {
    #expect(Decimal128.compare(100, scale: 2, 1, scale: 0) == 0)
    #expect(Decimal128.compare(101, scale: 2, 1, scale: 0) == 1)
    #expect(Decimal128.compare(-101, scale: 2, -1, scale: 0) == -1)
    let most: Int128 = 99_999_999_999_999_999_999_999_999_999_999_999_999
    #expect(Decimal128.compare(most, scale: 0, most, scale: 38) == 1)
    #expect(Decimal128.compare(most, scale: 38, most, scale: 0) == -1)
    #expect(Decimal128.compare(-most, scale: 0, most, scale: 38) == -1)
    #expect(Decimal128.compare(most, scale: 38, -most, scale: 0) == 1)
  }

  @Test func dividesWholly() {
    #expect(Decimal128.integralQuotient(-750, scale: 2, 200, scale: 2) == -3)
    #expect(Decimal128.integralQuotient(7, scale: 0, 0, scale: 3) == nil)
    let most: Int128 = 99_999_999_999_999_999_999_999_999_999_999_999_999
    #expect(Decimal128.integralQuotient(most, scale: 0, 1, scale: 1) == nil)
    let shape = DecimalShape(precision: 38, scale: 38)
    #expect(Decimal128.remainder(9, scale: 0, 7, scale: 38, to: shape) == 4)
    #expect(Decimal128.remainder(99, scale: 0, 7, scale: 38, to: shape) == nil)
    #expect(Decimal128.remainder(99, scale: 0, 0, scale: 38, to: shape) == nil)
    #expect(Decimal128.divide(99, scale: 0, 0, scale: 38, to: shape) == nil)
  }

  @Test func survivesExtremes() {
    let values: [Int128] = [.min, .min + 1, -1, 0, 1, .max]
    let shape = DecimalShape(precision: 38, scale: 6)
    for left in values {
      for right in values {
        for (leftScale, rightScale) in [(0, 0), (0, 38), (38, 0), (38, 38)] {
          _ = Decimal128.add(left, scale: leftScale, right, scale: rightScale, to: shape)
          _ = Decimal128.subtract(left, scale: leftScale, right, scale: rightScale, to: shape)
          _ = Decimal128.multiply(left, scale: leftScale, right, scale: rightScale, to: shape)
          _ = Decimal128.divide(left, scale: leftScale, right, scale: rightScale, to: shape)
          _ = Decimal128.remainder(left, scale: leftScale, right, scale: rightScale, to: shape)
          _ = Decimal128.integralQuotient(left, scale: leftScale, right, scale: rightScale)
          _ = Decimal128.compare(left, scale: leftScale, right, scale: rightScale)
        }
      }
      for digits in [-100, -38, 0, 38, 39, 100] {
        _ = Decimal128.dropDigits(left, digits, .halfUp)
        _ = Decimal128.round(left, scale: 38, to: digits, .floor, shape: shape)
      }
      _ = DecimalText.double(left, scale: 38)
      _ = DecimalText.integer(left, scale: 0)
    }
  }

  /// Quotient times divisor plus remainder is the dividend, for dividends and divisors of all lengths.
  @Test func dividesWideNumbers() throws {
    var generator = SplitMix(state: 99)
    func random(_ bits: Int) -> UInt128 {
      let value = UInt128(generator.next()) << 64 | UInt128(generator.next())
      return bits == 0 ? 0 : value >> UInt128(128 - bits)
    }
    for _ in 0..<5000 {
      let dividend = UInt256(high: random(Int.random(in: 0...128, using: &generator)), low: random(128))
      let divisor = UInt256(
        high: random(Int.random(in: 0...128, using: &generator)),
        low: random(Int.random(in: 1...128, using: &generator)))
      guard let (quotient, remainder) = dividend.divided(by: divisor) else { continue }
      #expect(remainder < divisor)
      if divisor.high == 0 {
        let low = UInt256(quotient.low, times: divisor.low)
        let high = quotient.high &* divisor.low
        let product = UInt256(high: low.high &+ high, low: low.low)
        #expect(product.adding(remainder) == dividend)
      } else {
        let product = UInt256(
          high: UInt256(quotient.low, times: divisor.low).high &+ quotient.low &* divisor.high,
          low: quotient.low &* divisor.low)
        #expect(product.adding(remainder) == dividend)
      }
    }
    #expect(UInt256(5).divided(by: UInt256(0)) == nil)
    #expect(UInt256(high: .max, low: .max).digitCount == 78)
    #expect(UInt256(high: .max, low: .max).adding(UInt256(1)) == nil)
    #expect(UInt256(high: 1, low: 0).scaled(by: 39) == nil)
    #expect(UInt256(0).scaled(by: 1000) == UInt256(0))
  }
}
