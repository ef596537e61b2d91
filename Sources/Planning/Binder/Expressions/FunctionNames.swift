/// How Spark shows calls in the names of columns where it does not show what was written.
///
/// Source: the schemas in Spark's `sql-expression-schema.md`.
enum FunctionNames {
  /// The function's name: mathematical functions of C are upper case, others as written in lower case.
  static func shown(_ name: String, given count: Int) -> String {
    if name == "log" && count == 1 { return "ln" }
    if name == "array_agg" { return "collect_list" }
    return upperCase.contains(name) ? name.uppercased() : name
  }

  private static let upperCase: Set<String> = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "cos", "cosh", "cot", "csc", "degrees",
    "exp", "expm1", "floor", "hypot", "log", "log10", "log1p", "log2", "power", "radians", "rint", "sec", "signum", "sin",
    "sinh", "sqrt", "tan", "tanh", "rank", "dense_rank", "percent_rank",
  ]

  /// Default values that are shown though nobody wrote them.
  static func defaults(of name: String, given count: Int) -> [String] {
    guard let (complete, values) = defaultArguments[name], count < complete, complete - count <= values.count else {
      return []
    }
    return Array(values.suffix(complete - count))
  }

  /// Number of arguments with all defaults, and the defaults at the end.
  private static let defaultArguments: [String: (complete: Int, values: [String])] = [
    "split": (3, ["-1"]),
    "round": (2, ["0"]),
    "bround": (2, ["0"]),
    "substring": (3, ["2147483647"]),
    "substr": (3, ["2147483647"]),
    "lpad": (3, [" "]),
    "rpad": (3, [" "]),
    "locate": (3, ["1"]),
    "position": (3, ["1"]),
    "regexp_replace": (4, ["1"]),
    "regexp_extract": (3, ["1"]),
    "regexp_extract_all": (3, ["1"]),
    "regexp_instr": (3, ["0"]),
    "sort_array": (2, ["true"]),
    "months_between": (3, ["true"]),
    "percentile_approx": (3, ["10000"]),
    "approx_percentile": (3, ["10000"]),
    "mask": (5, ["X", "x", "n", "NULL"]),
    "unix_timestamp": (2, ["current_timestamp()", "yyyy-MM-dd HH:mm:ss"]),
    "to_unix_timestamp": (2, ["yyyy-MM-dd HH:mm:ss"]),
    "from_unixtime": (2, ["yyyy-MM-dd HH:mm:ss"]),
    "percentile": (3, ["1"]),
    "lag": (3, ["1", "NULL"]),
    "lead": (3, ["1", "NULL"]),
    "str_to_map": (3, [",", ":"]),
  ]

  /// The type that a function named like a type casts to, as casts show it.
  static func castTarget(_ name: String) -> String? {
    castFunctions.contains(name) ? (name == "decimal" ? "DECIMAL(10,0)" : name.uppercased()) : nil
  }

  /// Every simple type's name is also the function that casts to it.
  static let castFunctions: Set<String> = [
    "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal", "string", "binary", "date",
    "timestamp",
  ]

  /// Calls that are shown as other syntax.
  static func special(_ name: String, _ arguments: [String]) -> String? {
    if let target = castTarget(name), arguments.count == 1 { return "CAST(\(arguments[0]) AS \(target))" }
    return switch (name, arguments.count) {
    case ("if", 3), ("iff", 3): "(IF(\(arguments.joined(separator: ", "))))"
    case ("not", 1): "(NOT \(arguments[0]))"
    case ("negative", 1): "negative(\(arguments[0]))"
    case ("isnull", 1): "(\(arguments[0]) IS NULL)"
    case ("isnotnull", 1): "(\(arguments[0]) IS NOT NULL)"
    case ("extract", 2): "extract(\(arguments[0]) FROM \(arguments[1]))"
    default: nil
    }
  }
}
