package import Columnar
package import Diagnostics
package import Expressions

/// Which rows of two relations a join gives. RIGHT is LEFT with its sides exchanged, CROSS is INNER without a condition.
package enum JoinKind: String, Sendable, CaseIterable {
  /// Pairs that satisfy the condition.
  case inner
  /// Those, and left rows without a match beside NULLs.
  case left
  /// Those, and right rows without a match beside NULLs.
  case full
  /// Left rows that have a match.
  case leftSemi = "left semi"
  /// Left rows that have none.
  case leftAnti = "left anti"
  /// All left rows, beside whether they have a match: IN and EXISTS as values.
  case leftMark = "left mark"
  /// Left rows beside the one right row that is nearest in the order which the condition's only inequality is about.
  case asOf = "asof"
  /// Those, and left rows that have none beside NULLs.
  case asOfLeft = "asof left"
  /// Left rows beside the right rows that are there when they come; what comes later changes nothing.
  case lookup = "lookup"
  /// Those, and left rows without a match beside NULLs.
  case lookupLeft = "lookup left"

  /// Whether the output has the right side's columns.
  package var givesPairs: Bool { self != .leftSemi && self != .leftAnti && self != .leftMark }
  package var isAsOf: Bool { self == .asOf || self == .asOfLeft }
  package var isLookup: Bool { self == .lookup || self == .lookupLeft }
}

extension LogicalPlan {
  /// Pairs of rows. The condition is over the left columns, then the right ones.
  package struct Join: Sendable {
    package var left: LogicalPlan
    package var right: LogicalPlan
    package var kind: JoinKind
    /// nil: every pair.
    package var condition: BoundExpression?
    package var span: SourceSpan

    package init(
      left: LogicalPlan, right: LogicalPlan, kind: JoinKind, condition: BoundExpression?, span: SourceSpan
    ) {
      self.left = left
      self.right = right
      self.kind = kind
      self.condition = condition
      self.span = span
    }

    package var schema: Schema {
      let left = left.schema.fields
      switch kind {
      case .inner, .asOf, .lookup: return Schema(left + right.schema.fields)
      case .left, .asOfLeft, .lookupLeft: return Schema(left + right.schema.fields.map(\.asNullable))
      case .full: return Schema(left.map(\.asNullable) + right.schema.fields.map(\.asNullable))
      case .leftSemi, .leftAnti: return Schema(left)
      case .leftMark: return Schema(left + [Field("matched", .boolean, isNullable: false)])
      }
    }

    /// Names of all columns that the condition sees.
    var conditionNames: [String] { left.schema.names + right.schema.names }
  }
}

extension Field {
  package var asNullable: Field {
    var copy = self
    copy.isNullable = true
    return copy
  }
}
