internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// `median`, `percentile`, `percentile_cont`, `percentile_disc`, `percentile_approx`.
  static let percentiles: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "percentile", "percentile(expr, percentage[, frequency])",
        "the value that a share of the values lies below, interpolated; an array of shares gives an array",
        "SELECT percentile(x, 0.3) FROM VALUES (0), (10) AS t(x)", "3.0")
    ) { (call) throws(SQLError) in
      try call.expect(2...3)
      return try bindPercentile(call, value: 0, share: 1, frequency: call.arguments.count == 3 ? 2 : nil, .interpolated)
    },
    AggregateFunction(
      .aggregate(
        "median", "median(expr)", "the middle value, interpolated", "SELECT median(x) FROM VALUES (0), (10) AS t(x)", "5.0")
    ) { (call) throws(SQLError) in
      try call.expect(1)
      return try bindPercentile(call, value: 0, share: nil, frequency: nil, .interpolated)
    },
    AggregateFunction(
      .aggregate(
        "percentile_cont", "percentile_cont(percentage) WITHIN GROUP (ORDER BY expr)",
        "the value that a share of the values lies below, interpolated",
        "SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY x) FROM VALUES (0), (10) AS t(x)", "2.5"), takesOrdering: true
    ) { (call) throws(SQLError) in
      try call.expectOrdering()
      return try bindPercentile(call, value: 1, share: 0, frequency: nil, .interpolated)
    },
    AggregateFunction(
      .aggregate(
        "percentile_disc", "percentile_disc(percentage) WITHIN GROUP (ORDER BY expr)",
        "the first value whose rank reaches a share of the rows",
        "SELECT percentile_disc(0.25) WITHIN GROUP (ORDER BY x) FROM VALUES (0), (10) AS t(x)", "0.0"), takesOrdering: true
    ) { (call) throws(SQLError) in
      try call.expectOrdering()
      return try bindPercentile(call, value: 1, share: 0, frequency: nil, .discrete)
    },
    AggregateFunction(
      .aggregate(
        "percentile_approx", aliases: ["approx_percentile"], "percentile_approx(expr, percentage[, accuracy])",
        "the value whose rank reaches a share of the rows; computed exactly here, so that rows may be taken back",
        "SELECT percentile_approx(x, 0.5) FROM VALUES (0), (6), (7), (9), (10) AS t(x)", "7")
    ) { (call) throws(SQLError) in try bindApproximate(call) },
  ]

  private static func bindPercentile(
    _ call: FunctionCall, value: Int, share: Int?, frequency: Int?, _ rule: PercentileRule
  ) throws(SQLError) -> BoundAggregate {
    let type: DataType
    switch call.types[value] {
    case .yearMonthInterval, .dayTimeInterval: type = call.types[value]
    case .null, .string: type = .double
    case let other where other.isNumeric: type = .double
    default: throw .unexpectedInput(call, value, wanted: "(\"NUMERIC\" or \"ANSI INTERVAL\")")
    }
    let shares = try share.map { (index) throws(SQLError) in try call.percentages(index) } ?? Percentages(values: [0.5], isArray: false)
    var parameters = call.types
    parameters[value] = type
    if let frequency {
      guard call.types[frequency].isIntegral else { throw .unexpectedInput(call, frequency, wanted: "\"INTEGRAL\"") }
      parameters[frequency] = .bigint
    }
    let result: DataType =
      switch type {
      case .yearMonthInterval: .yearMonth
      case .dayTimeInterval: .dayTime
      default: .double
      }
    let isDescending = call.orderings.first?.isDescending ?? false
    return BoundAggregate(
      call.name, parameters, returns: shares.isArray ? .array(result) : result, stateTypes: [Multisets.stateType(type)]
    ) { _ in
      PercentileAccumulator(type, result, shares, rule, isDescending: isDescending, value: value, frequency: frequency)
    }
  }

  private static func bindApproximate(_ call: FunctionCall) throws(SQLError) -> BoundAggregate {
    try call.expect(2...3)
    let type: DataType
    switch call.types[0] {
    case .null, .string: type = .double
    case let other where other.isNumeric || other.isTemporal || other.isInterval: type = other
    default: throw .unexpectedInput(call, 0, wanted: "(\"NUMERIC\" or \"DATE\" or \"TIMESTAMP\" or \"ANSI INTERVAL\")")
    }
    if call.arguments.count == 3 {
      guard let accuracy = try call.constant(2) else { throw .nonConstantArgument(call, 2, expected: "integer") }
      guard let number = accuracy.integer else { throw .unexpectedInput(call, 2, wanted: "\"INTEGRAL\"") }
      if number <= 0 || number > Int64(Int32.max) {
        throw .argumentOutOfRange(call, 2, range: "(0, 2147483647]", found: "\(number)")
      }
    }
    let shares = try call.percentages(1)
    return BoundAggregate(
      call.name, [type] + call.types.dropFirst(), returns: shares.isArray ? .array(type) : type,
      stateTypes: [Multisets.stateType(type)]
    ) { _ in PercentileAccumulator(type, type, shares, .ranked, isDescending: false, value: 0, frequency: nil) }
  }
}

