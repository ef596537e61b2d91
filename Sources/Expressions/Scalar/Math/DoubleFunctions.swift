internal import Columnar
internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Functions of doubles: roots, powers, exponentials, logarithms. Nothing here raises: outside of its domain a function is
/// NaN, a logarithm NULL.
enum DoubleFunctions {
  static let functions: [ScalarFunction] = [
    unary("sqrt", "The square root; NaN for negative numbers.", "SELECT sqrt(4)", "2.0") { $0.squareRoot() },
    unary("cbrt", "The cube root.", "SELECT cbrt(27.0)", "3.0") { cubeRoot($0) },
    unary("exp", "e to the power of expr.", "SELECT exp(0)", "1.0") { exp($0) },
    unary("expm1", "exp(expr) − 1, exact near 0.", "SELECT expm1(0)", "0.0") { expm1($0) },
    logarithm("ln", "The natural logarithm; NULL unless expr is positive.", "SELECT ln(1)", "0.0", above: 0) { log($0) },
    logarithm("log2", "The logarithm to base 2; NULL unless expr is positive.", "SELECT log2(2)", "1.0", above: 0) {
      log($0) / log(2)
    },
    logarithm("log10", "The logarithm to base 10; NULL unless expr is positive.", "SELECT log10(10)", "1.0", above: 0) {
      log10($0)
    },
    logarithm("log1p", "ln(1 + expr), exact near 0; NULL unless expr is above −1.", "SELECT log1p(0)", "0.0", above: -1) {
      log1p($0)
    },
    unary("rint", "The nearest whole number as a double, halves to the even one.", "SELECT rint(12.3456)", "12.0") {
      $0.rounded(.toNearestOrEven)
    },
    unary("degrees", "Radians as degrees.", "SELECT degrees(3.141592653589793)", "180.0") { $0 * (180 / .pi) },
    unary("radians", "Degrees as radians.", "SELECT radians(180)", "3.141592653589793") { $0 * (.pi / 180) },
    binary("power", aliases: ["pow"], "power(base, exponent)", "base to the power of exponent.", "SELECT power(2, 3)", "8.0") {
      power($0, $1)
    },
    binary("hypot", "hypot(a, b)", "√(a² + b²) without overflow on the way.", "SELECT hypot(3, 4)", "5.0") { hypot($0, $1) },
    ScalarFunction(
      FunctionDoc(
        "log", .math, "log([base, ]expr)", "The logarithm to base, natural without one; NULL unless both are positive.",
        shown: ["SELECT log(10, 100)": "2.0"]), bind: bindLog),
    constant("e", "Euler's number.", "2.718281828459045", 2.718281828459045),
    constant("pi", "The ratio of a circle's circumference to its diameter.", "3.141592653589793", .pi),
  ]

  /// The C library's, which may be off by the last bit, and a step of Newton's method.
  @inline(__always)
  private static func cubeRoot(_ x: Double) -> Double {
    let root = cbrt(x)
    let square = root * root
    guard square.isNormal, square * root != x else { return root }
    let better = root - (square * root - x) / (3 * square)
    return better.isFinite ? better : root
  }

  /// Java's: a NaN exponent, or ±1 to the power of ±∞, is NaN, where C says 1.
  @inline(__always)
  private static func power(_ base: Double, _ exponent: Double) -> Double {
    if exponent.isNaN || (exponent.isInfinite && abs(base) == 1) { return .nan }
    return pow(base, exponent)
  }

  private static func bindLog(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1...2)
    let parameters = try call.parameters(all: .double)
    if call.arguments.count == 1 {
      return BoundFunction("ln", parameters, returns: .double, logKernel(above: 0) { log($0) })
    }
    return BoundFunction("log", parameters, returns: .double) { (context, operands) throws(SQLError) in
      try Kernel.checkedBinary(operands[0], operands[1], context, .null) { (base: Double, x: Double) in
        (log(x) / log(base), base <= 0 || x <= 0)
      } error: { _, _ in
        .internal("a logarithm raised")
      }
    }
  }

  // MARK: Shapes of entries

  @inline(__always)
  static func unary(
    _ name: String, _ summary: String, _ sql: String, _ result: String, _ body: @escaping @Sendable (Double) -> Double
  ) -> ScalarFunction {
    ScalarFunction(FunctionDoc(name, .math, "\(name)(expr)", summary, shown: [sql: result])) { (call) throws(SQLError) in
      try call.expect(1)
      return BoundFunction(
        name, try call.parameters(all: .double), returns: .double, isNullable: call.arguments[0].isNullable
      ) { (context, operands) throws(SQLError) in
        try Kernel.unary(operands[0], context) { (x: Double) in body(x) }
      }
    }
  }

  @inline(__always)
  static func binary(
    _ name: String, aliases: [String] = [], _ signature: String, _ summary: String, _ sql: String, _ result: String,
    _ body: @escaping @Sendable (Double, Double) -> Double
  ) -> ScalarFunction {
    ScalarFunction(FunctionDoc(name, aliases: aliases, .math, signature, summary, shown: [sql: result])) {
      (call) throws(SQLError) in
      try call.expect(2)
      return BoundFunction(
        name, try call.parameters(all: .double), returns: .double,
        isNullable: call.arguments.contains { $0.isNullable }
      ) { (context, operands) throws(SQLError) in
        try Kernel.binary(operands[0], operands[1], context) { (a: Double, b: Double) in body(a, b) }
      }
    }
  }

  @inline(__always)
  private static func logarithm(
    _ name: String, _ summary: String, _ sql: String, _ result: String, above limit: Double,
    _ body: @escaping @Sendable (Double) -> Double
  ) -> ScalarFunction {
    ScalarFunction(FunctionDoc(name, .math, "\(name)(expr)", summary, shown: [sql: result])) { (call) throws(SQLError) in
      try call.expect(1)
      return BoundFunction(name, try call.parameters(all: .double), returns: .double, logKernel(above: limit, body))
    }
  }

  @inline(__always)
  private static func logKernel(
    above limit: Double, _ body: @escaping @Sendable (Double) -> Double
  ) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try Kernel.checkedUnary(operands[0], context, .null) { (x: Double) in
        (body(x), x <= limit)
      } error: { _ in
        .internal("a logarithm raised")
      }
    }
  }

  private static func constant(_ name: String, _ summary: String, _ shown: String, _ value: Double) -> ScalarFunction {
    ScalarFunction(FunctionDoc(name, .math, "\(name)()", summary, shown: ["SELECT \(name)()": shown])) {
      (call) throws(SQLError) in
      try call.expect(0)
      return BoundFunction(name, [], returns: .double, isNullable: false) { (context, _) in
        .float64(PrimitiveColumn([Double](repeating: value, count: context.rows)))
      }
    }
  }
}
