internal import Columnar
internal import Diagnostics
internal import Glibc

/// `predict(model, features…)`: what a model of `linear_sgd`, `logistic_sgd` or `kmeans` says of a row.
enum Predictions {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "predict", .misc, "predict(model, features)",
        "The value of a linear model, the probability of a logistic one, the number of the nearest centre (from 0) of kmeans; features are an array or one argument each.",
        [
          FunctionExample("SELECT predict(named_struct('kind', 'linear', 'weights', array(2D), 'intercept', 1D, 'rows', 9L), 3D)", "7.0"),
          FunctionExample("SELECT predict(kmeans(array(x), 2), 8D) FROM VALUES (1D), (9D) AS t(x)", "1.0"),
        ])
    ) { (call) throws(SQLError) in try bind(call) }
  ]

  private static func bind(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    guard call.arguments.count >= 2 else {
      throw .wrongArgumentCount(call, expected: "a model and its features")
    }
    let list = DataType.array(.double)
    guard case .structure(let fields) = call.types[0], let kind = fields.first, kind.name.lowercased() == "kind", fields.count == 4,
      fields[0].type == .string
    else {
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "the first argument of predict is a model, found \(call.types[0].sqlName)",
        span: call.arguments[0].span, hint: "linear_sgd, logistic_sgd and kmeans make models")
    }
    let isClusters = fields[1].name.lowercased() == "centers"
    let model = (isClusters ? Model(kind: .clusters, rate: 1, clusters: 1) : Model(kind: .linear, rate: 1, clusters: 0)).type
    let isArray = call.arguments.count == 2 && call.types[1].isArray
    let features = isArray ? [list] : [DataType](repeating: .double, count: call.arguments.count - 1)
    return BoundFunction("predict", [model] + features, returns: .double, canFail: true) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let columns = operands.map { $0.flattened(rows: rows) }
      guard case .structure(let model) = columns[0] else { return ColumnBuilder.nulls(.double, count: rows) }
      var values = [Double](repeating: 0, count: rows)
      var validity = Validity(repeating: true, count: rows)
      for row in 0..<rows where context.isValid(row) {
        guard let x = isArray ? vector(columns[1], row) : numbers(columns.dropFirst(), row),
          let value = try isClusters ? nearest(model, row, x) : regression(model, row, x)
        else {
          validity.set(row, false)
          continue
        }
        values[row] = value
      }
      return .float64(PrimitiveColumn(values, validity: validity.isAllValid ? nil : validity))
    }
  }

  private static func numbers(_ columns: ArraySlice<Column>, _ row: Int) -> [Double]? {
    var x: [Double] = []
    for case .float64(let c) in columns { x.append(c.values[row]) }
    return x
  }

  /// The numbers of an array; nil if the array or one of them is NULL.
  private static func vector(_ column: Column, _ row: Int) -> [Double]? {
    guard !column.isNull(row), case .list(let list) = column, case .float64(let c) = list.child else { return nil }
    let range = Int(list.offsets[row])..<Int(list.offsets[row + 1])
    if let validity = c.validity, range.contains(where: { !validity[$0] }) { return nil }
    return Array(c.values[range])
  }

  private static func regression(_ model: StructColumn, _ row: Int, _ x: [Double]) throws(SQLError) -> Double? {
    guard let weights = vector(model.fields[1], row), case .float64(let intercepts) = model.fields[2], !model.fields[2].isNull(row)
    else { return nil }
    guard weights.count == x.count else { throw .featureCount(x.count, weights.count) }
    var sum = intercepts.values[row]
    for (w, xi) in zip(weights, x) { sum += w * xi }
    return model.fields[0].value(at: row).text == Model.Kind.logistic.rawValue ? 1 / (1 + exp(-sum)) : sum
  }

  private static func nearest(_ model: StructColumn, _ row: Int, _ x: [Double]) throws(SQLError) -> Double? {
    guard !model.fields[1].isNull(row), case .list(let centres) = model.fields[1] else { return nil }
    var best: (centre: Int, distance: Double)?
    for (number, at) in (Int(centres.offsets[row])..<Int(centres.offsets[row + 1])).enumerated() {
      guard let centre = vector(centres.child, at) else { return nil }
      guard centre.count == x.count else { throw .featureCount(x.count, centre.count) }
      var distance = 0.0
      for (c, xi) in zip(centre, x) { distance += (c - xi) * (c - xi) }
      if best.map({ distance < $0.distance }) ?? true { best = (number, distance) }
    }
    return best.map { Double($0.centre) }
  }
}

extension SQLError {
  fileprivate static func featureCount(_ found: Int, _ expected: Int) -> SQLError {
    SQLError(
      .data, "MODEL_FEATURE_COUNT_MISMATCH", "the model has \(expected) feature\(expected == 1 ? "" : "s"), found \(found)")
  }
}

extension DataType {
  fileprivate var isArray: Bool {
    if case .array = self { true } else { false }
  }
}