/// Shares in 0…1, and whether they were written as an array.
struct Percentages: Sendable {
  var values: [Double]
  var isArray: Bool
}

enum PercentileRule: Sendable {
  /// Between the two values around the place (n − 1) · p.
  case interpolated
  /// The value of rank ⌈n · p⌉, as a double.
  case discrete
  /// The value of rank ⌈n · p⌉, of its own type.
  case ranked
}

extension FunctionCall {
  /// One constant argument and a WITHIN GROUP with one item, whose expression is the second.
  func expectOrdering() throws(SQLError) {
    if orderings.count == 1 && arguments.count == 2 { return }
    if arguments.count - orderings.count != 1 {
      throw SQLError(
        .bind, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "\(name) takes 1 argument, got \(arguments.count - orderings.count)", span: span,
        hint: "write \(name)(0.5) WITHIN GROUP (ORDER BY x)")
    }
    if orderings.isEmpty {
      throw SQLError(
        .bind, "INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING", "\(name) needs WITHIN GROUP (ORDER BY …)", span: span,
        hint: "write \(name)(0.5) WITHIN GROUP (ORDER BY x)")
    }
    throw SQLError(
      .bind, "INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ORDERINGS",
      "\(name) takes one argument and one item in WITHIN GROUP", span: span)
  }

  /// Constant shares: one number, or an array of them.
  func percentages(_ index: Int) throws(SQLError) -> Percentages {
    guard try constant(index) != nil else { throw .nonConstantArgument(self, index, expected: "share between 0 and 1") }
    var isArray = false
    if case .array = types[index] { isArray = true }
    let target: DataType = isArray ? .array(.double) : .double
    guard Casts.isAllowed(from: types[index], to: target) else { throw .unexpectedInput(self, index, wanted: "\"DOUBLE\"") }
    let cast = Coercion.cast(arguments[index], to: target)
    let value = try Evaluator(EvaluationContext(settings: settings)).constant(cast)
    let items: [Value]
    if case .list(let list) = value { items = list } else { items = [value] }
    var shares: [Double] = []
    for item in items {
      guard case .float64(let share) = item else {
        throw SQLError(
          .bind, "DATATYPE_MISMATCH.UNEXPECTED_NULL", "the share of \(name) must not be NULL", span: arguments[index].span)
      }
      guard (0...1).contains(share) else { throw .argumentOutOfRange(self, index, range: "[0.0, 1.0]", found: "\(share)") }
      shares.append(share)
    }
    return Percentages(values: shares, isArray: isArray)
  }
}

/// Percentiles of the multiset of a group's values. Exact; O(log n) a change, O(distinct values) a result.
final class PercentileAccumulator: MultisetAccumulator {
  private let type: DataType
  private let resultType: DataType
  private let shares: Percentages
  private let rule: PercentileRule
  private let isDescending: Bool
  private let value: Int
  private let frequency: Int?

  init(
    _ type: DataType, _ resultType: DataType, _ shares: Percentages, _ rule: PercentileRule, isDescending: Bool, value: Int,
    frequency: Int?
  ) {
    self.type = type
    self.resultType = resultType
    self.shares = shares
    self.rule = rule
    self.isDescending = isDescending
    self.value = value
    self.frequency = frequency
    super.init(type)
  }

  override func update(_ input: AggregateInput) throws(SQLError) {
    guard value < input.arguments.count else { return }
    var input = input
    if let frequency {
      let counts: [Int64] = try input.arguments[frequency].rowValues(input.rows)
      let validity = input.arguments[frequency].flattened(rows: input.rows).validity
      var weights = input.weights ?? [Int64](repeating: 1, count: input.rows)
      for row in 0..<input.rows {
        let count = validity.map({ $0[row] }) ?? true ? counts[row] : 0
        if count < 0 {
          throw SQLError(.data, "NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION", "the frequency \(count) is negative", span: input.span)
        }
        weights[row] = weights[row].multipliedReportingOverflow(by: count).partialValue
      }
      // Rows that count nothing must not become entries.
      let rows = (0..<Int32(truncatingIfNeeded: input.rows)).filter { weights[Int($0)] != 0 }
      input.groups = rows.map { input.groups[Int($0)] }
      let column = input.arguments[value].flattened(rows: input.rows).gather(rows)
      input.weights = rows.map { weights[Int($0)] }
      input.rows = rows.count
      return try values.update(Operand(column), input)
    }
    try values.update(input.arguments[value], input)
  }

