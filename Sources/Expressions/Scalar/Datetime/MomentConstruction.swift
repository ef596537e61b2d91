internal import Columnar
internal import Diagnostics

/// `make_date make_timestamp …`: dates and timestamps from their fields. A field out of its range is an error in ANSI mode.
enum MomentConstruction {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "make_date", .datetime, "make_date(year, month, day)", "The date with these fields.",
        shown: ["SELECT make_date(2013, 7, 15)": "2013-07-15"])
    ) { (call) throws(SQLError) in
      try call.expect(3)
      let failure = call.failure()
      return BoundFunction(
        "make_date", try call.parameters(all: .int), returns: .date, isNullable: call.isAnyNullable || failure == .null,
        canFail: failure == .raise
      ) { (context, operands) throws(SQLError) in
        let rows = context.rows
        let (years, months, days): ([Int32], [Int32], [Int32]) = (
          try operands[0].rowValues(rows), try operands[1].rowValues(rows), try operands[2].rowValues(rows)
        )
        return try assembled(context, failure) { (row) throws(SQLError) -> Int32 in
          guard let day = CivilTime.days(year: Int(years[row]), month: Int(months[row]), day: Int(days[row])) else {
            throw .fieldOutOfBounds("\(years[row])-\(months[row])-\(days[row])", hint: nil)
          }
          return day
        }
      }
    },
    timestamp("make_timestamp", .timestamp, takesZone: true, "The timestamp with these fields, in a zone or the session's."),
    timestamp("make_timestamp_ltz", .timestamp, takesZone: true, "As make_timestamp."),
    timestamp("make_timestamp_ntz", .timestampNTZ, takesZone: false, "The timestamp without time zone with these fields."),
    timestamp("try_make_timestamp", .timestamp, takesZone: true, isTolerant: true, "As make_timestamp, but NULL for what is none."),
    timestamp("try_make_timestamp_ltz", .timestamp, takesZone: true, isTolerant: true, "As try_make_timestamp."),
    timestamp("try_make_timestamp_ntz", .timestampNTZ, takesZone: false, isTolerant: true, "As make_timestamp_ntz, but NULL for what is none."),
  ]

  /// Seconds with their microseconds.
  private static let secondType = DataType.decimal(precision: 16, scale: 6)

  private static func timestamp(
    _ name: String, _ result: DataType, takesZone: Bool, isTolerant: Bool = false, _ summary: String
  ) -> ScalarFunction {
    let fields = "year, month, day, hour, minute, second"
    return ScalarFunction(
      FunctionDoc(
        name, .datetime, "\(name)(\(fields)\(takesZone ? "[, zone]" : ""))", summary,
        shown: ["SELECT \(name)(2014, 12, 28, 6, 30, 45.887)": "2014-12-28 06:30:45.887"])
    ) { (call) throws(SQLError) in
      if call.arguments.count < 4 {
        throw SQLError(
          .bind, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "\(name) takes \(fields), found \(call.arguments.count) arguments",
          span: call.span, hint: "there is no TIME type to combine a date with; give the fields one by one")
      }
      try call.expect(takesZone ? 6...7 : 6...6)
      return try bind(call, result, isTolerant ? .null : call.failure())
    }
  }

  private static func bind(
    _ call: FunctionCall, _ result: DataType, _ failure: Kernel.Failure
  ) throws(SQLError) -> BoundFunction {
    var parameters: [DataType] = []
    for index in 0..<5 { parameters.append(try call.parameter(index, as: .int)) }
    parameters.append(try call.parameter(5, as: secondType))
    if call.arguments.count == 7 { parameters.append(try call.parameter(6, as: .string)) }
    return BoundFunction(
      call.name, parameters, returns: result, isNullable: call.isAnyNullable || failure == .null, canFail: true
    ) { (context, operands) throws(SQLError) in
      let rows = context.rows
      var fields: [[Int32]] = []
      for operand in operands[..<5] { fields.append(try operand.rowValues(rows)) }
      let seconds: [Int128] = try operands[5].rowValues(rows)
      let zones: [BytesView] = operands.count == 7 ? try operands[6].rowValues(rows) : []
      let session = result == .timestamp ? context.evaluation.zone : .utc
      return try assembled(context, failure) { (row) throws(SQLError) -> Int64 in
        // An unknown zone is an error in every mode.
        var zone = session
        if !zones.isEmpty { zone = try ZoneShifts.zone(zones[row]) }
        let local = try localTime(fields.map { Int($0[row]) }, seconds[row])
        guard let micros = zone.utcMicros(days: local.days, microsOfDay: local.microsOfDay) else {
          throw .datetimeOverflow("the timestamp")
        }
        return micros
      }
    }
  }

  /// Year to minute, and the seconds in microseconds; 60 seconds sharp are the next minute, as PostgreSQL has it.
  private static func localTime(
    _ fields: [Int], _ secondMicros: Int128
  ) throws(SQLError) -> (days: Int32, microsOfDay: Int64) {
    let sixty = Int128(Micros.perMinute)
    guard let days = CivilTime.days(year: fields[0], month: fields[1], day: fields[2]), (0..<24).contains(fields[3]),
      (0..<60).contains(fields[4]), secondMicros >= 0, secondMicros < sixty + Int128(Micros.perSecond)
    else {
      let text = "\(fields[0])-\(fields[1])-\(fields[2]) \(fields[3]):\(fields[4]):\(DecimalText.string(secondMicros, scale: 6))"
      throw .fieldOutOfBounds(text, hint: "use try_make_timestamp to get NULL")
    }
    if secondMicros > sixty {
      throw .data(
        "INVALID_FRACTION_OF_SECOND", "a second of 60 cannot have a fraction, found \(DecimalText.string(secondMicros, scale: 6))",
        hint: "use try_make_timestamp to get NULL")
    }
    let minutes = Int64(fields[3] * 60 + fields[4])
    let micros = minutes &* Micros.perMinute &+ Int64(truncatingIfNeeded: secondMicros)
    if micros < Micros.perDay { return (days, micros) }
    return (days == .max ? days : days + 1, micros - Micros.perDay)
  }

  /// A column of what `body` makes of each valid row.
  private static func assembled<R: ColumnElement>(
    _ context: borrowing KernelContext, _ failure: Kernel.Failure, _ body: (Int) throws(SQLError) -> R
  ) throws(SQLError) -> Column {
    var values = [R](repeating: R.filler, count: context.rows)
    var validity = Validity(repeating: true, count: context.rows)
    for row in 0..<context.rows where context.isValid(row) {
      do {
        values[row] = try body(row)
      } catch {
        if failure == .raise || error.errorClass == "INVALID_TIMEZONE" { throw error }
        validity.set(row, false)
      }
    }
    return R.column(values, validity: validity.isAllValid ? nil : validity)
  }
}

extension SQLError {
  static func fieldOutOfBounds(_ text: String, hint: String?) -> SQLError {
    .data("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", "there is no \(text)", hint: hint)
  }
}
