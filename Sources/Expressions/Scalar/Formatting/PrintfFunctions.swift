internal import Columnar
internal import Diagnostics

/// `format_string` and `printf`.
enum PrintfFunctions {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "format_string", aliases: ["printf"], .string, "format_string(format, value, …)",
        "The values laid out by a format of C's printf, as Java reads it (`%d %5.2f %s`).",
        shown: [
          "SELECT format_string('Hello World %d %s', 100, 'days')": "Hello World 100 days",
          "SELECT printf('%,.2f|%-5s|%05d', 1234.5D, 'ab', 42)": "1,234.50|ab   |00042",
        ]), bind: bind)
  ]

  private static func bind(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(atLeast: 1)
    try call.parameter(0, as: .string)
    let types = Array(call.types.dropFirst())
    // A constant format is read once, and refused before the first row.
    var constant: PrintfPattern?
    if case .bytes(let bytes)? = try call.constant(0) {
      constant = try pattern(bytes)
    }
    let fixed = constant
    return BoundFunction(
      call.name, [.string] + types, returns: .string, nulls: .handled, canFail: true
    ) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let formats = operands[0].flattened(rows: rows)
      let views: [BytesView] = try Operand(formats).values()
      var writer = PrintfWriter(
        columns: operands.dropFirst().map { $0.flattened(rows: rows) }, types: types, zone: context.evaluation.zone)
      var builder = TextBuilder(rows: rows)
      var out = ByteWriter()
      var total = 0
      for row in 0..<rows {
        out.removeAll()
        if !formats.isNull(row) {
          if let fixed {
            try writer.append(fixed, row: row, to: &out)
          } else {
            try writer.append(try pattern(views[row].withBytes { Array($0) }), row: row, to: &out)
          }
        }
        total &+= out.count
        try TextLimits.check("format_string", value: out.count, batch: total)
        builder.append(out.bytes)
      }
      return builder.finish(validity: formats.validity)
    }
  }

  private static func pattern(_ text: [UInt8]) throws(SQLError) -> PrintfPattern {
    do throws(PrintfPattern.Problem) {
      return try PrintfPattern(text)
    } catch {
      throw .data(error.errorClass, "\(error.message), in the format '\(String(decoding: text, as: UTF8.self))'")
    }
  }
}
