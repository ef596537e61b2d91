internal import Columnar
internal import Diagnostics

extension Aggregates {
  static let sums: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "sum", "sum(expr)", "adds up the values that are not NULL; NULL if there is none",
        "SELECT sum(x) FROM VALUES (5), (10), (NULL) AS t(x)", "15")
    ) { (call) throws(SQLError) in try bindSum(call, .sum, isTry: false) },
    AggregateFunction(
      .aggregate(
        "try_sum", "try_sum(expr)", "as sum, but NULL where the sum does not fit its type",
        "SELECT try_sum(x) FROM VALUES (9223372036854775807L), (1L) AS t(x)", "NULL")
    ) { (call) throws(SQLError) in try bindSum(call, .sum, isTry: true) },
  ]

  static let averages: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "avg", aliases: ["mean"], "avg(expr)",
        "the mean of the values that are not NULL; NULL if there is none",
        "SELECT avg(x) FROM VALUES (1), (2), (NULL) AS t(x)", "1.5")
    ) { (call) throws(SQLError) in try bindSum(call, .average, isTry: false) },
    AggregateFunction(
      .aggregate(
        "try_avg", "try_avg(expr)", "as avg, but NULL where the sum does not fit its type",
        "SELECT try_avg(x) FROM VALUES (interval '2147483647 months'), (interval '1 months') AS t(x)", "NULL")
    ) { (call) throws(SQLError) in try bindSum(call, .average, isTry: true) },
  ]

  static func bindSum(
    _ call: FunctionCall, _ function: SumRules.Function, isTry: Bool
  ) throws(SQLError) -> BoundAggregate {
    try call.expect(1)
    // Untyped NULLs and strings are doubles, as wherever Spark wants a number; a time is its seconds since 1970.
    let type: DataType =
      switch call.types[0] {
      case .null, .string, .timestamp: .double
      case let other: other
      }
    let overflow: SumRules.Overflow = isTry ? .null : call.settings.isANSI ? .raise : .legacy
    func rules(_ total: DataType, _ result: DataType) -> SumRules {
      SumRules(
        function: function, total: total, result: function == .sum ? total : result, overflow: overflow,
        span: call.span)
    }
    func bound(
      _ rules: SumRules, _ stateTypes: [DataType], make: @escaping @Sendable () -> any Accumulator
    ) -> BoundAggregate {
      BoundAggregate(
        call.name, [type], returns: rules.result, stateTypes: stateTypes, isInvertible: true
      ) { _ in make() }
    }
    switch type {
    case .tinyint, .smallint, .int, .bigint:
      let rules = rules(.bigint, .double)
      return bound(rules, IntegerSumAccumulator.stateTypes) { IntegerSumAccumulator(rules) }
    case .yearMonthInterval:
      let rules = rules(type, .yearMonth)
      return bound(rules, IntegerSumAccumulator.stateTypes) { IntegerSumAccumulator(rules) }
    case .dayTimeInterval:
      let rules = rules(type, .dayTime)
      return bound(rules, IntegerSumAccumulator.stateTypes) { IntegerSumAccumulator(rules) }
    case .decimal(let p, let s):
      let digitsMax = DataType.decimalDigitsMax
      let rules = rules(
        .decimal(precision: min(p + 10, digitsMax), scale: s),
        .decimal(precision: min(p + 4, digitsMax), scale: min(s + 4, digitsMax)))
      return bound(rules, DecimalSumAccumulator.stateTypes) { DecimalSumAccumulator(rules) }
    case .float, .double:
      let rules = rules(.double, .double)
      return bound(rules, FloatSumAccumulator.stateTypes) { FloatSumAccumulator(rules) }
    default:
      throw .unexpectedInput(call, 0, wanted: "\"NUMERIC\" or \"ANSI INTERVAL\"")
    }
  }
}

/// What a sum state is turned into at the end.
struct SumRules: Sendable {
  enum Function: Sendable { case sum, average }

  /// What happens when the net value does not fit (SEM-10).
  enum Overflow: Sendable {
    case raise
    case null
    /// `spark.sql.ansi.enabled = false`: integers wrap around, decimals are NULL; intervals are an error as ever.
    case legacy
  }

  var function: Function
  /// The type that the sum itself must fit.
  var total: DataType
  var result: DataType
  var overflow: Overflow
  var span: SourceSpan

  /// The error of a sum that does not fit `total`.
  var sumOverflow: SQLError {
    let attempt = function == .sum ? "try_sum" : "try_avg"
    let what = function == .sum ? "sum" : "the sum of avg"
    return SQLError(
      .data, total.isInterval ? "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION" : "ARITHMETIC_OVERFLOW",
      "\(what) does not fit \(total)", span: span, hint: "use \(attempt) to get NULL instead")
  }

  /// The error of an average whose digits do not fit `result`.
  var averageOutOfRange: SQLError {
    SQLError(
      .data, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "avg does not fit \(result)", span: span,
      hint: "use try_avg to get NULL instead")
  }
}
