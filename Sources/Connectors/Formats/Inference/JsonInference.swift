internal import CSimdjson
internal import Columnar
internal import Diagnostics

/// The columns of JSON records, from a sample: Spark's types (BIGINT, DOUBLE, BOOLEAN, STRING, arrays, structs), fields in
/// the order in which they first come.
struct JsonInference {
  /// Fields of one object: beyond it the keys are data.
  static let fieldsMax = 10_000

  fileprivate indirect enum Shape {
    case null, boolean, bigint, double, string, timestamp
    /// Digits before the point, and behind it.
    case decimal(Int, Int)
    case array(Shape)
    case object(names: [String], places: [String: Int], shapes: [Shape])
  }

  let allowsNonNumeric: Bool
  let leniency: JsonLeniency
  let newline: UInt8
  let primitivesAsString: Bool
  let prefersDecimal: Bool
  /// How strings are read as times; nil: they stay strings.
  let times: ValueReading?
  let dropsNullFields: Bool
  let recordsMax: Int

  func schema(_ sample: InputSample, isWhole: Bool, span: SourceSpan) throws(SQLError) -> Schema {
    guard let index = sq_json_index_create() else {
      throw SQLError(.source, "OUT_OF_MEMORY", "no memory to look at JSON")
    }
    defer { sq_json_index_destroy(index) }
    var root = Shape.null
    for piece in sample.pieces {
      let base = UnsafePointer(piece.buffer.base)
      var start = piece.start
      var records = 0
      while start < piece.end, records < recordsMax {
        var end = piece.end
        if !isWhole {
          end = start
          while end < piece.end, base[end] != newline { end += 1 }
        }
        records += 1
        let text = UnsafeRawBufferPointer(start: base + start, count: end - start)
        // What is malformed says nothing about the columns.
        if !look(at: text, index, &root), let rewritten = LenientJson.rewritten(text, leniency) {
          _ = look(at: UnsafeRawBufferPointer(start: rewritten.base, count: rewritten.count), index, &root)
          withExtendedLifetime(rewritten) {}
        }
        start = end + 1
      }
    }
    if case .object(let names, _, _) = root, names.isEmpty {
      throw .unableToInfer("the objects in '\(sample.path)' have no fields", format: "json", span: span)
    }
    guard case .object(let names, _, let shapes) = root else {
      throw .unableToInfer(
        "'\(sample.path)' \(sample.pieces.isEmpty ? "is empty" : "holds no JSON objects")", format: "json", span: span)
    }
    let fields = zip(names, shapes).filter { !dropsNullFields || !$1.isEmpty }.map { Field($0, type($1)) }
    guard !fields.isEmpty else {
      throw .unableToInfer("no field in '\(sample.path)' has a value", format: "json", span: span)
    }
    return Schema(fields)
  }

