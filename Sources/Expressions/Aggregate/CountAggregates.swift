internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// `count`, `count_if`.
  static let counting: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "count", "count(*), count(expr1[, expr2, …])",
        "counts rows; with expressions only rows where none of them is NULL",
        "SELECT count(*), count(x) FROM VALUES (1), (NULL), (1) AS t(x)", "3\t2")
    ) { (call) throws(SQLError) in
      BoundAggregate(
        call.name, call.types, returns: .bigint, isNullable: false, stateTypes: [.bigint], isInvertible: true
      ) { _ in CountAccumulator(.notNull) }
    },
    AggregateFunction(
      .aggregate(
        "count_if", "count_if(condition)", "counts rows where the condition is true",
        "SELECT count_if(x % 2 = 0) FROM VALUES (0), (1), (2), (NULL) AS t(x)", "2")
    ) { (call) throws(SQLError) in
      try call.expect(1)
      try call.requireBoolean(0)
      return BoundAggregate(
        call.name, [.boolean], returns: .bigint, isNullable: false, stateTypes: [.bigint], isInvertible: true
      ) { _ in CountAccumulator(.isTrue) }
    },
  ]
}

extension FunctionCall {
  /// Booleans, and what casts to them implicitly.
  func requireBoolean(_ index: Int) throws(SQLError) {
    switch types[index] {
    case .boolean, .null, .string: return
    default: throw .unexpectedInput(self, index, wanted: "\"BOOLEAN\"")
    }
  }
}

/// One number a group: the weight of its rows.
final class CountAccumulator: Accumulator {
  /// Which rows count.
  enum Condition { case notNull, isTrue }

  private let condition: Condition
  private var counts: [Int64] = []

  init(_ condition: Condition) { self.condition = condition }

  func grow(to count: Int) { counts.grow(to: count, filler: 0) }

  func update(_ input: AggregateInput) throws(SQLError) {
    switch condition {
    case .notNull:
      switch Self.countedRows(input) {
      case .all: addAll(input)
      case .none: return
      case .some(let validity): add(input, words: validity.words)
      }
    case .isTrue:
      guard let operand = input.arguments.first else { return }
      if operand.isConstant { return operand.column.isTrue(0) ? addAll(input) : () }
      add(input, rows: operand.column.trueRows)
    }
  }

  private enum CountedRows {
    case all
    case none
    case some(Validity)
  }

  /// Rows without a NULL argument.
  private static func countedRows(_ input: AggregateInput) -> CountedRows {
    var validity: Validity?
    for operand in input.arguments {
      guard let own = operand.column.validity else { continue }
      if operand.isConstant {
        if !own[0] { return .none }
      } else {
        validity = Validity.intersection(validity, own)
      }
    }
    return validity.map { .some($0) } ?? .all
  }

  /// The hot path: one increment a row.
  private func addAll(_ input: AggregateInput) {
    let rows = input.rows
    counts.withUnsafeMutableBufferPointer { counts in
      input.groups.withUnsafeBufferPointer { groups in
        if let weights = input.weights {
          weights.withUnsafeBufferPointer { weights in
            for row in 0..<rows { counts[Int(groups[row])] &+= weights[row] }
          }
        } else {
          for row in 0..<rows { counts[Int(groups[row])] &+= 1 }
        }
      }
    }
  }

  /// Every row adds its bit, or its weight masked by its bit.
  private func add(_ input: AggregateInput, words: [UInt64]) {
    let rows = input.rows
    counts.withUnsafeMutableBufferPointer { counts in
      input.groups.withUnsafeBufferPointer { groups in
        words.withUnsafeBufferPointer { words in
          if let weights = input.weights {
            weights.withUnsafeBufferPointer { weights in
              for row in 0..<rows {
                let bit = Int64(truncatingIfNeeded: words[row >> 6] &>> UInt64(row & 63) & 1)
                counts[Int(groups[row])] &+= weights[row] & (0 &- bit)
              }
            }
          } else {
            for row in 0..<rows {
              counts[Int(groups[row])] &+= Int64(truncatingIfNeeded: words[row >> 6] &>> UInt64(row & 63) & 1)
            }
          }
        }
      }
    }
  }

  private func add(_ input: AggregateInput, rows: [Int32]) {
    counts.withUnsafeMutableBufferPointer { counts in
      input.groups.withUnsafeBufferPointer { groups in
        if let weights = input.weights {
          for row in rows { counts[Int(groups[Int(row)])] &+= weights[Int(row)] }
        } else {
          for row in rows { counts[Int(groups[Int(row)])] &+= 1 }
        }
      }
    }
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let partial: [Int64] = try state.stateValues(0, of: "count")
    for (i, group) in groups.enumerated() { counts[Int(group)] &+= partial[i] }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] { [try result(of: groups)] }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    .int64(PrimitiveColumn(gatherGroups(counts, groups) { $0 }))
  }

  func reset(_ groups: [Int32]) {
    for group in groups { counts[Int(group)] = 0 }
  }

  var memoryBytes: Int { counts.storageBytes }
}
