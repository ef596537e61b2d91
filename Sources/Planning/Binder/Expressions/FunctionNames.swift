/// How Spark shows calls in the names of columns where it does not show what was written.
///
/// Source: the schemas in Spark's `sql-expression-schema.md`.
enum FunctionNames {
  /// The function's name: mathematical functions of C are upper case, others as written in lower case.
  static func shown(_ name: String, given count: Int) -> String {
    if count == 2, name == "ceil" || name == "floor" { return name }
    // With a unit these are other functions.
    if count == 3, name == "dateadd" || name == "date_add" { return "timestampadd" }
    if count == 3, ["datediff", "date_diff", "timediff"].contains(name) { return "timestampdiff" }
    if let known = otherNames[name] { return known }
    return upperCase.contains(name) ? name.uppercased() : name
  }

  /// Functions shown by another of their names.
  private static let otherNames: [String: String] = [
    "array_agg": "collect_list", "curdate": "current_date", "current_database": "current_schema", "dateadd": "date_add",
    "random": "rand", "to_varchar": "to_char",
  ]

  /// Functions whose schema and options are not shown: of these calls only the first argument is.
  static let shownByFirst: Set<String> = [
    "from_json", "from_csv", "to_json", "to_csv", "schema_of_json", "schema_of_csv", "approx_count_distinct", "first", "last",
    "first_value", "last_value", "any_value",
  ]

  /// The comparison that `array_sort` makes where none is given: NULLs last.
  static let defaultOrder: String = {
    let x = "namedlambdavariable()"
    let isNull = "(\(x) IS NULL)"
    return "lambdafunction((IF((\(isNull) AND \(isNull)), 0, (IF(\(isNull), 1, (IF(\(isNull), -1, (IF((\(x) < \(x)), -1, "
      + "(IF((\(x) > \(x)), 1, 0)))))))))), \(x), \(x))"
  }()

  /// Window functions that are shown without arguments.
  static let ranks: Set<String> = ["rank", "dense_rank", "percent_rank"]

  /// Where a lambda of one parameter stands in a call that is shown as one even if a plain value was written.
  static func plainLambda(_ name: String, _ count: Int) -> Int? {
    count == 2 && ["transform", "filter", "exists", "forall"].contains(name) ? 1 : nil
  }

  private static let upperCase: Set<String> = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "cos", "cosh", "cot", "csc", "degrees",
    "e", "exp", "expm1", "floor", "hypot", "log", "log10", "log1p", "log2", "pi", "power", "radians", "sec", "signum", "sin",
    "sinh", "sqrt", "tan", "tanh", "rank", "dense_rank", "percent_rank", "regexp_like", "regexp", "rlike",
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
    "replace": (3, [""]),
    "overlay": (4, ["-1"]),
    "sentences": (3, ["", ""]),
    "make_dt_interval": (4, ["0", "0", "0", "0.000000"]),
    "make_ym_interval": (2, ["0", "0"]),
    "make_interval": (7, ["0", "0", "0", "0", "0", "0", "0.000000"]),
    "try_make_interval": (7, ["0", "0", "0", "0", "0", "0", "0.000000"]),
    "listagg": (2, ["NULL"]),
    "string_agg": (2, ["NULL"]),
    "vector_norm": (2, ["2.0"]),
    "vector_normalize": (2, ["2.0"]),
  ]

  /// Every simple type's name is also the function that casts to it.
  static let castFunctions: Set<String> = [
    "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal", "string", "binary", "date",
    "timestamp",
  ]

  /// Calls that are shown as other syntax.
  static func special(_ name: String, _ arguments: [String]) -> String? {
    // Only CAST is shown, not the function of a type's name.
    if castFunctions.contains(name), arguments.count == 1 { return arguments[0] }
    return switch (name, arguments.count) {
    case ("if", 3), ("iff", 3): "(IF(\(arguments.joined(separator: ", "))))"
    case ("log", 1): "LOG(E(), \(arguments[0]))"
    case ("trim", 2): "TRIM(BOTH \(arguments[0]) FROM \(arguments[1]))"
    case ("ltrim", 2): "TRIM(LEADING \(arguments[0]) FROM \(arguments[1]))"
    case ("rtrim", 2): "TRIM(TRAILING \(arguments[0]) FROM \(arguments[1]))"
    case ("div", 2): "(\(arguments[0]) div \(arguments[1]))"
    case ("positive", 1): "(+ \(arguments[0]))"
    case ("datepart", 2): "datepart(\(arguments[0]) FROM \(arguments[1]))"
    case ("assert_true", 1): "assert_true(\(arguments[0]), '\(arguments[0])' is not true!)"
    case ("not", 1): "(NOT \(arguments[0]))"
    case ("negative", 1): "negative(\(arguments[0]))"
    case ("isnull", 1): "(\(arguments[0]) IS NULL)"
    case ("isnotnull", 1): "(\(arguments[0]) IS NOT NULL)"
    case ("extract", 2): "extract(\(arguments[0]) FROM \(arguments[1]))"
    default: nil
    }
  }
}
