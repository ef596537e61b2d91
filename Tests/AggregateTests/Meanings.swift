import Columnar
import Expressions

/// What the aggregates mean, a row at a time, over boxed values.
enum Meaning {
  static func present(_ rows: [[Value]], _ column: Int = 0) -> [Value] {
    rows.map { $0[column] }.filter { !$0.isNull }
  }

  static func count(_ rows: [[Value]]) -> Value { .int64(Int64(rows.filter { !$0.contains(.null) }.count)) }

  static func integers(_ rows: [[Value]]) -> [Int128] {
    present(rows).map { value in
      if case .int128(let v) = value { return v }
      return Int128(value.integer ?? 0)
    }
  }

  static func doubles(_ rows: [[Value]], _ column: Int = 0) -> [Double] {
    present(rows, column).map { value in
      switch value {
      case .float32(let v): Double(v)
      case .float64(let v): v
      default: Double(value.integer ?? 0)
      }
    }
  }

  static func bigintSum(_ rows: [[Value]]) -> Value {
    let values = integers(rows)
    return values.isEmpty ? .null : .int64(Int64(values.reduce(0, +)))
  }

  static func decimalSum(_ rows: [[Value]]) -> Value {
    let values = integers(rows)
    return values.isEmpty ? .null : .int128(values.reduce(0, +))
  }

  static func monthSum(_ rows: [[Value]]) -> Value {
    let values = integers(rows)
    return values.isEmpty ? .null : .int32(Int32(values.reduce(0, +)))
  }

  static func doubleSum(_ rows: [[Value]]) -> Value {
    let values = doubles(rows)
    return values.isEmpty ? .null : .float64(values.reduce(0, +))
  }

  static func doubleAverage(_ rows: [[Value]]) -> Value {
    let values = doubles(rows)
    return values.isEmpty ? .null : .float64(values.reduce(0, +) / Double(values.count))
  }

  static func halfUp(_ dividend: Int128, _ divisor: Int128) -> Int128 {
    let magnitude = (dividend.magnitude * 2 + divisor.magnitude) / (divisor.magnitude * 2)
    return dividend < 0 ? -Int128(magnitude) : Int128(magnitude)
  }

  /// avg(decimal(p, s)) has four more digits behind the point.
  static func decimalAverage(_ rows: [[Value]]) -> Value {
    let values = integers(rows)
    return values.isEmpty ? .null : .int128(halfUp(values.reduce(0, +) * 10000, Int128(values.count)))
  }

  static func monthAverage(_ rows: [[Value]]) -> Value {
    let values = integers(rows)
    return values.isEmpty ? .null : .int32(Int32(halfUp(values.reduce(0, +), Int128(values.count))))
  }

  static func microsAverage(_ rows: [[Value]]) -> Value {
    let values = integers(rows)
    return values.isEmpty ? .null : .int64(Int64(halfUp(values.reduce(0, +), Int128(values.count))))
  }

  static func minimum(_ rows: [[Value]]) -> Value { present(rows).min { order($0, $1) < 0 } ?? .null }
  static func maximum(_ rows: [[Value]]) -> Value { present(rows).max { order($0, $1) < 0 } ?? .null }

  static func distinct(_ values: [Value]) -> [Value] {
    var result: [Value] = []
    for value in values.sorted(by: { order($0, $1) < 0 })
    where result.last.map({ order($0, value) != 0 }) ?? true {
      result.append(value)
    }
    return result
  }
}
