import Columnar
import Diagnostics
import Expressions
import Testing

/// Sums at the ends of their types (SEM-10).
@Suite struct SumTests {
  private func result(
    _ name: String, _ type: DataType, _ values: [Value], weights: [Int64]? = nil,
    settings: SessionSettings = SessionSettings()
  ) throws -> Value {
    let bound = try bindAggregate(name, [type], settings: settings)
    let accumulator = bound.make(weights != nil)
    accumulator.grow(to: 1)
    let rows = values.enumerated().map { i, value in
      WeightedRow(group: 0, values: [value], position: Int64(i), weight: weights?[i] ?? 1)
    }
    try accumulator.update(AggregateInput(rows, [type], isWeighted: weights != nil))
    let column = try accumulator.result(of: [0])
    #expect(column.physical == bound.result.physical)
    return column.value(at: 0)
  }

  private func errorClass(_ body: () throws -> Value) -> String? {
    do {
      _ = try body()
      return nil
    } catch { return (error as? SQLError)?.errorClass }
  }

  private static let legacy: SessionSettings = {
    var settings = SessionSettings()
    settings.isANSI = false
    return settings
  }()

  @Test func overflowIsJudgedOnTheNetValue() throws {
    #expect(
      try result("sum", .bigint, [.int64(.max), .int64(1), .int64(-5)]) == .int64(9_223_372_036_854_775_803))
    #expect(try result("sum", .bigint, [.int64(.min), .int64(.min)], weights: [3, -2]) == .int64(.min))
    let tooMuch: [Value] = [.int64(.max), .int64(1)]
    #expect(errorClass { try result("sum", .bigint, tooMuch) } == "ARITHMETIC_OVERFLOW")
    #expect(try result("try_sum", .bigint, tooMuch) == .null)
    #expect(try result("sum", .bigint, tooMuch, settings: Self.legacy) == .int64(.min))
    #expect(try result("avg", .bigint, [.int64(.max), .int64(.max)]) == .float64(9.223372036854776e18))
  }

  @Test func errorsSayWhereAndWhatToDo() throws {
    let error = #expect(throws: SQLError.self) { try result("sum", .bigint, [.int64(.max), .int64(1)]) }
    #expect(error?.span == SourceSpan(7, 10))
    #expect(error?.kind == .data)
    #expect(error?.hint == "use try_sum to get NULL instead")
  }

  @Test func intervals() throws {
    let months: [Value] = [.int32(.max), .int32(1)]
    #expect(
      errorClass { try result("sum", .yearMonth, months) } == "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION")
    #expect(
      errorClass { try result("avg", .yearMonth, months) } == "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION")
    #expect(
      errorClass { try result("sum", .yearMonth, months, settings: Self.legacy) }
        == "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION")
    #expect(try result("try_sum", .yearMonth, months) == .null)
    #expect(try result("try_avg", .yearMonth, months) == .null)
    #expect(try result("avg", .yearMonth, [.int32(1), .int32(2)]) == .int32(2))
    #expect(try result("avg", .yearMonth, [.int32(-1), .int32(-2)]) == .int32(-2))
    #expect(try result("avg", .dayTime, [.int64(.max), .int64(.min)]) == .int64(-1))
    let hours = DataType.dayTimeInterval(.hour, .hour)
    #expect(try bindAggregate("sum", [hours]).result == hours)
    #expect(try bindAggregate("avg", [hours]).result == .dayTime)
  }

  @Test func decimals() throws {
    let widest = DataType.decimal(precision: 38, scale: 0)
    let nines = Value.int128(99_999_999_999_999_999_999_999_999_999_999_999_999)
    let negative = Value.int128(-99_999_999_999_999_999_999_999_999_999_999_999_999)
    #expect(try result("sum", widest, [nines, nines, nines, negative, negative]) == nines)
    #expect(try result("sum", widest, [nines, negative], weights: [1 << 50, (1 << 50) - 1]) == nines)
    #expect(errorClass { try result("sum", widest, [nines, .int128(1)]) } == "ARITHMETIC_OVERFLOW")
    #expect(errorClass { try result("avg", widest, [nines, .int128(1)]) } == "ARITHMETIC_OVERFLOW")
    #expect(errorClass { try result("avg", widest, [nines]) } == "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION")
    #expect(try result("try_sum", widest, [nines, .int128(1)]) == .null)
    #expect(try result("try_avg", widest, [nines]) == .null)
    #expect(try result("sum", widest, [nines, .int128(1)], settings: Self.legacy) == .null)
    #expect(
      try bindAggregate("sum", [.decimal(precision: 30, scale: 3)]).result
        == .decimal(precision: 38, scale: 3))
    #expect(
      try bindAggregate("sum", [.decimal(precision: 5, scale: 2)]).result == .decimal(precision: 15, scale: 2)
    )
    #expect(
      try bindAggregate("avg", [.decimal(precision: 5, scale: 2)]).result == .decimal(precision: 9, scale: 6))
    #expect(
      try bindAggregate("avg", [.decimal(precision: 38, scale: 36)]).result
        == .decimal(precision: 38, scale: 38))
  }

  @Test func floats() throws {
    #expect(try result("sum", .double, [.float64(1e20), .float64(0.1), .float64(-1e20)]) == .float64(0.1))
    #expect(try result("sum", .double, (0..<10).map { _ in .float64(0.1) }) == .float64(1))
    // Near the end of the range, in any order.
    #expect(
      try result("sum", .double, [.float64(1e308), .float64(1e308), .float64(-1e308)]) == .float64(1e308))
    #expect(try result("sum", .double, [.float64(1e308), .float64(1e308)]) == .float64(.infinity))
    #expect(
      try result("sum", .double, [.float64(1e308), .float64(2.5)], weights: [5, 1]) == .float64(.infinity))
    #expect(
      try result("sum", .double, [.float64(1e308), .float64(2.5), .float64(1e308)], weights: [5, 1, -5])
        == .float64(2.5))
    // What is not finite leaves no trace when it goes.
    let odd: [Value] = [.float64(.nan), .float64(.infinity), .float64(-.infinity), .float64(2.5)]
    #expect(
      try result("sum", .double, odd + odd.prefix(3), weights: [1, 1, 1, 1, -1, -1, -1]) == .float64(2.5))
    #expect(try result("sum", .double, [odd[1], odd[3]]) == .float64(.infinity))
    #expect(try result("sum", .double, [odd[2], odd[3]]) == .float64(-.infinity))
    #expect(isSame(try result("avg", .double, [odd[1], odd[2]]), .float64(.nan)))
    #expect(try result("sum", .float, [.float32(0.1), .float32(2)]) == .float64(2.100000001490116))
    // A weight other than ±1 takes back exactly what single rows brought.
    let big = Value.float64(1e22 / 3)
    #expect(
      try result("sum", .double, [big, big, big, .float64(0.5), big], weights: [1, 1, 1, 1, -3])
        == .float64(0.5))
  }

  @Test func nothing() throws {
    for type in [DataType.int, .double, .decimal(precision: 5, scale: 2), .yearMonth] {
      #expect(try result("sum", type, []) == .null)
      #expect(try result("avg", type, [.null]) == .null)
    }
    #expect(try bindAggregate("sum", [.null]).result == .double)
    #expect(try bindAggregate("sum", [.string]).parameters == [.double])
  }

  @Test(arguments: [
    ("sum", [DataType.boolean], "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
    ("avg", [.date], "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
    ("sum", [], "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"),
    ("max", [.int, .int], "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"),
    ("min", [.map(key: .int, value: .int)], "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"),
    ("collect_set", [.map(key: .int, value: .int)], "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE"),
    ("bool_and", [.int], "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
    ("count_if", [.int], "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
    ("first", [.int, .int], "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
    ("first", [.int, .boolean], "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT"),
  ])
  func refusedCalls(_ name: String, _ types: [DataType], _ errorClass: String) throws {
    let error = #expect(throws: SQLError.self) { _ = try bindAggregate(name, types) }
    #expect(error?.errorClass == errorClass)
  }
}
