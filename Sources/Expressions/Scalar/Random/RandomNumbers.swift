internal import Columnar
internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// `rand`, `randn`, `uniform`: random numbers of rows. A seed gives the same numbers again; a single row gets Spark's.
enum RandomNumbers {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "rand", aliases: ["random"], .misc, "rand([seed])", "A random number from 0 up to but not including 1.",
        shown: ["SELECT rand(7) BETWEEN 0 AND 1": "true"])
    ) { (call) throws(SQLError) in
      try call.expect(0...1)
      return doubles(call, try call.randomSeed(0)) { random, row in random.unit(row) }
    },
    ScalarFunction(
      FunctionDoc(
        "randn", .misc, "randn([seed])", "A random number of the standard normal distribution.",
        shown: ["SELECT abs(randn(7)) < 40": "true"])
    ) { (call) throws(SQLError) in
      try call.expect(0...1)
      return doubles(call, try call.randomSeed(0)) { random, row in
        var generator = random.generator(row)
        return generator.nextGaussian(logarithm: log)
      }
    },
    ScalarFunction(
      FunctionDoc(
        "uniform", .misc, "uniform(min, max[, seed])",
        "A random number between two constants: an integer if both are integers, else as exact as the more exact of them.",
        shown: ["SELECT uniform(10, 20, 0) BETWEEN 10 AND 20": "true"]), bind: bindUniform),
  ]

  private static func doubles(
    _ call: FunctionCall, _ seed: UInt64, _ body: @escaping @Sendable (RowRandom, Int) -> Double
  ) -> BoundFunction {
    BoundFunction(
      call.name, call.types, returns: .double, nulls: .handled, isNullable: false, isDeterministic: false
    ) { (context, _) in
      let random = RowRandom(seed: seed, context)
      let values = [Double](unsafeUninitializedCapacity: context.rows) { target, count in
        for row in 0..<context.rows { target.initializeElement(at: row, to: body(random, row)) }
        count = context.rows
      }
      return .float64(PrimitiveColumn(values))
    }
  }

  // MARK: uniform

  private static func bindUniform(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2...3)
    let seed = try call.randomSeed(2)
    for i in 0..<2 where !call.types[i].isNumeric && call.types[i] != .null {
      throw .unexpectedInput(call, i, wanted: "integer or floating-point")
    }
    let result = resultType(call.types[0], call.types[1])
    var bounds: [Value] = []
    for i in 0..<2 {
      guard call.arguments[i].isConstant else { throw .nonConstantArgument(call, i, expected: "number") }
      // As in Spark decimals are drawn as doubles, between bounds that may have more digits than the result.
      let cast = Coercion.cast(call.arguments[i], to: result.isDecimal ? .double : result, mode: call.settings.isANSI ? .ansi : .legacy)
      bounds.append(try Evaluator(EvaluationContext(settings: call.settings)).constant(cast))
    }
    let column = try kernel(from: bounds[0], to: bounds[1], result)
    return BoundFunction("uniform", call.types, returns: result, nulls: .handled, isDeterministic: false) { (context, _) in
      column(RowRandom(seed: seed, context), context.rows)
    }
  }

  private static func resultType(_ a: DataType, _ b: DataType) -> DataType {
    if a == .null || b == .null { return .double }
    if a.isIntegral != b.isIntegral { return a.isIntegral ? b : a }
    if case .decimal(let p, _) = a, case .decimal(let q, _) = b { return p < q ? b : a }
    return Coercion.tightestType(a, b) ?? .double
  }

  private typealias Filler = @Sendable (RowRandom, Int) -> Column

  private static func kernel(from low: Value, to high: Value, _ type: DataType) throws(SQLError) -> Filler {
    /// An integer `unit` of the way from one bound to the other, its fraction cut off.
    @Sendable func between(_ low: Int64, _ high: Int64, _ unit: Double) -> Int64 {
      let value = (Double(low) + unit * (Double(high) - Double(low))).rounded(.towardZero)
      return min(max(Int64(exactly: value) ?? high, min(low, high)), max(low, high))
    }
    switch (low, high) {
    case (.null, _), (_, .null): return { _, rows in ColumnBuilder.nulls(type, count: rows) }
    case (.float64(let a), .float64(let b)) where type.isDecimal:
      let scale = pow(10, Double(type.decimalShape?.scale ?? 0))
      return { random, rows in
        let values = (0..<rows).map { Int128(exactly: ((a + (b - a) * random.unit($0)) * scale).rounded()) ?? 0 }
        return .int128(PrimitiveColumn(values))
      }
    case (.float64(let a), .float64(let b)):
      return { random, rows in .float64(PrimitiveColumn((0..<rows).map { a + (b - a) * random.unit($0) })) }
    case (.float32(let a), .float32(let b)):
      return { random, rows in .float32(PrimitiveColumn((0..<rows).map { a + (b - a) * Float(random.unit($0)) })) }
    default:
      guard let a = low.integer, let b = high.integer else { throw .internal("uniform between \(low) and \(high)") }
      return { random, rows in
        let values = (0..<rows).map { between(a, b, random.unit($0)) }
        return switch type {
        case .tinyint: .int8(PrimitiveColumn(values.map { Int8(truncatingIfNeeded: $0) }))
        case .smallint: .int16(PrimitiveColumn(values.map { Int16(truncatingIfNeeded: $0) }))
        case .int: .int32(PrimitiveColumn(values.map { Int32(truncatingIfNeeded: $0) }))
        default: .int64(PrimitiveColumn(values))
        }
      }
    }
  }
}
