internal import Columnar
internal import Diagnostics

/// How the values of one column, or of a part of it, are made.
struct DatagenRecipe: Sendable {
  enum Kind: Sendable {
    case sequence(start: Int64, end: Int64)
    case integers(min: Int64, max: Int64)
    case reals(min: Double, max: Double)
    case bool
    /// Hexadecimal digits.
    case text(length: Int, varies: Bool)
    /// The time of the row, less up to so many µs.
    case moment(pastMicros: Int64)
    case list(length: Int, varies: Bool)
    case structure
  }

  /// Characters and elements of one value at most: a row must stay a row.
  private static let lengthMax: Int64 = 1 << 20

  let type: DataType
  let kind: Kind
  let nullRate: Double
  let parts: [DatagenRecipe]
  /// Of a decimal: the unscaled one, and the greatest unscaled number.
  let unit: Int128
  let unscaledMax: Int128

  /// Rows after which a sequence is over; nil: never.
  var sequenceCount: Int64? {
    if case .sequence(let start, let end) = kind {
      let (distance, overflow) = end.subtractingReportingOverflow(start)
      return overflow ? .max : distance == .max ? .max : distance + 1
    }
    return parts.compactMap(\.sequenceCount).min()
  }

  /// - Parameter path: the column's name, and below a struct its field's: `person.name`; of an array `a.element`, of a map
  ///   `m.key` and `m.value`.
  init(_ type: DataType, path: String, _ options: OptionValues, span: SourceSpan) throws(SQLError) {
    let reader = DatagenFieldOptions(options, path: path, type: type, span: span)
    self.type = type
    if case .decimal(let precision, let scale) = type {
      (unit, unscaledMax) = (Self.tenTo(scale), Self.tenTo(precision) - 1)
    } else {
      (unit, unscaledMax) = (1, 0)
    }
    nullRate = try reader.rate("null-rate")
    parts = try Self.parts(of: type, path: path, options, span: span)
    if options["fields.\(path).kind"]?.lowercased() == "sequence" {
      kind = try Self.sequence(type, reader)
    } else {
      kind = try Self.random(type, reader)
    }
  }

  private static func parts(
    of type: DataType, path: String, _ options: OptionValues, span: SourceSpan
  ) throws(SQLError) -> [DatagenRecipe] {
    switch type {
    case .array(let element): return [try DatagenRecipe(element, path: path + ".element", options, span: span)]
    case .map(let key, let value):
      return [
        try DatagenRecipe(key, path: path + ".key", options, span: span),
        try DatagenRecipe(value, path: path + ".value", options, span: span),
      ]
    case .structure(let fields):
      var parts: [DatagenRecipe] = []
      for field in fields { parts.append(try DatagenRecipe(field.type, path: "\(path).\(field.name)", options, span: span)) }
      return parts
    default: return []
    }
  }

  private static func sequence(_ type: DataType, _ reader: DatagenFieldOptions) throws(SQLError) -> Kind {
    guard type == .string || type.isNumeric else { throw reader.unsupported("a sequence") }
    guard let start = try reader.integer("start"), let end = try reader.integer("end"), start <= end else {
      throw reader.wrong("start", expected: "a sequence needs start and end, and start at most end")
    }
    let range = integerRange(type)
    guard range.contains(start), range.contains(end) else {
      throw reader.wrong("end", expected: "numbers that \(type.sqlName) can hold")
    }
    return .sequence(start: start, end: end)
  }

  private static func random(_ type: DataType, _ reader: DatagenFieldOptions) throws(SQLError) -> Kind {
    switch type {
    case .tinyint, .smallint, .int, .bigint:
      let range = integerRange(type)
      let (least, greatest) = (try reader.integer("min") ?? range.lowerBound, try reader.integer("max") ?? range.upperBound)
      guard least <= greatest, range.contains(least), range.contains(greatest) else {
        throw reader.wrong("max", expected: "numbers that \(type.sqlName) can hold, min at most max")
      }
      return .integers(min: least, max: greatest)
    case .float, .double, .decimal:
      let limit = realLimit(type)
      let (least, greatest) = (try reader.real("min") ?? 0, try reader.real("max") ?? limit)
      guard least <= greatest, abs(least) <= limit, abs(greatest) <= limit else {
        throw reader.wrong("max", expected: "numbers that \(type.sqlName) can hold, min at most max")
      }
      return .reals(min: least, max: greatest)
    case .boolean: return .bool
    case .string, .binary: return .text(length: try reader.length(default: 100, max: lengthMax), varies: try reader.varies())
    case .date, .timestamp, .timestampNTZ: return .moment(pastMicros: try reader.past())
    case .array, .map: return .list(length: try reader.length(default: 1, max: lengthMax), varies: try reader.varies())
    case .structure: return .structure
    case .null, .yearMonthInterval, .dayTimeInterval: throw reader.unsupported("random values")
    }
  }

