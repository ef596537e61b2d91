internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// What a multiset of values tells: `mode`, `histogram_numeric`, and `approx_count_distinct` over retractions.
  static let frequencies: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "mode", "mode(expr) | mode() WITHIN GROUP (ORDER BY expr)",
        "the most frequent value that is not NULL; of several the smallest, or the first in the order given",
        "SELECT mode(x) FROM VALUES (0), (10), (10) AS t(x)", "10"), takesOrdering: true
    ) { (call) throws(SQLError) in
      let isDescending = call.orderings.first?.isDescending ?? false
      if !call.orderings.isEmpty, call.arguments.count != 1 {
        throw SQLError(
          .bind, "INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ORDERINGS",
          "mode takes one expression, as its argument or in WITHIN GROUP", span: call.span)
      }
      if call.arguments.isEmpty {
        throw SQLError(
          .bind, "INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING", "mode() is followed by WITHIN GROUP (ORDER BY …)",
          span: call.span, hint: "or write mode(x)")
      }
      try call.expect(1...2)
      if call.arguments.count == 2 {
        guard call.types[1] == .boolean else { throw .unexpectedInput(call, 1, wanted: "\"BOOLEAN\"") }
        guard try call.constant(1) != nil else { throw .nonConstantArgument(call, 1, expected: "boolean") }
      }
      let type = call.types[0]
      return BoundAggregate(
        call.name, [type] + call.types.dropFirst(), returns: type, stateTypes: [Multisets.stateType(type)]
      ) { _ in ModeAccumulator(type, isDescending: isDescending) }
    },
    AggregateFunction(
      .aggregate(
        "histogram_numeric", "histogram_numeric(expr, bins)",
        "a histogram of at most that many bins of unequal width: their centres and heights",
        "SELECT histogram_numeric(x, 5) FROM VALUES (0), (1), (2), (10) AS t(x)",
        "[{0, 1.0}, {1, 1.0}, {2, 1.0}, {10, 1.0}]")
    ) { (call) throws(SQLError) in
      try call.expect(2)
      let type = call.types[0] == .null || call.types[0] == .string ? .double : call.types[0]
      guard type.isNumeric || type.isTemporal || type.isInterval else {
        throw .unexpectedInput(call, 0, wanted: "(\"NUMERIC\" or \"DATE\" or \"TIMESTAMP\" or \"ANSI INTERVAL\")")
      }
      guard let bins = try call.constant(1) else { throw .nonConstantArgument(call, 1, expected: "integer") }
      guard let count = bins.integer else { throw .unexpectedInput(call, 1, wanted: "\"INT\"") }
      if count < 2 || count > Int64(HistogramAccumulator.binsMax) {
        throw .argumentOutOfRange(call, 1, range: "[2, \(HistogramAccumulator.binsMax)]", found: "\(count)")
      }
      let bin = DataType.structure([Field("x", type), Field("y", .double)])
      return BoundAggregate(
        call.name, [type, call.types[1]], returns: .array(bin), stateTypes: [Multisets.stateType(type)]
      ) { _ in HistogramAccumulator(type, bins: Int(count)) }
    },
  ]
}

/// The most frequent value of a group.
final class ModeAccumulator: MultisetAccumulator {
  private let type: DataType
  private let isDescending: Bool

  init(_ type: DataType, isDescending: Bool) {
    self.type = type
    self.isDescending = isDescending
    super.init(type)
  }

  override func result(of groups: [Int32]) throws(SQLError) -> Column {
    var offsets: [Int32] = [0]
    var counts: [Int64] = []
    let keys = values.collect(groups, offsets: &offsets) { _, weight in
      if weight > 0 { counts.append(weight) }
      return weight > 0
    }
    let picked = groups.indices.map { group -> Int32 in
      var best: Int32 = -1
      for i in offsets[group]..<offsets[group + 1] {
        if best < 0 || counts[Int(i)] > counts[Int(best)] || (isDescending && counts[Int(i)] == counts[Int(best)]) { best = i }
      }
      return best
    }
    return keys.gatherOrNull(picked, type: type)
  }
}

/// The streaming histogram of Ben-Haim and Tom-Tov (JMLR 2010), fed with the values in ascending order, so that it
/// depends on the rows alone and not on how they came.
final class HistogramAccumulator: MultisetAccumulator {
  /// More bins than a reader can use; each value costs a search through them.
  static let binsMax = 100_000

  private struct Bin {
    var center: Double
    var height: Double
  }

  private let type: DataType
  private let bins: Int

  init(_ type: DataType, bins: Int) {
    self.type = type
    self.bins = bins
    super.init(type)
  }

  override func result(of groups: [Int32]) throws(SQLError) -> Column {
    var offsets: [Int32] = [0]
    var counts: [Int64] = []
    let keys = values.collect(groups, offsets: &offsets) { _, weight in
      if weight > 0 { counts.append(weight) }
      return weight > 0
    }
    var context = KernelContext(rows: keys.count, validity: nil, span: .none, evaluation: EvaluationContext())
    let numbers = try Casts.cast(
      Operand(keys), from: numericTwin(type), to: .double, mode: .ansi, context: &context)
    let values: [Double] = try Operand(numbers).values()
    var result: [Bin] = []
    var ends: [Int32] = [0]
    for group in groups.indices {
      var open: [Bin] = []
      for i in Int(offsets[group])..<Int(offsets[group + 1]) {
        open.append(Bin(center: values[i], height: Double(counts[i])))
        if open.count > bins { HistogramAccumulator.mergeClosest(&open) }
      }
      result += open
      ends.append(Int32(truncatingIfNeeded: result.count))
    }
    var back = KernelContext(rows: result.count, validity: nil, span: .none, evaluation: EvaluationContext())
    let centers = try Casts.cast(
      Operand(.float64(PrimitiveColumn(result.map(\.center)))), from: .double, to: numericTwin(type), mode: .legacy, context: &back)
    let heights = Column.float64(PrimitiveColumn(result.map(\.height)))
    let validity = Validity(count: groups.count) { ends[$0] < ends[$0 + 1] }
    return .list(
      ListColumn(
        offsets: ends, child: .structure(StructColumn(fields: [centers, heights], count: result.count)),
        validity: validity.isAllValid ? nil : validity))
  }

  /// The number type of the same layout.
  private func numericTwin(_ type: DataType) -> DataType {
    switch type {
    case .date, .yearMonthInterval: .int
    case .timestamp, .timestampNTZ, .dayTimeInterval: .bigint
    default: type
    }
  }

  private static func mergeClosest(_ bins: inout [Bin]) {
    var closest = 0
    for i in 0..<(bins.count - 1) where bins[i + 1].center - bins[i].center < bins[closest + 1].center - bins[closest].center {
      closest = i
    }
    let (a, b) = (bins[closest], bins[closest + 1])
    let height = a.height + b.height
    bins[closest] = Bin(center: (a.center * a.height + b.center * b.height) / height, height: height)
    bins.remove(at: closest + 1)
  }
}
