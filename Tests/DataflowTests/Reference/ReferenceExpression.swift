import Columnar

/// A scalar expression of the reference, evaluated a row at a time with SQL's three-valued logic.
indirect enum ReferenceExpression {
  case column(Int)
  case literal(Value)
  case arithmetic(Arithmetic, ReferenceExpression, ReferenceExpression)
  case compare(Comparison, ReferenceExpression, ReferenceExpression)
  case and(ReferenceExpression, ReferenceExpression)
  case or(ReferenceExpression, ReferenceExpression)
  case not(ReferenceExpression)
  case isNull(ReferenceExpression)
  case coalesce(ReferenceExpression, ReferenceExpression)
  case choose(condition: ReferenceExpression, then: ReferenceExpression, otherwise: ReferenceExpression)

  enum Arithmetic: String, CaseIterable { case add = "+", subtract = "-", multiply = "*" }
  enum Comparison: String, CaseIterable {
    case equal = "=", different = "<>", less = "<", atMost = "<=", same = "<=>"
  }

  func value(_ row: [Value]) -> Value {
    switch self {
    case .column(let ordinal): return row[ordinal]
    case .literal(let value): return value
    case .arithmetic(let operation, let a, let b): return operation.apply(a.value(row), b.value(row))
    case .compare(let comparison, let a, let b): return comparison.apply(a.value(row), b.value(row))
    case .and(let a, let b):
      let (x, y) = (a.value(row), b.value(row))
      if x == .bool(false) || y == .bool(false) { return .bool(false) }
      return x.isNull || y.isNull ? .null : .bool(true)
    case .or(let a, let b):
      let (x, y) = (a.value(row), b.value(row))
      if x == .bool(true) || y == .bool(true) { return .bool(true) }
      return x.isNull || y.isNull ? .null : .bool(false)
    case .not(let a):
      if case .bool(let flag) = a.value(row) { return .bool(!flag) }
      return .null
    case .isNull(let a): return .bool(a.value(row).isNull)
    case .coalesce(let a, let b):
      let first = a.value(row)
      return first.isNull ? b.value(row) : first
    case .choose(let condition, let then, let otherwise):
      return condition.holds(row) ? then.value(row) : otherwise.value(row)
    }
  }

  /// Whether a condition keeps the row: true, not NULL.
  func holds(_ row: [Value]) -> Bool { value(row) == .bool(true) }
}

extension ReferenceExpression.Arithmetic {
  fileprivate func apply(_ a: Value, _ b: Value) -> Value {
    switch (a, b) {
    case (.int64(let x), .int64(let y)):
      switch self {
      case .add: return .int64(x + y)
      case .subtract: return .int64(x - y)
      case .multiply: return .int64(x * y)
      }
    case (.float64(let x), .float64(let y)):
      switch self {
      case .add: return .float64(x + y)
      case .subtract: return .float64(x - y)
      case .multiply: return .float64(x * y)
      }
    default: return .null
    }
  }
}

extension ReferenceExpression.Comparison {
  func apply(_ a: Value, _ b: Value) -> Value {
    if self == .same { return .bool(ReferenceOrder.compare(a, b) == 0) }
    if a.isNull || b.isNull { return .null }
    let order = ReferenceOrder.compare(a, b)
    switch self {
    case .equal, .same: return .bool(order == 0)
    case .different: return .bool(order != 0)
    case .less: return .bool(order < 0)
    case .atMost: return .bool(order <= 0)
    }
  }
}

/// SQL's order of values: NULL below everything, NaN above all numbers, −0.0 equal to 0.0.
enum ReferenceOrder {
  static func compare(_ a: Value, _ b: Value) -> Int {
    func three<T: Comparable>(_ x: T, _ y: T) -> Int { x < y ? -1 : (x == y ? 0 : 1) }
    switch (a, b) {
    case (.null, .null): return 0
    case (.null, _): return -1
    case (_, .null): return 1
    case (.bool(let x), .bool(let y)): return three(x ? 1 : 0, y ? 1 : 0)
    case (.int64(let x), .int64(let y)): return three(x, y)
    case (.float64(let x), .float64(let y)):
      return x.isNaN || y.isNaN ? three(x.isNaN ? 1 : 0, y.isNaN ? 1 : 0) : three(x, y)
    case (.bytes(let x), .bytes(let y)):
      return x.lexicographicallyPrecedes(y) ? -1 : (x == y ? 0 : 1)
    case (.list(let x), .list(let y)):
      for (p, q) in zip(x, y) {
        let order = compare(p, q)
        if order != 0 { return order }
      }
      return three(x.count, y.count)
    default: preconditionFailure("the reference compares values of one type only: \(a), \(b)")
    }
  }

  /// Text that is the same for values that SQL takes for the same, and for sums that differ by rounding.
  static func text(_ value: Value) -> String {
    switch value {
    case .null: "NULL"
    case .bool(let flag): "\(flag)"
    case .int64(let number): "\(number)"
    case .float64(let number): number.isNaN ? "NaN" : text(number)
    case .bytes(let bytes): "'\(String(decoding: bytes, as: UTF8.self))'"
    case .list(let items): "[\(items.map(text).joined(separator: ", "))]"
    default: "\(value)"
    }
  }

  private static func text(_ number: Double) -> String {
    guard number.isFinite, abs(number) < 1e9 else { return "\(number)" }
    let rounded = (number * 1e6).rounded() / 1e6
    return "\(rounded == 0 ? 0 : rounded)"
  }

  static func text(_ row: [Value]) -> String { row.map(text).joined(separator: "|") }
}