  override func result(of groups: [Int32]) throws(SQLError) -> Column {
    var offsets: [Int32] = [0]
    var counts: [Int64] = []
    let keys = values.collect(groups, offsets: &offsets) { _, weight in
      if weight > 0 { counts.append(weight) }
      return weight > 0
    }
    let ranks = RankedValues(offsets: offsets, counts: counts, isDescending: isDescending)
    let column: Column
    if rule == .ranked {
      var picked: [Int32] = []
      for group in groups.indices {
        for share in shares.values { picked.append(ranks.index(group, reaching: share)) }
      }
      column = keys.gatherOrNull(picked, type: type)
    } else {
      column = interpolated(try values.codec.words(keys), ranks, groups.count)
    }
    if !shares.isArray { return column }
    let each = Int32(truncatingIfNeeded: shares.values.count)
    let validity = Validity(count: groups.count) { offsets[$0] < offsets[$0 + 1] }
    return .list(
      ListColumn(
        offsets: (0...Int32(truncatingIfNeeded: groups.count)).map { $0 &* each }, child: column,
        validity: validity.isAllValid ? nil : validity))
  }

  private func interpolated(_ words: [Int64], _ ranks: RankedValues, _ groups: Int) -> Column {
    var results: [Double] = []
    var validity = Validity(repeating: true, count: groups * shares.values.count)
    let isDouble = type == .double
    func number(_ index: Int32) -> Double { isDouble ? FloatOrder.double(words[Int(index)]) : Double(words[Int(index)]) }
    for group in 0..<groups {
      for share in shares.values {
        guard let total = ranks.total(group) else {
          validity.set(results.count, false)
          results.append(0)
          continue
        }
        if rule == .discrete {
          results.append(number(ranks.index(group, reaching: share)))
          continue
        }
        let place = Double(total - 1) * share
        let (lower, upper) = (place.rounded(.down), place.rounded(.up))
        let low = number(ranks.index(group, at: Int64(lower)))
        let high = number(ranks.index(group, at: Int64(upper)))
        results.append(lower == upper || low == high ? low : (upper - place) * low + (place - lower) * high)
      }
    }
    let mask = validity.isAllValid ? nil : validity
    switch resultType {
    case .yearMonthInterval:
      return .int32(PrimitiveColumn(results.map { Int32(exactly: $0.rounded(.towardZero)) ?? 0 }, validity: mask))
    case .dayTimeInterval:
      return .int64(PrimitiveColumn(results.map { Int64(exactly: $0.rounded(.towardZero)) ?? 0 }, validity: mask))
    default: return .float64(PrimitiveColumn(results, validity: mask))
    }
  }
}

/// The different values of groups, ascending, with how many rows stand before each.
private struct RankedValues {
  private let offsets: [Int32]
  /// Rows up to and with each value of its group, in the order asked for.
  private var cumulated: [Int64]
  private let isDescending: Bool

  init(offsets: [Int32], counts: [Int64], isDescending: Bool) {
    self.offsets = offsets
    self.isDescending = isDescending
    cumulated = counts
    for group in 0..<(offsets.count - 1) {
      var sum: Int64 = 0
      for i in 0..<Int(offsets[group + 1] - offsets[group]) {
        let place = isDescending ? Int(offsets[group + 1]) - 1 - i : Int(offsets[group]) + i
        sum = sum &+ counts[place]
        cumulated[Int(offsets[group]) + i] = sum
      }
    }
  }

  /// Rows of a group; nil if there is none.
  func total(_ group: Int) -> Int64? {
    offsets[group] == offsets[group + 1] ? nil : cumulated[Int(offsets[group + 1]) - 1]
  }

  /// The value of the row at a 0-based place.
  func index(_ group: Int, at place: Int64) -> Int32 {
    var (low, high) = (Int(offsets[group]), Int(offsets[group + 1]) - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulated[middle] > place { high = middle } else { low = middle + 1 }
    }
    let index = Int32(truncatingIfNeeded: low)
    return isDescending ? offsets[group + 1] - 1 - (index - offsets[group]) : index
  }

  /// The value of rank ⌈n · share⌉, at least the first; −1 for an empty group.
  func index(_ group: Int, reaching share: Double) -> Int32 {
    guard let total = total(group) else { return -1 }
    let rank = (Double(total) * share).rounded(.up)
    return index(group, at: max(0, min(total - 1, Int64(rank) - 1)))
  }
}
