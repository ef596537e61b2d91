internal import Columnar
internal import Diagnostics

extension EvaluationContext {
  /// The session zone.
  var zone: TimeZoneRules { TimeZoneRules.named(settings.zoneName) ?? .utc }
}

/// Dates and timestamps moved and subtracted. `sign` is 1 to add, −1 to subtract.
enum MomentKernels {
  static func addDays(_ sign: Int64, _ failure: Kernel.Failure) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (day: Int32, count: Int32) in
        let sum = Int64(day) &+ sign &* Int64(count)
        // Spark's date_add wraps around.
        return (Int32(truncatingIfNeeded: sum), false)
      } error: { _, _ in
        .datetimeOverflow("the date")
      }
    }
  }

  static func addWholeDays(_ sign: Int64, _ failure: Kernel.Failure) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (day: Int32, interval: Int64) in
        let sum = Int32(exactly: Int64(day) &+ sign &* (interval / Micros.perDay))
        return (sum ?? 0, sum == nil)
      } error: { _, _ in
        .datetimeOverflow("the date")
      }
    }
  }

  static func addMonthsToDate(_ sign: Int64, _ failure: Kernel.Failure) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (day: Int32, months: Int32) in
        let count = Int32(exactly: sign &* Int64(months))
        let sum = count.flatMap { CivilTime.addMonths(days: day, months: $0) }
        return (sum ?? 0, sum == nil)
      } error: { _, _ in
        .overflow("the date", hint: "use try_add to get NULL")
      }
    }
  }

  static func addMonths(_ sign: Int64, zoned: Bool, _ failure: Kernel.Failure) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      let zone = zoned ? context.evaluation.zone : .utc
      return try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (moment: Int64, months: Int32) in
        let count = Int32(exactly: sign &* Int64(months))
        let sum = count.flatMap { zone.addMonths(utcMicros: moment, months: $0) }
        return (sum ?? 0, sum == nil)
      } error: { _, _ in
        .datetimeOverflow("the timestamp")
      }
    }
  }

  static func addMicros(_ sign: Int64, zoned: Bool, _ failure: Kernel.Failure) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      let zone = zoned ? context.evaluation.zone : .utc
      if zone.fixedOffsetSeconds != nil {
        return try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (moment: Int64, interval: Int64) in
          let (value, overflow) =
            sign < 0 ? moment.subtractingReportingOverflow(interval) : moment.addingReportingOverflow(interval)
          return (value, overflow)
        } error: { _, _ in
          .datetimeOverflow("the timestamp")
        }
      }
      return try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (moment: Int64, interval: Int64) in
        let (amount, overflow) = interval.multipliedReportingOverflow(by: sign)
        let sum = overflow ? nil : zone.add(utcMicros: moment, dayTimeMicros: amount)
        return (sum ?? 0, sum == nil)
      } error: { _, _ in
        .datetimeOverflow("the timestamp")
      }
    }
  }

  static func difference(zoned: Bool, _ failure: Kernel.Failure) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      let zone = zoned ? context.evaluation.zone : .utc
      return try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (end: Int64, start: Int64) in
        let value = zone.difference(utcMicros: end, minus: start)
        return (value ?? 0, value == nil)
      } error: { _, _ in
        .intervalOverflow(.subtract)
      }
    }
  }
}
