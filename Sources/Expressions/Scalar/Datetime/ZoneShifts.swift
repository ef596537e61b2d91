internal import Columnar
internal import Diagnostics

/// Moments seen through time zones: `from_utc_timestamp to_utc_timestamp convert_timezone current_timezone`.
enum ZoneShifts {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "from_utc_timestamp", .datetime, "from_utc_timestamp(timestamp, zone)",
        "The timestamp that looks as the clock of a zone does when it is this time in UTC.",
        shown: ["SELECT from_utc_timestamp('2016-08-31', 'Asia/Seoul')": "2016-08-31 09:00:00"])
    ) { (call) throws(SQLError) in try bind(call) { (micros, zone) in zone.localMicros(utcMicros: micros) } },
    ScalarFunction(
      FunctionDoc(
        "to_utc_timestamp", .datetime, "to_utc_timestamp(timestamp, zone)",
        "The timestamp that looks as UTC does when it is this time on the clock of a zone.",
        shown: ["SELECT to_utc_timestamp('2016-08-31', 'Asia/Seoul')": "2016-08-30 15:00:00"])
    ) { (call) throws(SQLError) in try bind(call) { (micros, zone) in zone.utcMicros(localMicros: micros) } },
    ScalarFunction(
      FunctionDoc(
        "convert_timezone", .datetime, "convert_timezone([source, ]target, timestamp_ntz)",
        "A local time of one zone, or of the session's, as the local time of another.",
        shown: ["SELECT convert_timezone('Europe/Brussels', 'America/Los_Angeles', TIMESTAMP_NTZ '2021-12-06 00:00:00')": "2021-12-05 15:00:00"]),
      bind: bindConversion),
    ScalarFunction(
      FunctionDoc(
        "current_timezone", .datetime, "current_timezone()", "The name of the session's time zone.",
        shown: ["SELECT current_timezone()": "UTC"])
    ) { (call) throws(SQLError) in
      try call.expect(0)
      let name = call.settings.zoneName
      return BoundFunction("current_timezone", [], returns: .string, isNullable: false) { (context, _) in
        Column.repeating(.string(name), type: .string, count: context.rows)
      }
    },
  ]

  private static func bind(
    _ call: FunctionCall, _ body: @escaping @Sendable (Int64, TimeZoneRules) -> Int64?
  ) throws(SQLError) -> BoundFunction {
    try call.expect(2)
    let parameters = [try call.parameter(0, as: .timestamp), try call.parameter(1, as: .string)]
    return BoundFunction(
      call.name, parameters, returns: .timestamp, isNullable: call.isAnyNullable, canFail: true
    ) { (context, operands) throws(SQLError) in
      let values: [Int64] = try operands[0].rowValues(context.rows)
      let names: [BytesView] = try operands[1].rowValues(context.rows)
      return try shifted(values, context, zones: [names]) { (micros, zones) in body(micros, zones[0]) }
    }
  }

  private static func bindConversion(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2...3)
    let last = call.arguments.count - 1
    var parameters: [DataType] = []
    for index in 0..<last { parameters.append(try call.parameter(index, as: .string)) }
    parameters.append(try call.parameter(last, as: .timestampNTZ))
    return BoundFunction(
      "convert_timezone", parameters, returns: .timestampNTZ, isNullable: call.isAnyNullable, canFail: true
    ) { (context, operands) throws(SQLError) in
      let values: [Int64] = try operands[last].rowValues(context.rows)
      var names: [[BytesView]] = []
      for operand in operands[..<last] { names.append(try operand.rowValues(context.rows)) }
      let session = context.evaluation.zone
      return try shifted(values, context, zones: names) { (local, zones) in
        let (source, target) = zones.count == 2 ? (zones[0], zones[1]) : (session, zones[0])
        return source.utcMicros(localMicros: local).flatMap { target.localMicros(utcMicros: $0) }
      }
    }
  }

  /// Moves each valid row by the zones named beside it.
  private static func shifted(
    _ values: [Int64], _ context: borrowing KernelContext, zones names: [[BytesView]],
    _ body: (Int64, [TimeZoneRules]) -> Int64?
  ) throws(SQLError) -> Column {
    var result = values
    var zones: [TimeZoneRules] = []
    var last: [BytesView] = []
    for row in 0..<context.rows where context.isValid(row) {
      if last.isEmpty || !zip(last, names).allSatisfy({ $0 == $1[row] }) {
        zones = []
        for column in names { zones.append(try zone(column[row])) }
        last = names.map { $0[row] }
      }
      guard let moved = body(values[row], zones) else { throw .datetimeOverflow("the timestamp") }
      result[row] = moved
    }
    return .int64(PrimitiveColumn(result))
  }

  /// The zone of this name.
  static func zone(_ name: BytesView) throws(SQLError) -> TimeZoneRules {
    if let zone = name.withRaw({ TimeZoneRules.named($0) }) { return zone }
    throw .data(
      "INVALID_TIMEZONE", "there is no time zone '\(name.string)'", hint: "use a region such as Europe/Paris, or an offset such as +01:00")
  }
}
