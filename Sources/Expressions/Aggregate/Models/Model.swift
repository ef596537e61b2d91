internal import Columnar
internal import Diagnostics
internal import Glibc

/// How a model learns from a row and what it says of one. A state is an array of numbers, empty before the first row:
///
///     regression   rows, intercept, weights…
///     clusters     rows, width, then for each centre its weight and its coordinates
struct Model: Sendable {
  enum Kind: String, Sendable { case linear, logistic, clusters = "kmeans" }

  /// Centres of one model at most: each row is compared with all.
  static let clustersMax = 1000

  let kind: Kind
  /// Step of the gradient, or decay.
  let rate: Double
  let clusters: Int

  /// Types of what a row brings.
  var inputs: [DataType] { kind == .clusters ? [.array(.double)] : [.double, .array(.double)] }

  var type: DataType {
    let vector = DataType.array(.double)
    let parts =
      kind == .clusters
      ? [Field("centers", .array(vector)), Field("weights", vector)] : [Field("weights", vector), Field("intercept", .double)]
    return .structure([Field("kind", .string)] + parts + [Field("rows", .bigint)])
  }

  // MARK: Learning

  /// Takes in one row; nil if its features are not as many as those of the rows before.
  func learn(_ state: inout [Double], label: Double, _ x: ArraySlice<Double>) -> Bool {
    switch kind {
    case .linear, .logistic:
      if state.isEmpty { state = [Double](repeating: 0, count: x.count + 2) }
      guard state.count == x.count + 2 else { return false }
      let step = rate * (label - value(state, x))
      state[0] += 1
      state[1] += step
      for (i, xi) in x.enumerated() { state[i + 2] += step * xi }
    case .clusters:
      if state.isEmpty { state = [0, Double(x.count)] }
      guard state[1] == Double(x.count) else { return false }
      state[0] += 1
      learnCentre(&state, x)
    }
    return true
  }

  private func learnCentre(_ state: inout [Double], _ x: ArraySlice<Double>) {
    let width = x.count
    let stride = width + 1
    let count = (state.count - 2) / stride
    var nearest = nearestCentre(state, x)
    if count < clusters, nearest.map({ $0.distance > 0 }) ?? true {
      for centre in 0..<count { state[2 + centre * stride] *= rate }
      state += [1] + x
      return
    }
    for centre in 0..<count { state[2 + centre * stride] *= rate }
    guard let found = nearest.take() else { return }
    let at = 2 + found.centre * stride
    state[at] += 1
    let weight = state[at]
    for (i, xi) in x.enumerated() { state[at + 1 + i] += (xi - state[at + 1 + i]) / weight }
  }

  private func nearestCentre(_ state: [Double], _ x: ArraySlice<Double>) -> (centre: Int, distance: Double)? {
    let stride = x.count + 1
    var best: (centre: Int, distance: Double)?
    for centre in 0..<(state.count - 2) / stride {
      var distance = 0.0
      for (i, xi) in x.enumerated() {
        let d = xi - state[3 + centre * stride + i]
        distance += d * d
      }
      if best.map({ distance < $0.distance }) ?? true { best = (centre, distance) }
    }
    return best
  }

  /// What a regression says of a row.
  private func value(_ state: [Double], _ x: ArraySlice<Double>) -> Double {
    var sum = state[1]
    for (i, xi) in x.enumerated() { sum += state[i + 2] * xi }
    return kind == .linear ? sum : 1 / (1 + exp(-sum))
  }

  // MARK: As a value

  func value(of state: [Double]) -> Value {
    guard state.count >= 2 else { return .null }
    let rows = Value.int64(Int64(state[0]))
    switch kind {
    case .linear, .logistic:
      return .structure([
        .string(kind.rawValue), .list(state[2...].map { .float64($0) }), .float64(state[1]), rows,
      ])
    case .clusters:
      let stride = Int(state[1]) + 1
      let starts = Swift.stride(from: 2, to: state.count, by: stride)
      return .structure([
        .string(kind.rawValue), .list(starts.map { at in .list(state[(at + 1)..<(at + stride)].map { .float64($0) }) }),
        .list(starts.map { .float64(state[$0]) }), rows,
      ])
    }
  }
}
