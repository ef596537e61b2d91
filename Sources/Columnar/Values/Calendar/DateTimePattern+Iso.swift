extension DateTimePattern {
  /// ISO 8601 as Spark writes it to files, `yyyy-MM-dd'T'HH:mm:ss.SSS`, for formatting.
  /// - Parameters:
  ///   - fractionDigits: 3 or 6.
  ///   - hasOffset: `XXX` stands behind it.
  package static func iso8601(fractionDigits: Int, hasOffset: Bool) -> DateTimePattern {
    func two(_ field: DateTimeField) -> DateTimeStep { .number(DateTimeNumber(field: field, min: 2, max: 2, sign: .never)) }
    func byte(_ scalar: Unicode.Scalar) -> DateTimeStep { .literal(UInt8(ascii: scalar)) }
    var program: [DateTimeStep] = [
      .number(DateTimeNumber(field: .year, min: 4, max: 19, sign: .exceedsPad)), byte("-"), two(.month), byte("-"), two(.dayOfMonth),
      byte("T"), two(.hourOfDay), byte(":"), two(.minute), byte(":"), two(.second), byte("."),
      .fraction(min: fractionDigits, max: fractionDigits),
    ]
    if hasOffset { program.append(.offset(OffsetLayout(parts: .minutes, hasColons: true, zero: "Z"))) }
    return DateTimePattern(program: program)
  }

  private init(program: [DateTimeStep]) { self.program = program }
}