  /// Adds what a record shows to what is known; false if it is no JSON.
  private func look(at text: UnsafeRawBufferPointer, _ index: OpaquePointer, _ root: inout Shape) -> Bool {
    guard let base = text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return true }
    guard sq_json_index_build(index, base, text.count) == SQ_JSON_OK, let tokens = sq_json_index_tokens(index) else {
      return false
    }
    var scan = JsonScanner(base: base, tokens: tokens)
    scan.end = text.count
    while scan.position < scan.end {
      guard let shape = shape(&scan) else { return false }
      let record = if case .array(let element) = shape { element } else { shape }
      // A record that is no object is malformed, and says nothing about the columns.
      if case .object = record { root = Self.merge(root, record) }
    }
    return true
  }

  private func type(_ shape: Shape) -> DataType {
    switch shape {
    case .timestamp: .timestamp
    case .decimal(let whole, let scale):
      primitivesAsString ? .string : .decimal(precision: max(1, whole + scale), scale: scale)
    case .null, .string: .string
    case .boolean: primitivesAsString ? .string : .boolean
    case .bigint: primitivesAsString ? .string : .bigint
    case .double: primitivesAsString ? .string : .double
    case .array(let element): .array(type(element))
    case .object(let names, _, let shapes):
      // An object that never has a field holds nothing that a struct could name.
      names.isEmpty
        ? .string
        : .structure(zip(names, shapes).filter { !dropsNullFields || !$1.isEmpty }.map { Field($0, type($1)) })
    }
  }

  private static func merge(_ a: Shape, _ b: Shape) -> Shape {
    switch (a, b) {
    case (.null, let other), (let other, .null): return other
    case (.timestamp, .timestamp): return .timestamp
    case (.decimal(let whole, let scale), .decimal(let otherWhole, let otherScale)):
      let (whole, scale) = (max(whole, otherWhole), max(scale, otherScale))
      return whole + scale <= DecimalShape.digitsMax ? .decimal(whole, scale) : .double
    // A BIGINT is a DECIMAL of 20 digits, as in Spark.
    case (.decimal, .bigint): return merge(a, .decimal(20, 0))
    case (.bigint, .decimal): return merge(.decimal(20, 0), b)
    case (.decimal, .double), (.double, .decimal): return .double
    case (.boolean, .boolean): return .boolean
    case (.bigint, .bigint): return .bigint
    case (.bigint, .double), (.double, .bigint), (.double, .double): return .double
    case (.array(let x), .array(let y)): return .array(merge(x, y))
    case (.object(var names, var places, var shapes), .object(let otherNames, _, let otherShapes)):
      for (name, shape) in zip(otherNames, otherShapes) {
        if let place = places[name] {
          shapes[place] = merge(shapes[place], shape)
        } else if names.count < fieldsMax {
          places[name] = names.count
          names.append(name)
          shapes.append(shape)
        }
      }
      return .object(names: names, places: places, shapes: shapes)
    default: return .string
    }
  }

  /// The shape of the next value, or nil where the text is no JSON.
  private func shape(_ scan: inout JsonScanner) -> Shape? {
    let at = scan.position
    switch scan.byte {
    case UInt8(ascii: "\""):
      let (start, count) = scan.string()
      if let times, count >= 10, times.timestamp(scan.text(start, start + count)) != nil { return .timestamp }
      return .string
    case UInt8(ascii: "{"): return object(&scan)
    case UInt8(ascii: "["):
      guard scan.enter() else { return nil }
      var element = Shape.null
      if scan.byte != UInt8(ascii: "]") {
        while true {
          guard let next = shape(&scan) else { return nil }
          element = Self.merge(element, next)
          if scan.byte == UInt8(ascii: "]") { break }
          guard scan.byte == UInt8(ascii: ",") else { return nil }
          scan.next += 1
        }
      }
      _ = scan.leave()
      return .array(element)
    case 0, UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: ":"): return nil
    default:
      let stop = scan.scalarEnd(at)
      scan.next += 1
      if scan.isWord("null", at, stop) { return .null }
      if scan.isWord("true", at, stop) || scan.isWord("false", at, stop) { return .boolean }
      let number = scan.number(at, stop)
      if number.isNumber {
        return self.number(scan.text(at, stop), isInteger: number.isInteger)
      }
      return allowsNonNumeric && JsonScanner.special(scan.text(at, stop)) != nil ? .double : nil
    }
  }

  private func number(_ text: UnsafeRawBufferPointer, isInteger: Bool) -> Shape {
    if isInteger, IntegerText.parse(text) != nil { return .bigint }
    guard isInteger || prefersDecimal else { return .double }
    // Digits as written; a number with an exponent is a DOUBLE.
    var (whole, scale, isFraction) = (0, 0, false)
    for byte in text {
      if AsciiText.isDigit(byte) {
        if isFraction { scale += 1 } else { whole += 1 }
      } else if byte == UInt8(ascii: ".") {
        isFraction = true
      } else if byte != UInt8(ascii: "-") {
        return .double
      }
    }
    return whole + scale <= DecimalShape.digitsMax ? .decimal(whole, scale) : .double
  }

  private func object(_ scan: inout JsonScanner) -> Shape? {
    guard scan.enter() else { return nil }
    var result = Shape.object(names: [], places: [:], shapes: [])
    if scan.byte == UInt8(ascii: "}") {
      _ = scan.leave()
      return result
    }
    while true {
      guard scan.byte == UInt8(ascii: "\"") else { return nil }
      let (start, count) = scan.string()
      var name = ByteWriter()
      guard JsonEscapes.unescape(scan.text(start, start + count), into: &name), scan.byte == UInt8(ascii: ":") else {
        return nil
      }
      scan.next += 1
      guard let value = shape(&scan) else { return nil }
      result = Self.merge(result, .object(names: [name.string], places: [name.string: 0], shapes: [value]))
      if scan.byte == UInt8(ascii: "}") {
        _ = scan.leave()
        return result
      }
      guard scan.byte == UInt8(ascii: ",") else { return nil }
      scan.next += 1
    }
  }
}

extension JsonInference.Shape {
  /// Nothing but nulls, empty arrays and empty objects was seen.
  fileprivate var isEmpty: Bool {
    switch self {
    case .null: true
    case .array(let element): element.isEmpty
    case .object(_, _, let shapes): shapes.allSatisfy(\.isEmpty)
    default: false
    }
  }
}
