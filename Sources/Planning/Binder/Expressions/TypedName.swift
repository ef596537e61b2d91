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
  /// An integer is compared with a decimal constant as with the next whole number: `n > 1.5` is `n > 1`.
  case wholeBound(String, isRight: Bool)

  init?(_ op: AST.BinaryOperator, _ leftOperand: BoundExpression, _ rightOperand: BoundExpression) {
    let (left, right) = (leftOperand.type, rightOperand.type)
    switch op {
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      let isRight = left.isIntegral
      guard isRight || right.isIntegral, let literal = (isRight ? rightOperand : leftOperand).literalValue, case .int128(let unscaled) = literal,
        case .decimal(_, let scale) = isRight ? right : left
      else { return nil }
      // Seen from the integer: above and not above take the whole number below the constant.
      let isBelow = isRight == (op == .greater || op == .lessOrEqual)
      self = .wholeBound("\(Self.whole(unscaled, scale: scale, isBelow: isBelow))", isRight: isRight)
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

  /// The greatest whole number that is not above `unscaled` / 10^`scale`, or the least that is not below.
  private static func whole(_ unscaled: Int128, scale: Int, isBelow: Bool) -> Int128 {
    var divisor: Int128 = 1
    for _ in 0..<max(0, min(scale, 38)) { divisor = divisor &* 10 }
    let (quotient, remainder) = unscaled.quotientAndRemainder(dividingBy: divisor)
    if isBelow { return remainder < 0 ? quotient &- 1 : quotient }
    return remainder > 0 ? quotient &+ 1 : quotient
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
    case .call, .wholeBound: return "(\(left) \(op) \(right))"
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
