package import Columnar
internal import Diagnostics

/// Implicit conversions, by the rules of Spark's ANSI mode (`AnsiTypeCoercion`).
///
/// ```swift
/// Coercion.commonType(.int, .float)                               // double
/// Coercion.commonType(.string, .date)                             // date
/// Coercion.commonType(.decimal(precision: 5, scale: 2), .bigint)  // decimal(22,2)
/// ```
package enum Coercion {
  // MARK: Common types

  /// The type that values of both types are compared, unioned and listed as, or nil when there is none.
  ///
  /// Integers widen; float with an integer is double; a decimal with an integer is the decimal that holds both; dates
  /// widen to timestamps; a string takes the other side's type (bigint for integers, double for fractions).
  package static func commonType(_ a: DataType, _ b: DataType) -> DataType? {
    tightestType(a, b) ?? widerDecimal(a, b) ?? promotedString(a, b)
  }

  /// The common type of a list: CASE branches, `IN` candidates, array elements. `void` for an empty list.
  ///
  /// String types are taken first, since string promotion is not associative.
  package static func commonType(of types: [DataType]) -> DataType? {
    var result: DataType? = .null
    for type in types.filter(hasString) + types.filter({ !hasString($0) }) {
      guard let sofar = result else { return nil }
      result = commonType(sofar, type)
    }
    return result
  }

  private static func hasString(_ type: DataType) -> Bool {
    switch type {
    case .string: true
    case .array(let element): hasString(element)
    default: false
    }
  }

  /// The type in which values are compared: as `commonType`, but rows by the places of their values, whatever the names.
  package static func comparisonType(of types: [DataType]) -> DataType? {
    guard let first = types.first else { return nil }
    return commonType(of: [first] + types.dropFirst().map { $0.namedLike(first) })
  }

  /// The common type that loses nothing; no strings are promoted and no decimals widened.
  static func tightestType(_ a: DataType, _ b: DataType) -> DataType? {
    if a == b { return a }
    switch (a, b) {
    case (.null, let other), (let other, .null): return other
    case (.decimal, _) where b.isIntegral: return holds(a, b) ? a : nil
    case (_, .decimal) where a.isIntegral: return holds(b, a) ? b : nil
    case (.dayTimeInterval(let from, let to), .dayTimeInterval(let otherFrom, let otherTo)):
      return .dayTimeInterval(min(from, otherFrom), max(to, otherTo))
    case (.yearMonthInterval(let from, let to), .yearMonthInterval(let otherFrom, let otherTo)):
      return .yearMonthInterval(min(from, otherFrom), max(to, otherTo))
    default: break
    }
    if let x = numericRank(a), let y = numericRank(b) {
      // An integer as a float would lose digits.
      return max(x, y) == 4 ? .double : (x > y ? a : b)
    }
    if a.isTemporal && b.isTemporal {
      return a == .timestamp || b == .timestamp ? .timestamp : .timestampNTZ
    }
    return nestedType(a, b)
  }

  /// Common types of the parts, for arrays, maps and structs with equal field names.
  private static func nestedType(_ a: DataType, _ b: DataType) -> DataType? {
    switch (a, b) {
    case (.array(let x), .array(let y)):
      return commonType(x, y).map { .array($0) }
    case (.map(let k, let v), .map(let otherK, let otherV)):
      guard let key = commonType(k, otherK), let value = commonType(v, otherV) else { return nil }
      return .map(key: key, value: value)
    case (.structure(let fields), .structure(let others)) where fields.count == others.count:
      var result: [Field] = []
      for (field, other) in zip(fields, others) {
        guard field.name.lowercased() == other.name.lowercased(), let type = commonType(field.type, other.type)
        else { return nil }
        result.append(Field(field.name, type, isNullable: field.isNullable || other.isNullable))
      }
      return .structure(result)
    default: return nil
    }
  }

  private static func numericRank(_ type: DataType) -> Int? {
    switch type {
    case .tinyint: 0
    case .smallint: 1
    case .int: 2
    case .bigint: 3
    case .float: 4
    case .double: 5
    default: nil
    }
  }

  private static func promotedString(_ a: DataType, _ b: DataType) -> DataType? {
    switch (a, b) {
    case (.string, let other), (let other, .string):
      if other.isIntegral { return .bigint }
      if other.isFloating || other.isDecimal { return .double }
      // Which of the many intervals the text means cannot be known.
      return other.isInterval || other.isNested ? nil : other
    default: return nil
    }
  }

  // MARK: Decimals

  /// The decimal that holds every value of an integral type; nil for others.
  package static func decimal(for type: DataType) -> DataType? {
    switch type {
    case .tinyint: .decimal(precision: 3, scale: 0)
    case .smallint: .decimal(precision: 5, scale: 0)
    case .int: .decimal(precision: 10, scale: 0)
    case .bigint: .decimal(precision: 20, scale: 0)
    case .float: .decimal(precision: 14, scale: 7)
    case .double: .decimal(precision: 30, scale: 15)
    case .decimal: type
    default: nil
    }
  }

  /// The smallest decimal that holds an integral literal, which operators with a decimal take it as.
  package static func decimal(forLiteral value: Value) -> DataType? {
    value.integer.map { .decimal(precision: IntegerText.digitCount($0.magnitude), scale: 0) }
  }

  private static func holds(_ decimal: DataType, _ integral: DataType) -> Bool {
    guard case .decimal(let p, let s) = decimal, case .decimal(let need, _)? = Coercion.decimal(for: integral) else {
      return false
    }
    return p - s >= need
  }

  private static func widerDecimal(_ a: DataType, _ b: DataType) -> DataType? {
    guard a.isDecimal || b.isDecimal else { return nil }
    if a.isFloating || b.isFloating { return .double }
    guard case .decimal(let p, let s)? = decimal(for: a), case .decimal(let q, let t)? = decimal(for: b) else {
      return nil
    }
    let scale = max(s, t)
    return boundedKeepingIntegralDigits(precision: max(p - s, q - t) + scale, scale: scale)
  }

  /// `precision` cut to 38 by giving up digits of the fraction.
  package static func boundedKeepingIntegralDigits(precision: Int, scale: Int) -> DataType {
    let excess = max(0, precision - DataType.decimalDigitsMax)
    return .decimal(precision: precision - excess, scale: max(0, scale - excess))
  }

  /// `precision` cut to 38, keeping at least six digits of the fraction (or all, if fewer), as SQL Server and Hive do.
  package static func adjusted(precision: Int, scale: Int) -> DataType {
    guard precision > DataType.decimalDigitsMax else { return .decimal(precision: precision, scale: scale) }
    let scaleMin = min(scale, 6)
    return .decimal(
      precision: DataType.decimalDigitsMax,
      scale: max(DataType.decimalDigitsMax - (precision - scale), scaleMin))
  }

  // MARK: Implicit casts

  /// Whether an argument of type `source` may stand where a function wants `target`.
  package static func canImplicitlyCast(from source: DataType, to target: DataType) -> Bool {
    if source == target || source == .null { return true }
    if source == .string { return !target.isNested && target != .null }
    if case .array(let element) = source, case .array(let wanted) = target {
      return canImplicitlyCast(from: element, to: wanted)
    }
    return canStore(source, as: target)
  }

  /// Whether a value of type `source` may be written to a column of type `target` (Spark's ANSI store assignment).
  package static func canStore(_ source: DataType, as target: DataType) -> Bool {
    if source == target || source == .null { return true }
    switch (source, target) {
    case (_, .string): return !source.isNested
    case (.dayTimeInterval, .dayTimeInterval), (.yearMonthInterval, .yearMonthInterval): return true
    case (.array(let a), .array(let b)): return canStore(a, as: b)
    case (.map(let k, let v), .map(let otherK, let otherV)):
      return canStore(k, as: otherK) && canStore(v, as: otherV)
    case (.structure(let fields), .structure(let others)):
      return fields.count == others.count && zip(fields, others).allSatisfy { canStore($0.type, as: $1.type) }
    default:
      return source.isNumeric && target.isNumeric || source.isTemporal && target.isTemporal
    }
  }

  /// `expression` as a value of type `target`; the expression itself if it has that type.
  ///
  /// A literal is converted at once when its conversion neither fails nor depends on the session.
  package static func cast(
    _ expression: BoundExpression, to target: DataType, mode: CastMode = .ansi
  ) -> BoundExpression {
    let source = expression.type
    if source == target { return expression }
    if let value = expression.literalValue {
      if value.isNull { return BoundExpression(.literal(.null), type: target, span: expression.span) }
      if !dependsOnZone(source) && !dependsOnZone(target), let folded = fold(expression, to: target, mode: mode) {
        return folded
      }
    }
    let isNullable = expression.isNullable || mode != .ansi
    return BoundExpression(.cast(expression, mode), type: target, isNullable: isNullable, span: expression.span)
  }

  private static func fold(_ literal: BoundExpression, to target: DataType, mode: CastMode) -> BoundExpression? {
    let cast = BoundExpression(.cast(literal, mode), type: target, span: literal.span)
    guard let value = try? Evaluator(EvaluationContext()).constant(cast) else { return nil }
    return BoundExpression(.literal(value), type: target, isNullable: value.isNull, span: literal.span)
  }

  private static func dependsOnZone(_ type: DataType) -> Bool {
    switch type {
    case .timestamp: true
    case .array(let element): dependsOnZone(element)
    case .map(let key, let value): dependsOnZone(key) || dependsOnZone(value)
    case .structure(let fields): fields.contains { dependsOnZone($0.type) }
    default: false
    }
  }
}
