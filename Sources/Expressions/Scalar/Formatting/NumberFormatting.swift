internal import Columnar
internal import Diagnostics

/// `format_number`.
enum NumberFormatting {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "format_number", .string, "format_number(number, places | pattern)",
        "The number with commas between thousands, rounded half to even to so many places, or laid out by a pattern (`#,##0.00`).",
        shown: [
          "SELECT format_number(12332.123456, 4)": "12,332.1235",
          "SELECT format_number(12332.123456, '##################.###')": "12332.123",
        ]), bind: bind)
  ]

  private static func bind(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2)
    let type = call.types[0]
    guard type.isNumeric || type == .null else { throw .unexpectedInput(call, 0, wanted: "\"NUMERIC\"") }
    let isPattern = call.types[1] == .string
    if !isPattern, !call.types[1].isIntegral, call.types[1] != .null {
      throw .unexpectedInput(call, 1, wanted: "(\"INT\" or \"STRING\")")
    }
    let parameters: [DataType] = [type == .null ? .double : type, isPattern ? .string : .int]
    var constant: NumberPattern?
    if isPattern, let text = try call.constant(1)?.text { constant = try pattern(text) }
    let fixed = constant
    return BoundFunction("format_number", parameters, returns: .string, canFail: true) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let column = operands[0].flattened(rows: rows)
      let patterns = isPattern ? try operands[1].texts(rows) : []
      let places: [Int32] = isPattern ? [] : try operands[1].rowValues(rows)
      var last: (places: Int32, pattern: NumberPattern)?
      var builder = TextBuilder(rows: rows)
      var known = Validity(repeating: true, count: rows)
      var out = ByteWriter()
      for row in 0..<rows {
        out.removeAll()
        if !isPattern, places.indices.contains(row), places[row] < 0 { known.set(row, false) }
        if context.isValid(row), isPattern || places[row] >= 0 {
          let pattern: NumberPattern
          if let fixed {
            pattern = fixed
          } else if isPattern {
            pattern = try self.pattern(patterns[row].string)
          } else {
            try TextLimits.check("format_number", value: Int(places[row]), batch: builder.count &* Int(places[row]))
            if last?.places != places[row] { last = (places[row], NumberPattern(places: Int(places[row]))) }
            pattern = last?.pattern ?? NumberPattern(places: 0)
          }
          append(column, row, parameters[0], pattern, to: &out)
        }
        builder.append(out.bytes)
      }
      return builder.finish(validity: known.isAllValid ? nil : known)
    }
  }

  private static func pattern(_ text: String) throws(SQLError) -> NumberPattern {
    do throws(NumberPattern.Problem) {
      return try NumberPattern(text)
    } catch {
      throw .data("INVALID_PARAMETER_VALUE.PATTERN", error.message)
    }
  }

  private static func append(
    _ column: Column, _ row: Int, _ type: DataType, _ pattern: NumberPattern, to out: inout ByteWriter
  ) {
    let value: Double
    switch (column, type) {
    case (.int128(let c), .decimal(_, let scale)):
      return pattern.append(DecimalDigits(c.values[row], scale: scale), to: &out)
    case (.float64(let c), _): value = c.values[row]
    case (.float32(let c), _): value = Double(c.values[row])
    default:
      let integer = column.value(at: row).integer ?? 0
      return pattern.append(DecimalDigits(Int128(integer), scale: 0), to: &out)
    }
    if value.isNaN {
      out.append("NaN")
    } else if value.isInfinite {
      pattern.appendInfinity(isNegative: value < 0, to: &out)
    } else {
      pattern.append(DecimalDigits(exact: value, places: pattern.placesKept), to: &out)
    }
  }
}
