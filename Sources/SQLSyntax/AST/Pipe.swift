import Diagnostics

extension AST {
  /// One `|> …` step.
  package struct PipeOperator: Equatable, Sendable {
    package var kind: PipeKind
    @NotCompared package var span: SourceSpan
  }

  /// The operators of Spark's pipe syntax.
  package indirect enum PipeKind: Equatable, Sendable {
    case select(quantifier: SelectQuantifier, [SelectItem], GroupBy?)
    /// Adds columns.
    case extend([SelectItem])
    /// Replaces columns: `SET a = e, …`
    case set([Assignment])
    case drop([ObjectName])
    /// `AS name`
    case alias(Identifier)
    case `where`(Expression)
    /// `LIMIT n [OFFSET m]`
    case limit(Expression, offset: Expression?)
    case offset(Expression)
    /// `AGGREGATE items [GROUP BY items]`; the result has the keys, then the items.
    case aggregate([SelectItem], groupBy: [SelectItem])
    /// The left side of the join is the input of the pipe.
    case join(Relation.Join.Kind, isNatural: Bool, Relation, Relation.Join.Condition)
    /// `ORDER BY`, or one of Spark's partition-wise forms.
    case ordering(Ordering)
    case setOperation(SetOperation.Operator, isAll: Bool, [QueryBody])
    case lateralView(LateralView)
    case pivot(Pivot)
    case unpivot(Unpivot)
    case sample(Sample)
  }

  /// `target = value`
  package struct Assignment: Equatable, Sendable {
    package var target: ObjectName
    package var value: Expression
  }
}
