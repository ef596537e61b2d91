internal import Columnar
internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Circular and hyperbolic functions of doubles, in radians; NaN outside of their domains.
///
/// The inverse hyperbolic ones follow Spark's formulas, so that results near the ends of their domains agree.
enum Trigonometry {
  static let functions: [ScalarFunction] = [
    DoubleFunctions.unary("sin", "The sine.", "SELECT sin(0)", "0.0") { sin($0) },
    DoubleFunctions.unary("cos", "The cosine.", "SELECT cos(0)", "1.0") { cos($0) },
    DoubleFunctions.unary("tan", "The tangent.", "SELECT tan(0)", "0.0") { tan($0) },
    DoubleFunctions.unary("cot", "The cotangent, 1 / tan.", "SELECT cot(1)", "0.6420926159343306") { 1 / tan($0) },
    DoubleFunctions.unary("sec", "The secant, 1 / cos.", "SELECT sec(0)", "1.0") { 1 / cos($0) },
    DoubleFunctions.unary("csc", "The cosecant, 1 / sin.", "SELECT csc(1)", "1.1883951057781212") { 1 / sin($0) },
    DoubleFunctions.unary("asin", "The arc sine.", "SELECT asin(0)", "0.0") { asin($0) },
    DoubleFunctions.unary("acos", "The arc cosine.", "SELECT acos(1)", "0.0") { acos($0) },
    DoubleFunctions.unary("atan", "The arc tangent.", "SELECT atan(0)", "0.0") { atan($0) },
    // Adding 0 turns −0.0 into 0.0.
    DoubleFunctions.binary("atan2", "atan2(y, x)", "The angle of the point (x, y).", "SELECT atan2(0, -1)", "3.141592653589793") {
      atan2($0 + 0, $1 + 0)
    },
    DoubleFunctions.unary("sinh", "The hyperbolic sine.", "SELECT sinh(0)", "0.0") { sinh($0) },
    DoubleFunctions.unary("cosh", "The hyperbolic cosine.", "SELECT cosh(0)", "1.0") { cosh($0) },
    DoubleFunctions.unary("tanh", "The hyperbolic tangent.", "SELECT tanh(0)", "0.0") { tanh($0) },
    DoubleFunctions.unary("asinh", "The inverse hyperbolic sine.", "SELECT asinh(0)", "0.0") { asinh($0) },
    DoubleFunctions.unary("acosh", "The inverse hyperbolic cosine.", "SELECT acosh(1)", "0.0") {
      log($0 + ($0 * $0 - 1).squareRoot())
    },
    DoubleFunctions.unary("atanh", "The inverse hyperbolic tangent.", "SELECT atanh(0)", "0.0") {
      0.5 * (log1p($0) - log1p(-$0))
    },
  ]
}
