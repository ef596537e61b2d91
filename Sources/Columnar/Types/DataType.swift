/// A SQL type.
///
/// The type says what a value means; how its column is laid out is `physical`. Nested types own their element types.
/// Names, limits and text forms are Spark SQL's (`simpleString` of its `DataType`s).
package indirect enum DataType: Hashable, Sendable {
  case null
  case boolean
  case tinyint, smallint, int, bigint
  case float, double
  /// `precision` in 1…38 digits, `scale` in 0…precision.
  case decimal(precision: Int, scale: Int)
  case string, binary
  /// Days since 1970-01-01.
  case date
  /// Microseconds since the UTC epoch, shown in the session zone.
  case timestamp
  /// Microseconds since 1970-01-01T00:00 of a clock without zone.
  case timestampNTZ
  /// Months.
  case yearMonthInterval(YearMonthUnit, YearMonthUnit)
  /// Microseconds.
  case dayTimeInterval(DayTimeUnit, DayTimeUnit)
  case array(DataType)
  case map(key: DataType, value: DataType)
  case structure([Field])

  /// Fields of a year-month interval, coarsest first.
  package enum YearMonthUnit: UInt8, Hashable, Sendable, Comparable {
    case year = 0
    case month = 1
    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  /// Fields of a day-time interval, coarsest first.
  package enum DayTimeUnit: UInt8, Hashable, Sendable, Comparable {
    case day = 0
    case hour = 1
    case minute = 2
    case second = 3
    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  package static let decimalDigitsMax = 38
  package static let yearMonth = DataType.yearMonthInterval(.year, .month)
  package static let dayTime = DataType.dayTimeInterval(.day, .second)
}

/// A named, typed slot of a struct or a schema.
package struct Field: Hashable, Sendable {
  package var name: String
  package var type: DataType
  package var isNullable: Bool
  /// Of CHAR(n) and VARCHAR(n), in the columns of relations. Two fields that differ in it alone are equal.
  package var lengths: TextLengths?

  package init(_ name: String, _ type: DataType, isNullable: Bool = true, lengths: TextLengths? = nil) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
    self.lengths = lengths
  }

  package static func == (a: Field, b: Field) -> Bool { a.name == b.name && a.type == b.type && a.isNullable == b.isNullable }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(type)
    hasher.combine(isNullable)
  }
}

/// How a column's values lie in memory.
package enum PhysicalType: UInt8, Hashable, Sendable {
  case null, bool, int8, int16, int32, int64, float32, float64, int128, bytes, list, map, structure
}

extension DataType {
  /// The layout that holds this type's values.
  package var physical: PhysicalType {
    switch self {
    case .null: .null
    case .boolean: .bool
    case .tinyint: .int8
    case .smallint: .int16
    case .int, .date, .yearMonthInterval: .int32
    case .bigint, .timestamp, .timestampNTZ, .dayTimeInterval: .int64
    case .float: .float32
    case .double: .float64
    case .decimal: .int128
    case .string, .binary: .bytes
    case .array: .list
    case .map: .map
    case .structure: .structure
    }
  }

  package var isIntegral: Bool {
    switch self {
    case .tinyint, .smallint, .int, .bigint: true
    default: false
    }
  }

  package var isFloating: Bool { self == .float || self == .double }

  package var isDecimal: Bool {
    if case .decimal = self { return true }
    return false
  }

  package var isNumeric: Bool { isIntegral || isFloating || isDecimal }

  package var isInterval: Bool {
    switch self {
    case .yearMonthInterval, .dayTimeInterval: true
    default: false
    }
  }

  package var isTemporal: Bool { self == .date || self == .timestamp || self == .timestampNTZ }

  package var isNested: Bool {
    switch self {
    case .array, .map, .structure: true
    default: false
    }
  }

  /// True where values have a total order (`<`, ORDER BY, min/max). Maps have none, nor has anything holding one.
  package var isOrderable: Bool {
    switch self {
    case .map: false
    case .array(let element): element.isOrderable
    case .structure(let fields): fields.allSatisfy { $0.type.isOrderable }
    default: true
    }
  }
}

extension DataType: CustomStringConvertible {
  /// The lower-case SQL text: `decimal(10,2)`, `array<int>`, `struct<a:int,b:string>`.
  package var description: String {
    switch self {
    case .null: "void"
    case .boolean: "boolean"
    case .tinyint: "tinyint"
    case .smallint: "smallint"
    case .int: "int"
    case .bigint: "bigint"
    case .float: "float"
    case .double: "double"
    case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
    case .string: "string"
    case .binary: "binary"
    case .date: "date"
    case .timestamp: "timestamp"
    case .timestampNTZ: "timestamp_ntz"
    case .yearMonthInterval(let from, let to):
      from == to ? "interval \(from)" : "interval \(from) to \(to)"
    case .dayTimeInterval(let from, let to):
      from == to ? "interval \(from)" : "interval \(from) to \(to)"
    case .array(let element): "array<\(element)>"
    case .map(let key, let value): "map<\(key),\(value)>"
    case .structure(let fields):
      "struct<" + fields.map { "\($0.name):\($0.type)" }.joined(separator: ",") + ">"
    }
  }

  /// The upper-case form of Spark's error messages: `"BIGINT"`, `"ARRAY<INT>"`.
  package var sqlName: String { description.uppercased() }
}
