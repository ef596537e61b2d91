internal import Columnar
internal import Diagnostics

extension FunctionCall {
  /// The type that a timestamp argument is taken as: both kinds of timestamps stay, a date, a string or a NULL becomes one.
  func momentParameter(_ index: Int) throws(SQLError) -> DataType {
    switch types[index] {
    case .timestamp, .timestampNTZ: types[index]
    case .date, .string, .null: .timestamp
    default: throw .unexpectedInput(self, index, wanted: "(\"TIMESTAMP\" or \"TIMESTAMP_NTZ\")")
    }
  }

  /// A count of days or months: an integer of at most 32 bits, or text of one.
  func countParameter(_ index: Int) throws(SQLError) -> DataType {
    // Outside of ANSI mode a text may be written for a count, and then has to be one.
    if !settings.isANSI, types[index] == .string {
      guard let value = arguments[index].literalValue, let text = value.text else {
        throw .unexpectedInput(self, index, wanted: "(\"INT\" or \"SMALLINT\" or \"TINYINT\")")
      }
      guard Int32(text) != nil else {
        throw SQLError(
          .bind, "SECOND_FUNCTION_ARGUMENT_NOT_INTEGER", "the second argument of \(name) is a whole number, found '\(text)'", span: span)
      }
    }
    switch types[index] {
    case .tinyint, .smallint, .int, .string, .null: return .int
    default: throw .unexpectedInput(self, index, wanted: "(\"INT\" or \"SMALLINT\" or \"TINYINT\")")
    }
  }

  var isAnyNullable: Bool { arguments.contains { $0.isNullable } }
}

/// Loops over the parts of moments.
enum MomentLoop {
  /// One value from the day of a date.
  @inline(__always)
  static func days<R: ColumnElement>(_ body: @escaping @Sendable (Int32) -> R) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try Kernel.unary(operands[0], context) { (days: Int32) in body(days) }
    }
  }

  /// One value from the microseconds since midnight on the local clock.
  @inline(__always)
  static func clock<R: ColumnElement>(
    zoned: Bool, argument: Int = 0, _ body: @escaping @Sendable (Int64) -> R
  ) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      let zone = zoned ? context.evaluation.zone : .utc
      var cursor = ZoneCursor(zone)
      return try Kernel.unary(operands[argument], context) { (micros: Int64) in
        body(cursor.local(utcMicros: micros).microsOfDay)
      }
    }
  }

  /// Text from each row's value, written to an empty writer.
  @inline(__always)
  static func text<A: ColumnElement>(
    _ operand: Operand, _ context: borrowing KernelContext, _ body: (A, inout ByteWriter) -> Void
  ) throws(SQLError) -> Column {
    let values: [A] = try operand.rowValues(context.rows)
    var builder = TextBuilder(rows: context.rows)
    var out = ByteWriter(capacity: 64)
    for value in values {
      out.removeAll()
      body(value, &out)
      builder.append(out.bytes)
    }
    return builder.finish()
  }
}
