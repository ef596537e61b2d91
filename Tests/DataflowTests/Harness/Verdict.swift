import Diagnostics

extension QueryCase {
  /// What is wrong with the engine's answers, or nil. Every configuration must give, step by step, the reference's rows,
  /// and all of them the same rows in the same order (SEM-11).
  func complaint(_ configurations: [RunConfiguration] = RunConfiguration.all) -> String? {
    let expected = expected()
    var first: [[String]]?
    for configuration in configurations {
      let outputs: [[String]]
      do {
        outputs = try GraphRun(self, configuration).outputs()
      } catch let failure as GraphRun.Failure {
        return "\(configuration.name): \(failure.message)"
      } catch {
        return "\(configuration.name): \(error)"
      }
      if let difference = difference(outputs, expected) { return "\(configuration.name): \(difference)" }
      // Another plan may do without changes that cancel out above it.
      if !configuration.isOptimizing { continue }
      let isOrderFree = configuration.restores && plan.groupsChangedWindows
      let differs = { (a: [String], b: [String]) in isOrderFree ? a.sorted() != b.sorted() : a != b }
      if let first, let step = outputs.indices.first(where: { differs(outputs[$0], first[$0]) }) {
        return "\(configuration.name), step \(step): other rows or order than \(configurations[0].name):\n"
          + "  \(outputs[step])\n  \(first[step])"
      }
      first = first ?? outputs
    }
    return nil
  }

  private func difference(_ outputs: [[String]], _ expected: [[String]]) -> String? {
    var sums: [String: Int] = [:]
    for (step, (output, answer)) in zip(outputs, expected).enumerated() {
      for line in output { sums[String(line.dropFirst()), default: 0] += line.hasPrefix("+") ? 1 : -1 }
      let found = sums.filter { $0.value != 0 }.flatMap { row, count in
        [String](repeating: count > 0 ? row : "minus \(row)", count: abs(count))
      }.sorted()
      if found != answer { return "step \(step): found \(found)\n  expected \(answer)" }
    }
    return nil
  }

  /// The smallest case found that still fails, and its complaint.
  func shrunk(_ complaint: String) -> (QueryCase, String) {
    var best = (self, complaint)
    var attempts = 0
    search: while attempts < 400 {
      for candidate in best.0.smaller {
        attempts += 1
        if let complaint = candidate.complaint() {
          best = (candidate, complaint)
          continue search
        }
      }
      break
    }
    return best
  }
}

extension ReferencePlan {
  /// Whether groups may be first seen in one and the same row: a window function gives a row one value, later another.
  /// Such groups have no order of their own, and numbers of groups are not saved.
  var groupsChangedWindows: Bool {
    switch self {
    case .aggregate(let input, _, _), .distinct(let input): input.hasWindows || input.groupsChangedWindows
    default: inputs.contains { $0.groupsChangedWindows }
    }
  }

  private var hasWindows: Bool {
    switch self {
    case .over, .rankLimit: true
    default: inputs.contains { $0.hasWindows }
    }
  }
}
