internal import Columnar
internal import Diagnostics

/// `array_sort(array[, comparator])`.
enum ComparatorSort {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "array_sort", .lambda, "array_sort(array[, (a, b) -> expr])",
      "The elements in ascending order, NULLs last, or in the order of a comparator that gives a negative number, 0 or a positive one.",
      [
        ("SELECT array_sort(array(5, 6, NULL, 1))", "[1, 5, 6, null]"),
        ("SELECT array_sort(array('bc', 'ab', 'dc'), (a, b) -> CASE WHEN a < b THEN 1 WHEN a > b THEN -1 ELSE 0 END)", "[dc, bc, ab]"),
      ],
      lambdaParameters: { (call, position, _) throws(SQLError) in
        if position != 1 { return nil }
        let element = try call.elementType(0)
        return [Field("a", element), Field("b", element)]
      }, bind: bind)
  ]

  private static func bind(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1...2)
    let type = try call.elementType(0)
    if call.arguments.count == 1 {
      try call.requireOrderable(type)
      return BoundFunction("array_sort", [.array(type)], returns: .array(type)) { (context, operands) throws(SQLError) in
        try ArrayOrder.sorted(operands[0], type, context, isDescending: false, nullsFirst: false)
      }
    }
    guard call.types[1] == .int else {
      let place = call.arguments[1].span
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE",
        "the comparator of array_sort must give \"INT\", found \"\(call.types[1].sqlName)\"", span: place.isNone ? call.span : place)
    }
    return BoundFunction("array_sort", [.array(type), .int], returns: .array(type), canFail: true) { (context, operands) throws(SQLError) in
      let elements = try LambdaElements(operands[0], .array(type), context)
      let order = try sorted(elements, context)
      return .list(ListColumn(offsets: elements.offsets, child: elements.children[0].gather(order)))
    }
  }

  /// A pair of neighbouring sorted runs on their way into one.
  private struct Merge {
    var left: Int
    let middle: Int
    var right: Int
    let end: Int
    var target: Int

    var isOpen: Bool { left < middle && right < end }
  }

  /// A stable merge sort of all rows at once: one run of the comparator compares a pair of every merge under way, so
  /// that it runs about as often as the longest array is long.
  private static func sorted(_ elements: LambdaElements, _ context: KernelContext) throws(SQLError) -> [Int32] {
    var order = (0..<Int32(truncatingIfNeeded: elements.count)).map { $0 }
    var target = order
    let longest = zip(elements.offsets, elements.offsets.dropFirst()).reduce(0) { max($0, Int($1.1 - $1.0)) }
    var width = 1
    while width < longest {
      var merges = Self.merges(elements.offsets, width)
      var open = merges.indices.filter { merges[$0].isOpen }
      while !open.isEmpty {
        let lefts = open.map { order[merges[$0].left] }
        let rights = open.map { order[merges[$0].right] }
        let result = try context.runLambda(
          0, [elements.children[0].gather(lefts), elements.children[0].gather(rights)],
          parents: lefts.map { elements.parents[Int($0)] })
        guard case .int32(let c) = result, c.validity?.isAllValid ?? true else {
          throw .data("COMPARATOR_RETURNS_NULL", "the comparator of array_sort gave NULL")
        }
        for (i, merge) in open.enumerated() {
          if c.values[i] <= 0 {
            target[merges[merge].target] = lefts[i]
            merges[merge].left += 1
          } else {
            target[merges[merge].target] = rights[i]
            merges[merge].right += 1
          }
          merges[merge].target += 1
        }
        open.removeAll { !merges[$0].isOpen }
      }
      for merge in merges {
        var next = merge.target
        for i in merge.left..<merge.middle {
          target[next] = order[i]
          next += 1
        }
        for i in merge.right..<merge.end {
          target[next] = order[i]
          next += 1
        }
      }
      order = target
      width *= 2
    }
    return order
  }

  /// The pairs of runs of `width` elements in every row.
  private static func merges(_ offsets: [Int32], _ width: Int) -> [Merge] {
    var merges: [Merge] = []
    for row in 0..<(offsets.count - 1) {
      let end = Int(offsets[row + 1])
      var start = Int(offsets[row])
      while start < end {
        let middle = min(start + width, end)
        let stop = min(middle + width, end)
        merges.append(Merge(left: start, middle: middle, right: middle, end: stop, target: start))
        start = stop
      }
    }
    return merges
  }
}
