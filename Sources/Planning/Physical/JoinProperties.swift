internal import Columnar
internal import Expressions

extension EdgeProperties {
  /// What is known of the rows of a join.
  static func ofJoin(_ spec: JoinSpec, _ left: PhysicalNode, _ right: PhysicalNode) -> EdgeProperties {
    let (l, r) = (left.properties, right.properties)
    let bothGrow = l.isAppendOnly && r.isAppendOnly
    let isAppendOnly: Bool
    if spec.isRightStatic || spec.kind.isLookup || spec.asOf?.isFinalOnly == true {
      // Each left row has its answer, once and for all.
      isAppendOnly = l.isAppendOnly
    } else if spec.asOf != nil {
      isAppendOnly = false
    } else {
      isAppendOnly =
        bothGrow
        && (spec.isPerStep || spec.kind == .inner || spec.kind == .leftSemi || spec.time?.isFinalOnly == true)
    }
    var properties = EdgeProperties(
      isAppendOnly: isAppendOnly, isBounded: l.isBounded && r.isBounded, canEnd: l.canEnd && r.canEnd,
      key: key(spec, left, right), isFinalPerStep: spec.isPerStep,
      stateBound: .ofJoin(spec, left, right))
    if spec.isRightStatic {
      if spec.kind != .full { properties.stepColumns = l.stepColumns }
      properties.isFinalPerStep = l.isFinalPerStep
    } else if spec.isPerStep {
      properties.stepColumns = spec.kind == .full ? [] : l.stepColumns
      if spec.kind == .inner { properties.stepColumns.formUnion(r.stepColumns.map { $0 + left.schema.count }) }
    }
    properties.eventTimes = eventTimes(spec, left, right)
    return properties
  }

  /// What the columns of a join say of time. A side whose rows wait has them come out later by as much.
  private static func eventTimes(_ spec: JoinSpec, _ left: PhysicalNode, _ right: PhysicalNode) -> [Int: EventTime] {
    let times = joinedTimes(left, right)
    let width = left.schema.count + (spec.kind.givesPairs ? right.schema.count : 0)
    if let time = spec.time { return time.outputTimes(times, columns: width) }
    if spec.isRightStatic || spec.kind.isLookup { return left.properties.eventTimes }
    if let asOf = spec.asOf { return asOf.outputTimes(left.properties.eventTimes) }
    return times.filter { $0.key < width }
  }

  /// Event times of the inputs' columns side by side.
  static func joinedTimes(_ left: PhysicalNode, _ right: PhysicalNode) -> [Int: EventTime] {
    var times = left.properties.eventTimes
    for (column, time) in right.properties.eventTimes { times[left.schema.count + column] = time }
    return times
  }

  private static func key(_ spec: JoinSpec, _ left: PhysicalNode, _ right: PhysicalNode) -> [Int]? {
    guard let leftKey = left.properties.key else { return nil }
    if !spec.kind.givesPairs || spec.asOf != nil { return leftKey }
    if spec.kind.isLookup { return nil }
    guard spec.kind != .full, let rightKey = right.properties.key else { return nil }
    let joined = Set(spec.keys.compactMap(\.right.columnOrdinal))
    // At most one right row a left row.
    if joined.isSuperset(of: rightKey) { return leftKey }
    return spec.kind == .inner ? leftKey + rightKey.map { $0 + left.schema.count } : nil
  }
}

extension StateBound {
  static func ofJoin(_ spec: JoinSpec, _ leftNode: PhysicalNode, _ rightNode: PhysicalNode) -> StateBound {
    let (left, right) = (leftNode.properties, rightNode.properties)
    if spec.isPerStep { return .bounded("rows of one step") }
    if spec.isRightStatic { return .bounded("the rows of the static side") }
    if left.isBounded && right.isBounded { return .bounded("every row, of bounded input") }
    if let asOf = spec.asOf { return asOf.stateBound(leftNode.schema.names, rightNode.schema.names) }
    if spec.kind.isLookup { return .bounded("the rows of the right side that are there") }
    let fix = "compare event times of both sides, with an upper and a lower bound, or join on batch()"
    guard let time = spec.time, let known = time.left?.text ?? time.right?.text else {
      return .unbounded(reason: "every row of both sides, since any may find a match later", fix: fix)
    }
    guard let leftText = time.left?.text, let rightText = time.right?.text else {
      let other = time.left == nil ? "left" : "right"
      return .unbounded(
        reason: "every row of the \(other) side beside rows with \(known)",
        fix: time.missingWatermark.map { "declare a WATERMARK for \($0)" } ?? fix)
    }
    return .bounded("rows of the left side with \(leftText), rows of the right side with \(rightText)")
  }
}

extension LogicalPlan {
  /// How often each source is read.
  var sourceUses: [SourceID: Int] {
    if case .scan(let scan) = self { return [scan.source.id: 1] }
    return inputs.reduce(into: [:]) { uses, input in uses.merge(input.sourceUses, uniquingKeysWith: +) }
  }

  /// How often each source is read by the side of a join that ends beside one that does not, and so can be read before it.
  var staticUses: [SourceID: Int] {
    if case .join(let join) = self {
      let (isLeft, isRight) = (join.left.readsToTheEnd, join.right.readsToTheEnd)
      if isRight, !isLeft, join.kind != .full {
        return join.left.staticUses.merging(join.right.sourceUses, uniquingKeysWith: +)
      }
      if isLeft, !isRight, join.kind == .inner {
        return join.right.staticUses.merging(join.left.sourceUses, uniquingKeysWith: +)
      }
    }
    return inputs.reduce(into: [:]) { uses, input in uses.merge(input.staticUses, uniquingKeysWith: +) }
  }

  /// Whether all sources below are bounded.
  var readsToTheEnd: Bool {
    if case .scan(let scan) = self { return scan.source.isBounded }
    return inputs.allSatisfy(\.readsToTheEnd)
  }

  var isRecursive: Bool {
    if case .recursive = self { return true }
    return inputs.contains(where: \.isRecursive)
  }
}
