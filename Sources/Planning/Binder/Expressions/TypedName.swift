internal import Columnar
internal import Expressions
internal import SQLSyntax

/// How Spark shows an expression whose name depends on the types of its parts: noted when these are known, since the tree
/// alone does not tell.
enum TypedName: Equatable {
  /// `d + 1` is `date_add(d, 1)`.
  case dayCount(function: String, isSwapped: Bool)
  /// `d + INTERVAL 1 DAY` is `date_add(d, extractansiintervaldays(…))`.
  case days(isNegated: Bool, isSwapped: Bool)
  /// `t + i` without parentheses, the time in front.
  case moment(isSwapped: Bool)
  /// `2 * i` is `(i * 2)`.
  case product
  /// A call shown as that of another function, of its first arguments.
  case call(String, arguments: Int)

  init?(_ op: AST.BinaryOperator, _ left: DataType, _ right: DataType) {
    switch op {
    case .add:
      if left == .date, right.isDayCount {
        self = .dayCount(function: "date_add", isSwapped: false)
      } else if right == .date, left.isDayCount {
        self = .dayCount(function: "date_add", isSwapped: true)
      } else if left.isMoment, right.isInterval || right == .null {
        self = Self.shift(left, right, isNegated: false, isSwapped: false)
      } else if right.isMoment, left.isInterval || left == .null {
        self = Self.shift(right, left, isNegated: false, isSwapped: true)
      } else {
        return nil
      }
    case .subtract:
      if left == .date, right.isDayCount {
        self = .dayCount(function: "date_sub", isSwapped: false)
      } else if left.isMoment, right.isInterval {
        self = Self.shift(left, right, isNegated: true, isSwapped: false)
      } else {
        return nil
      }
    case .multiply where !left.isInterval && right.isInterval: self = .product
    default: return nil
    }
  }

  private static func shift(_ moment: DataType, _ step: DataType, isNegated: Bool, isSwapped: Bool) -> TypedName {
    if moment == .date, step == .dayTimeInterval(.day, .day) { return .days(isNegated: isNegated, isSwapped: isSwapped) }
    return .moment(isSwapped: isSwapped)
  }

  /// `to_char` of a time or a binary is another function.
  init?(ofCall written: AST.FunctionCall, _ bound: BoundExpression) {
    guard ["to_char", "to_varchar"].contains(written.name.last.text.lowercased()), case .call(let call) = bound.node,
      call.arguments.count == 2
    else { return nil }
    if call.arguments[0].type.isTemporal {
      self = .call("date_format", arguments: 2)
    } else if call.arguments[0].type == .binary, let format = call.arguments[1].literalValue?.text?.lowercased() {
      self = format == "utf-8" ? .call("decode", arguments: 2) : .call(format, arguments: 1)
    } else {
      return nil
    }
  }

  func text(_ op: AST.BinaryOperator, _ left: String, _ right: String) -> String {
    switch self {
    case .dayCount(let function, let isSwapped): return isSwapped ? "\(function)(\(right), \(left))" : "\(function)(\(left), \(right))"
    case .days(let isNegated, let isSwapped):
      let days = "extractansiintervaldays(\(isSwapped ? left : right))"
      return "date_add(\(isSwapped ? right : left), \(isNegated ? "(- \(days))" : days))"
    case .moment(let isSwapped): return isSwapped ? "\(right) + \(left)" : "\(left) \(op == .add ? "+" : "-") \(right)"
    case .product: return "(\(right) * \(left))"
    case .call: return "(\(left) \(op) \(right))"
    }
  }
}

extension DataType {
  fileprivate var isDayCount: Bool { self == .tinyint || self == .smallint || self == .int }
  /// What an interval can be added to; a text is taken for a timestamp.
  fileprivate var isMoment: Bool { isTemporal || self == .string }

  fileprivate var isInterval: Bool {
    switch self {
    case .dayTimeInterval, .yearMonthInterval: true
    default: false
    }
  }
}
