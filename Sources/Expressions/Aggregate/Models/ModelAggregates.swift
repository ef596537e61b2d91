internal import Columnar
internal import Diagnostics

/// Models that learn while rows come: linear and logistic regression by stochastic gradient descent, k-means.
///
/// A model is a struct, a value like others: kept in a view, joined, asked by `predict`. Rows count in the order of their
/// arrival, one by one, so that the model does not depend on how rows came in batches. (Spark's StreamingLinearRegression…
/// goes over each micro-batch several times; the update of one row is the same.)
extension Aggregates {
  static let models: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "linear_sgd", "linear_sgd(label, features[, step])",
        "a linear model that each row moves by step (default 0.1) against its error; NULLs are left out",
        "SELECT linear_sgd(y, array(x), 0.5D).rows FROM VALUES (2D, 1D), (4D, 2D) AS t(y, x)", "2")
    ) { (call) throws(SQLError) in try bindRegression(call, .linear) },
    AggregateFunction(
      .aggregate(
        "logistic_sgd", "logistic_sgd(label, features[, step])",
        "a model of the probability that label is 1 and not 0, learnt as linear_sgd learns",
        "SELECT predict(logistic_sgd(y, array(x)), 5D) > 0.5 FROM VALUES (0D, -1D), (1D, 1D) AS t(y, x)", "true")
    ) { (call) throws(SQLError) in try bindRegression(call, .logistic) },
    AggregateFunction(
      .aggregate(
        "kmeans", "kmeans(features, k[, decay])",
        "k cluster centres, the first k different rows at first; a row moves the nearest, older rows weigh less by decay (default 1) a row",
        "SELECT kmeans(array(x), 2).centers FROM VALUES (1D), (9D), (3D), (11D) AS t(x)", "[[2.0], [10.0]]")
    ) { (call) throws(SQLError) in try bindClusters(call) },
  ]

  private static func bindRegression(_ call: FunctionCall, _ kind: Model.Kind) throws(SQLError) -> BoundAggregate {
    try call.expect(2...3)
    let step = try call.modelConstant(2, default: 0.1)
    guard step > 0, step.isFinite else { throw .badModelArgument(call, "step", "a positive number") }
    let parameters: [DataType] = [.double, .array(.double)] + (call.arguments.count > 2 ? [call.types[2]] : [])
    return bound(call, parameters, Model(kind: kind, rate: step, clusters: 0))
  }

  private static func bindClusters(_ call: FunctionCall) throws(SQLError) -> BoundAggregate {
    try call.expect(2...3)
    let count = try call.modelConstant(1, default: 0)
    guard count >= 1, count <= Double(Model.clustersMax), count == count.rounded() else {
      throw .badModelArgument(call, "k", "a whole number from 1 to \(Model.clustersMax)")
    }
    let decay = try call.modelConstant(2, default: 1)
    guard decay > 0, decay <= 1 else { throw .badModelArgument(call, "decay", "a number above 0, at most 1") }
    let parameters = [.array(.double)] + call.types.dropFirst()
    return bound(call, parameters, Model(kind: .clusters, rate: decay, clusters: Int(count)))
  }

  private static func bound(_ call: FunctionCall, _ parameters: [DataType], _ model: Model) -> BoundAggregate {
    BoundAggregate(
      call.name, parameters, returns: model.type,
      stateTypes: [.array(.double), OrderedRows.stateType(model.inputs)], isOrderSensitive: true
    ) { ModelAccumulator(model, keepsRows: $0) }
  }
}

extension FunctionCall {
  /// A constant number as an argument of a model.
  fileprivate func modelConstant(_ index: Int, default value: Double) throws(SQLError) -> Double {
    guard index < arguments.count else { return value }
    let constant = Coercion.cast(arguments[index], to: .double)
    guard constant.isConstant else { throw .nonConstantArgument(self, index, expected: "double") }
    guard case .float64(let number) = try Evaluator(EvaluationContext(settings: settings)).constant(constant) else {
      throw .nonConstantArgument(self, index, expected: "double")
    }
    return number
  }
}

extension SQLError {
  fileprivate static func badModelArgument(_ call: FunctionCall, _ name: String, _ expected: String) -> SQLError {
    SQLError(
      .bind, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", "\(name) of \(call.name) must be \(expected)", span: call.span)
  }
}
