internal import Columnar
internal import Diagnostics

/// `sequence`: the values from a start to a stop, both included.
enum Sequences {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "sequence", .array, "sequence(start, stop[, step])",
      "The values from start to stop by step; without a step by 1 or −1, or a day for dates and timestamps.",
      [
        ("SELECT sequence(1, 5)", "[1, 2, 3, 4, 5]"), ("SELECT sequence(5, 1, -2)", "[5, 3, 1]"),
        ("SELECT sequence(DATE '2018-01-01', DATE '2018-03-01', INTERVAL 1 MONTH)", "[2018-01-01, 2018-02-01, 2018-03-01]"),
      ],
      bind: bind)
  ]

  /// How to count from one value to the next.
  private enum Step: Sendable { case number, months, micros }

  private static func bind(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2...3)
    let types = call.types
    guard let type = Coercion.commonType(types[0], types[1]) else { throw wrongTypes(call) }
    if type.isIntegral || type == .null {
      var integral = type == .null ? DataType.int : type
      if types.count == 3 {
        guard types[2].isIntegral || types[2] == .null else { throw wrongTypes(call) }
        integral = Coercion.commonType(integral, types[2]) ?? integral
      }
      return function(call, integral, types.count == 3 ? integral : nil, .number)
    }
    guard type.isTemporal else { throw wrongTypes(call) }
    guard types.count == 3 else { return function(call, type, nil, .micros) }
    switch types[2] {
    case .yearMonthInterval: return function(call, type, types[2], .months)
    case .dayTimeInterval: return function(call, type, types[2], .micros)
    case .null, .string: return function(call, type, .dayTime, .micros)
    default: throw wrongTypes(call)
    }
  }

  private static func wrongTypes(_ call: FunctionCall) -> SQLError {
    SQLError(
      .bind, "DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES",
      "sequence counts integers by an integer, dates and timestamps by an interval; found \(call.types.map { "\"\($0.sqlName)\"" }.joined(separator: ", "))",
      span: call.span)
  }

  private static func function(_ call: FunctionCall, _ type: DataType, _ stepType: DataType?, _ step: Step) -> BoundFunction {
    let parameters = [type, type] + (stepType.map { [$0] } ?? [])
    return BoundFunction(call.name, parameters, returns: .array(type), canFail: true) { (context, operands) throws(SQLError) in
      let starts = try integers(operands[0], type, context.rows)
      let stops = try integers(operands[1], type, context.rows)
      let steps = operands.count > 2 ? try integers(operands[2], stepType ?? type, context.rows) : nil
      let zone = type == .timestamp ? context.evaluation.zone : .utc
      var values = SequenceBuilder(type: type, step: step == .months, zone: zone, rows: context.rows)
      for row in 0..<context.rows {
        if context.isValid(row) {
          try values.add(
            from: starts[row], to: stops[row], by: steps?[row] ?? defaultStep(type, starts[row] <= stops[row]))
        }
        try values.endList()
      }
      return values.finish()
    }
  }

  private static func defaultStep(_ type: DataType, _ isAscending: Bool) -> Int64 {
    let unit = type.isTemporal ? Micros.perDay : 1
    return isAscending ? unit : -unit
  }

  private static func integers(_ operand: Operand, _ type: DataType, _ rows: Int) throws(SQLError) -> [Int64] {
    switch type.physical {
    case .int8: return try operand.rowValues(rows, as: Int8.self).map { Int64($0) }
    case .int16: return try operand.rowValues(rows, as: Int16.self).map { Int64($0) }
    case .int32: return try operand.rowValues(rows, as: Int32.self).map { Int64($0) }
    default: return try operand.rowValues(rows)
    }
  }
}

/// Counts one list after the other.
private struct SequenceBuilder {
  let type: DataType
  /// Whether steps are months; else they are numbers, or microseconds for times.
  private let isMonths: Bool
  private let zone: TimeZoneRules
  private var values: [Int64] = []
  private var offsets: [Int32] = [0]

  /// Spark's limit: the longest array of the JVM.
  private static let elementsMax = Int(Int32.max) - 15

  init(type: DataType, step isMonths: Bool, zone: TimeZoneRules, rows: Int) {
    self.type = type
    self.isMonths = isMonths
    self.zone = zone
    offsets.reserveCapacity(rows + 1)
  }

  mutating func endList() throws(SQLError) { offsets.append(Int32(truncatingIfNeeded: values.count)) }

  mutating func add(from start: Int64, to stop: Int64, by step: Int64) throws(SQLError) {
    if type == .date && !isMonths && step % Micros.perDay != 0 {
      throw .data(
        "INVALID_PARAMETER_VALUE.STEP", "a sequence of dates is counted by whole days, months or years",
        hint: "cast the dates to TIMESTAMP")
    }
    guard (step > 0 && start <= stop) || (step < 0 && start >= stop) || (step == 0 && start == stop) else {
      throw .data("ILLEGAL_SEQUENCE_BOUNDARIES", "no sequence leads from \(start) to \(stop) by \(step)")
    }
    if start == stop { return values.append(start) }
    let unit = isMonths ? step : type == .date ? step / Micros.perDay : step
    if isMonths || (type == .timestamp && zone.fixedOffsetSeconds == nil) {
      try addCalendar(from: start, to: stop, by: unit)
    } else {
      try addNumbers(from: start, to: stop, by: unit)
    }
  }

  private mutating func addNumbers(from start: Int64, to stop: Int64, by step: Int64) throws(SQLError) {
    let count = (Int128(stop) - Int128(start)) / Int128(step) + 1
    try reserve(count)
    var value = start
    for _ in 0..<Int(count) {
      values.append(value)
      value = value &+ step
    }
  }

  /// Every step is counted from the start, so that a month's end is not lost: 31 January, 29 February, 31 March.
  private mutating func addCalendar(from start: Int64, to stop: Int64, by step: Int64) throws(SQLError) {
    var index: Int64 = 0
    while true {
      let (amount, overflow) = step.multipliedReportingOverflow(by: index)
      guard !overflow, let value = moved(start, by: amount) else { return }
      if step > 0 ? value > stop : value < stop { return }
      try reserve(1)
      values.append(value)
      index += 1
    }
  }

  private func moved(_ start: Int64, by amount: Int64) -> Int64? {
    if !isMonths { return zone.add(utcMicros: start, dayTimeMicros: amount) }
    guard let months = Int32(exactly: amount) else { return nil }
    if type == .date { return CivilTime.addMonths(days: Int32(truncatingIfNeeded: start), months: months).map { Int64($0) } }
    return zone.addMonths(utcMicros: start, months: months)
  }

  private func reserve(_ count: Int128) throws(SQLError) {
    if count > Int128(SequenceBuilder.elementsMax - values.count) {
      throw .data(
        "COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER",
        "a sequence of \(count) elements is longer than the limit of \(SequenceBuilder.elementsMax)")
    }
  }

  func finish() -> Column {
    let child: Column
    switch type.physical {
    case .int8: child = .int8(PrimitiveColumn(values.map { Int8(truncatingIfNeeded: $0) }))
    case .int16: child = .int16(PrimitiveColumn(values.map { Int16(truncatingIfNeeded: $0) }))
    case .int32: child = .int32(PrimitiveColumn(values.map { Int32(truncatingIfNeeded: $0) }))
    default: child = .int64(PrimitiveColumn(values))
    }
    return .list(ListColumn(offsets: offsets, child: child))
  }
}