  private static func integerRange(_ type: DataType) -> ClosedRange<Int64> {
    switch type {
    case .tinyint: Int64(Int8.min)...Int64(Int8.max)
    case .smallint: Int64(Int16.min)...Int64(Int16.max)
    case .int: Int64(Int32.min)...Int64(Int32.max)
    case .decimal(let precision, let scale) where precision - scale < 19:
      Int64(1 - tenTo(precision - scale))...Int64(tenTo(precision - scale) - 1)
    default: .min ... .max
    }
  }

  /// 10 to a power of at most 38.
  private static func tenTo(_ exponent: Int) -> Int128 { (0..<min(38, max(0, exponent))).reduce(1) { power, _ in power * 10 } }

  private static func realLimit(_ type: DataType) -> Double {
    switch type {
    case .float: Double(Float.greatestFiniteMagnitude)
    case .decimal(let precision, let scale): Double(tenTo(precision - scale))
    default: .greatestFiniteMagnitude
    }
  }
}

/// The options of one column.
struct DatagenFieldOptions {
  private let options: OptionValues
  private let path: String
  private let type: DataType
  private let span: SourceSpan

  init(_ options: OptionValues, path: String, type: DataType, span: SourceSpan) {
    self.options = options
    self.path = path
    self.type = type
    self.span = span
  }

  private func key(_ name: String) -> String { "fields.\(path).\(name)" }

  func integer(_ name: String) throws(SQLError) -> Int64? {
    guard let text = options[key(name)] else { return nil }
    guard let value = Int64(text.trimmingSpaces()) else { throw wrong(name, expected: "an integer") }
    return value
  }

  func real(_ name: String) throws(SQLError) -> Double? {
    guard let text = options[key(name)] else { return nil }
    guard let value = Double(text.trimmingSpaces()), value.isFinite else { throw wrong(name, expected: "a number") }
    return value
  }

  func rate(_ name: String) throws(SQLError) -> Double {
    let value = try real(name) ?? 0
    guard (0...1).contains(value) else { throw wrong(name, expected: "a share from 0 to 1") }
    return value
  }

  func length(default usual: Int, max greatest: Int64) throws(SQLError) -> Int {
    guard let value = try integer("length") else { return usual }
    guard (0...greatest).contains(value) else { throw wrong("length", expected: "0 to \(greatest)") }
    return Int(value)
  }

  func varies() throws(SQLError) -> Bool {
    switch options[key("var-len")]?.trimmingSpaces().lowercased() {
    case nil, "false": return false
    case "true": return true
    default: throw wrong("var-len", expected: "true or false")
    }
  }

  func past() throws(SQLError) -> Int64 {
    guard let text = options[key("max-past")] else { return 0 }
    guard let micros = DurationText.micros(text) else { throw wrong("max-past", expected: "a duration") }
    return micros
  }

  func wrong(_ name: String, expected: String) -> SQLError {
    SQLError(
      .bind, "INVALID_OPTION_VALUE", "option \"\(key(name))\" is '\(options[key(name)] ?? "")', expected \(expected)",
      span: options.span(of: key(name)) ?? options.span(of: key("kind")) ?? span)
  }

  func unsupported(_ what: String) -> SQLError {
    SQLError(
      .bind, "UNSUPPORTED_FEATURE", "datagen makes no \(what) of type \(type.sqlName): column \"\(path)\"",
      span: options.span(of: key("kind")) ?? span, hint: "generate a number and compute the column from it")
  }
}
