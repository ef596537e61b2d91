internal import Columnar
internal import Diagnostics

/// Arrays of FLOAT as vectors: `vector_norm`, `vector_normalize`, `vector_inner_product`, `vector_l2_distance`,
/// `vector_cosine_similarity`. Sums are of doubles. A NULL element makes the result NULL; vectors of different lengths are an error.
enum VectorFunctions {
  static let functions: [ScalarFunction] = [
    pair(
      "vector_inner_product", "The inner product of two vectors, arrays of FLOAT of one length.",
      ("SELECT vector_inner_product(array(1.0F, 2.0F, 3.0F), array(4.0F, 5.0F, 6.0F))", "32.0")
    ) { (a, b) in Float(zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }) },
    pair(
      "vector_l2_distance", "The Euclidean distance of two vectors, arrays of FLOAT of one length.",
      ("SELECT vector_l2_distance(array(1.0F, 2.0F), array(4.0F, 6.0F))", "5.0")
    ) { (a, b) in
      Float(
        zip(a, b).reduce(0.0) { sum, pair in
          let difference = Double(pair.0) - Double(pair.1)
          return sum + difference * difference
        }.squareRoot())
    },
    pair(
      "vector_cosine_similarity", "The cosine of the angle between two vectors, NULL where one of them has no length.",
      ("SELECT vector_cosine_similarity(array(1.0F, 0.0F), array(1.0F, 1.0F))", "0.70710677")
    ) { (a, b) in
      var (product, left, right) = (0.0, 0.0, 0.0)
      for (single, other) in zip(a, b) {
        let (x, y) = (Double(single), Double(other))
        product += x * y
        left += x * x
        right += y * y
      }
      let length = (left * right).squareRoot()
      return length == 0 ? nil : Float(product / length)
    },
    ScalarFunction(
      "vector_norm", .array, "vector_norm(vector[, degree])",
      "The norm of a vector, an array of FLOAT: of degree 2.0 unless 1.0 or float('inf') is given.",
      [("SELECT vector_norm(array(3.0F, 4.0F))", "5.0"), ("SELECT vector_norm(array(3.0F, 4.0F), 1.0F)", "7.0")]
    ) { (call) throws(SQLError) in
      let parameters = try parameters(call)
      return BoundFunction(call.name, parameters, returns: .float, canFail: true) { (context, operands) throws(SQLError) in
        let vectors = FloatVectors(operands[0])
        let degrees: [Float]? = operands.count > 1 ? try operands[1].rowValues(context.rows) : nil
        var values = [Float](repeating: 0, count: context.rows)
        var validity = Validity(repeating: true, count: context.rows)
        for row in 0..<context.rows where context.isValid(row) {
          if let vector = vectors[row] {
            values[row] = Float(try norm(vector, degree: degrees?[row] ?? 2))
          } else {
            validity.set(row, false)
          }
        }
        return .float32(PrimitiveColumn(values, validity: validity.isAllValid ? nil : validity))
      }
    },
    ScalarFunction(
      "vector_normalize", .array, "vector_normalize(vector[, degree])",
      "The vector divided by its norm, NULL for one without length.",
      [("SELECT vector_normalize(array(3.0F, 4.0F))", "[0.6, 0.8]")]
    ) { (call) throws(SQLError) in
      let parameters = try parameters(call)
      return BoundFunction(call.name, parameters, returns: .array(.float), canFail: true) { (context, operands) throws(SQLError) in
        let vectors = FloatVectors(operands[0])
        let degrees: [Float]? = operands.count > 1 ? try operands[1].rowValues(context.rows) : nil
        var values: [Float] = []
        var offsets: [Int32] = [0]
        var validity = Validity(repeating: true, count: context.rows)
        for row in 0..<context.rows {
          if context.isValid(row), let vector = vectors[row] {
            let length = try norm(vector, degree: degrees?[row] ?? 2)
            if length == 0, !vector.isEmpty {
              validity.set(row, false)
            } else {
              for value in vector { values.append(Float(Double(value) / length)) }
            }
          } else {
            validity.set(row, false)
          }
          guard let end = Int32(exactly: values.count) else { throw .collectionTooLarge }
          offsets.append(end)
        }
        return .list(
          ListColumn(
            offsets: offsets, child: .float32(PrimitiveColumn(values)), validity: validity.isAllValid ? nil : validity))
      }
    },
  ]

  /// A vector, and a degree if there is one.
  private static func parameters(_ call: FunctionCall) throws(SQLError) -> [DataType] {
    try call.expect(1...2)
    try vector(call, 0)
    guard call.arguments.count == 2 else { return call.types }
    guard call.types[1] == .float else { throw .unexpectedInput(call, 1, wanted: "\"FLOAT\"") }
    return call.types
  }

  private static func vector(_ call: FunctionCall, _ index: Int) throws(SQLError) {
    guard call.types[index] == .array(.float) else { throw .unexpectedInput(call, index, wanted: "\"ARRAY<FLOAT>\"") }
  }

  private static func norm(_ vector: ArraySlice<Float>, degree: Float) throws(SQLError) -> Double {
    switch degree {
    case 1: return vector.reduce(0.0) { $0 + Double(abs($1)) }
    case 2: return vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    case .infinity: return Double(vector.reduce(0) { max($0, abs($1)) })
    default:
      throw .data("INVALID_VECTOR_NORM_DEGREE", "there is no norm of degree \(degree)", hint: "use 1.0, 2.0 or float('inf')")
    }
  }

  private static func pair(
    _ name: String, _ summary: String, _ example: (String, String),
    _ body: @escaping @Sendable (_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float?
  ) -> ScalarFunction {
    ScalarFunction(name, .array, "\(name)(vector1, vector2)", summary, [example]) { (call) throws(SQLError) in
      try call.expect(2)
      try vector(call, 0)
      try vector(call, 1)
      return BoundFunction(name, call.types, returns: .float, canFail: true) { (context, operands) throws(SQLError) in
        let (left, right) = (FloatVectors(operands[0]), FloatVectors(operands[1]))
        var values = [Float](repeating: 0, count: context.rows)
        var validity = Validity(repeating: true, count: context.rows)
        for row in 0..<context.rows where context.isValid(row) {
          guard let a = left[row], let b = right[row] else {
            validity.set(row, false)
            continue
          }
          guard a.count == b.count else {
            throw .data("VECTOR_DIMENSION_MISMATCH", "\(name) takes vectors of one length, found \(a.count) and \(b.count)")
          }
          let value = body(a, b)
          values[row] = value ?? 0
          if value == nil { validity.set(row, false) }
        }
        return .float32(PrimitiveColumn(values, validity: validity.isAllValid ? nil : validity))
      }
    }
  }
}

/// The rows of an ARRAY<FLOAT> argument; one with a NULL element is nil.
private struct FloatVectors {
  private let list: ListOperand
  private let values: [Float]
  private let validity: Validity?

  init(_ operand: Operand) {
    list = ListOperand(operand)
    if case .float32(let column) = list.child {
      values = column.values
      validity = column.validity
    } else {
      // The type of `array()` and of NULL: no element is there to be read.
      values = [Float](repeating: 0, count: list.child.count)
      validity = Validity(repeating: false, count: list.child.count)
    }
  }

  subscript(row: Int) -> ArraySlice<Float>? {
    let range = list.range(row)
    let (first, end) = (Int(range.lowerBound), Int(range.upperBound))
    if let validity { for index in first..<end where !validity[index] { return nil } }
    return values[first..<end]
  }
}
