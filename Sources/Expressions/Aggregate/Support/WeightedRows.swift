internal import Columnar
internal import Diagnostics

extension AggregateInput {
  /// Calls `body` for every row whose argument is not NULL.
  ///
  /// `index` is the row's place in the argument's column (0 for a constant), `row` its place in the batch. Everything is
  /// inlined into four loops: with and without NULLs, with and without weights.
  @inline(__always)
  func forEachValid(
    _ operand: Operand, _ body: (_ row: Int, _ index: Int, _ group: Int, _ weight: Int64) -> Void
  ) {
    var validity = operand.column.validity
    if operand.isConstant, let single = validity {
      if !single[0] { return }
      validity = nil
    }
    let stride = operand.stride
    groups.withUnsafeBufferPointer { groups in
      switch (validity, weights) {
      case (nil, nil):
        for row in 0..<rows { body(row, row &* stride, Int(groups[row]), 1) }
      case (nil, let weights?):
        weights.withUnsafeBufferPointer { weights in
          for row in 0..<rows { body(row, row &* stride, Int(groups[row]), weights[row]) }
        }
      case (let validity?, let weights):
        validity.words.withUnsafeBufferPointer { words in
          for row in 0..<rows where words[row >> 6] &>> UInt64(row & 63) & 1 == 1 {
            body(row, row &* stride, Int(groups[row]), weights.map { $0[row] } ?? 1)
          }
        }
      }
    }
  }
}

/// A function's state did not come in the columns that `stateTypes` names.
extension SQLError {
  static func malformedState(_ name: String) -> SQLError {
    .internal("the saved state of an aggregate is not one of \(name)")
  }
}

/// State columns, read back.
extension Array where Element == Column {
  func stateValues<T: ColumnElement>(_ index: Int, of name: String, as type: T.Type = T.self) throws(SQLError)
    -> [T]
  {
    guard index < count, let column = T.primitive(of: self[index]) else { throw .malformedState(name) }
    return column.values
  }
}

/// The values of some groups, for state and result columns.
@inline(__always)
func gatherGroups<S, T>(_ states: [S], _ groups: [Int32], _ value: (S) -> T) -> [T] {
  states.withUnsafeBufferPointer { states in
    [T](unsafeUninitializedCapacity: groups.count) { target, count in
      for i in 0..<groups.count { target.initializeElement(at: i, to: value(states[Int(groups[i])])) }
      count = groups.count
    }
  }
}

extension Array {
  /// Bytes of the array's own storage.
  var storageBytes: Int { capacity * MemoryLayout<Element>.stride }

  /// Appends `filler` until there are `count` elements; amortised O(1) an element.
  mutating func grow(to count: Int, filler: Element) {
    if count > self.count { append(contentsOf: repeatElement(filler, count: count - self.count)) }
  }
}
