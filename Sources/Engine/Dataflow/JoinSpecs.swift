import Dataflow
import Expressions
import Planning

extension HashJoin.Spec {
  /// What the planner decided, as the operator takes it.
  init(_ spec: JoinSpec, _ node: PhysicalNode) {
    self.init(
      kind: HashJoin.Kind(spec.kind), leftKeys: spec.keys.map(\.left), rightKeys: spec.keys.map(\.right),
      isNullSafe: spec.keys.map(\.isNullSafe), residual: spec.residual, leftSchema: node.inputs[0].schema,
      rightSchema: node.inputs[1].schema, isRightStatic: spec.isRightStatic,
      isRightCurrent: spec.kind.isLookup && !spec.isRightStatic, comesOnce: spec.isAnsweredOnce(node.properties),
      isPerStep: spec.isPerStep,
      isLeftRetractable: node.inputs[0].properties.mayRetract,
      isRightRetractable: node.inputs[1].properties.mayRetract, clock: spec.time.map(JoinClock.init))
  }
}

extension JoinSpec {
  /// Whether the left rows of a query of one step are answered when the right side is complete. FULL asks for the right rows that
  /// nothing matched, and keeps both.
  fileprivate func isAnsweredOnce(_ properties: EdgeProperties) -> Bool {
    properties.comesOnce && !isRightStatic && kind != .full && !kind.isLookup && time == nil && !isPerStep
  }
}

extension JoinClock {
  init(_ time: JoinTime) {
    self.init(
      left: time.left.map { JoinClock.Side($0, guard: time.leftGuard) },
      right: time.right.map { JoinClock.Side($0, guard: time.rightGuard) }, isFinalOnly: time.isFinalOnly)
  }
}

extension JoinClock.Side {
  fileprivate init(_ side: JoinTime.Side, guard condition: BoundExpression?) {
    self.init(
      time: side.time, key: TimeKey(column: 0, isWindow: side.isWindow), holdMicros: side.holdMicros,
      lateMicros: side.lateMicros, condition: condition)
  }
}

extension HashJoin.Kind {
  init(_ kind: JoinKind) {
    switch kind {
    case .inner, .asOf, .lookup: self = .inner
    case .left, .asOfLeft, .lookupLeft: self = .left
    case .full: self = .full
    case .leftSemi: self = .leftSemi
    case .leftAnti: self = .leftAnti
    case .leftMark: self = .leftMark
    }
  }
}

extension AsOfJoin.Spec {
  /// What the planner decided, as the operator takes it.
  init(_ spec: JoinSpec, _ asOf: AsOfSpec, _ node: PhysicalNode) {
    self.init(
      leftKeys: spec.keys.map(\.left), rightKeys: spec.keys.map(\.right), isNullSafe: spec.keys.map(\.isNullSafe),
      leftOrder: asOf.left, rightOrder: asOf.right, isLatest: asOf.isLatest, isStrict: asOf.isStrict,
      isOuter: spec.kind == .asOfLeft, leftSchema: node.inputs[0].schema, rightSchema: node.inputs[1].schema,
      isRightStatic: spec.isRightStatic, isLeftRetractable: node.inputs[0].properties.mayRetract,
      isRightRetractable: node.inputs[1].properties.mayRetract, holdMicros: asOf.holdMicros,
      isFinalOnly: asOf.isFinalOnly, isCurrent: asOf.isCurrent)
  }
}
