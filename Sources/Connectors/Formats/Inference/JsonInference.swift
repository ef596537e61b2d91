internal import CSimdjson
internal import Columnar
internal import Diagnostics

/// The columns of JSON records, from a sample: Spark's types (BIGINT, DOUBLE, BOOLEAN, STRING, arrays, structs), fields in
/// the order in which they first come.
struct JsonInference {
  /// Fields of one object: beyond it the keys are data.
  static let fieldsMax = 10_000

  private indirect enum Shape {
    case null, boolean, bigint, double, string
    case array(Shape)
    case object(names: [String], places: [String: Int], shapes: [Shape])
  }

  private let allowsNonNumeric: Bool
  private let primitivesAsString: Bool

  init(allowsNonNumeric: Bool, primitivesAsString: Bool) {
    self.allowsNonNumeric = allowsNonNumeric
    self.primitivesAsString = primitivesAsString
  }

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
      while start < piece.end, records < InputSample.recordsMax {
        var end = piece.end
        if !isWhole {
          end = start
          while end < piece.end, base[end] != UInt8(ascii: "\n") { end += 1 }
        }
        records += 1
        // What is malformed says nothing about the columns.
        if end > start, sq_json_index_build(index, base + start, end - start) == SQ_JSON_OK,
          let tokens = sq_json_index_tokens(index)
        {
          var scan = JsonScanner(base: base + start, tokens: tokens)
          scan.end = end - start
          while scan.position < scan.end, let shape = shape(&scan) {
            if case .array(let element) = shape { root = Self.merge(root, element) } else { root = Self.merge(root, shape) }
          }
        }
        start = end + 1
      }
    }
    guard case .object(let names, _, let shapes) = root, !names.isEmpty else {
      throw .unableToInfer(
        "'\(sample.path)' \(sample.pieces.isEmpty ? "is empty" : "holds no JSON objects")", format: "json", span: span)
    }
    return Schema(zip(names, shapes).map { Field($0, type($1)) })
  }

  private func type(_ shape: Shape) -> DataType {
    switch shape {
    case .null, .string: .string
    case .boolean: primitivesAsString ? .string : .boolean
    case .bigint: primitivesAsString ? .string : .bigint
    case .double: primitivesAsString ? .string : .double
    case .array(let element): .array(type(element))
    case .object(let names, _, let shapes):
      // An object that never has a field holds nothing that a struct could name.
      names.isEmpty ? .string : .structure(zip(names, shapes).map { Field($0, type($1)) })
    }
  }

  private static func merge(_ a: Shape, _ b: Shape) -> Shape {
    switch (a, b) {
    case (.null, let other), (let other, .null): return other
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
      _ = scan.string()
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
        return number.isInteger && IntegerText.parse(scan.text(at, stop)) != nil ? .bigint : .double
      }
      return allowsNonNumeric && JsonScanner.special(scan.text(at, stop)) != nil ? .double : nil
    }
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
