import Diagnostics

extension AST {
  /// `name([DISTINCT] arguments [ORDER BY …]) [WITHIN GROUP (…)] [FILTER (…)] [IGNORE NULLS] [OVER …]`
  package struct FunctionCall: Equatable, Sendable {
    package enum NullTreatment: Equatable, Sendable, CaseIterable { case respect, ignore }
    /// `RUNNING LAST(A.x)` and `FINAL LAST(A.x)` inside MATCH_RECOGNIZE.
    package enum PatternSemantics: Equatable, Sendable, CaseIterable { case running, final }

    package var name: ObjectName
    package var isDistinct = false
    package var arguments: [Argument] = []
    /// `array_agg(x ORDER BY y)`
    package var orderBy: [SortItem] = []
    /// `percentile_cont(0.5) WITHIN GROUP (ORDER BY x)`
    package var withinGroup: [SortItem] = []
    package var filter: Expression?
    package var nullTreatment: NullTreatment?
    package var over: WindowReference?
    package var semantics: PatternSemantics?

    package init(name: ObjectName, arguments: [Argument] = []) {
      self.name = name
      self.arguments = arguments
    }

    package init(_ name: String, _ arguments: [Expression], span: SourceSpan = .none) {
      self.init(
        name: ObjectName([Identifier(name, span: span)]), arguments: arguments.map { Argument(value: .expression($0)) })
    }
  }

  /// One argument, by position or `name => value`.
  package struct Argument: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
      case expression(Expression)
      /// `TABLE t [PARTITION BY …]` or `TABLE (SELECT …) [PARTITION BY …]` as the argument of a table function.
      case table(Query, partitionBy: [Expression])
      /// `DESCRIPTOR(ts, …)`
      case descriptor([Identifier])
    }

    package var name: Identifier?
    package var value: Value

    package init(name: Identifier? = nil, value: Value) {
      self.name = name
      self.value = value
    }

    /// The expression, unless it is a table or a descriptor.
    package var expression: Expression? {
      if case .expression(let expression) = value { expression } else { nil }
    }
  }

  /// `OVER w` or `OVER (…)`
  package indirect enum WindowReference: Equatable, Sendable {
    case name(Identifier)
    case specification(WindowSpecification)
  }

  /// `([base] [PARTITION BY …] [ORDER BY …] [frame])`
  package struct WindowSpecification: Equatable, Sendable {
    package var base: Identifier?
    package var partitionBy: [Expression] = []
    package var orderBy: [SortItem] = []
    package var frame: WindowFrame?
    @NotCompared package var span: SourceSpan = .none
  }

  /// `ROWS BETWEEN 2 PRECEDING AND CURRENT ROW`; a frame with a start only ends at the current row.
  package struct WindowFrame: Equatable, Sendable {
    package enum Unit: Equatable, Sendable, CaseIterable { case rows, range, groups }
    package enum Bound: Equatable, Sendable {
      case unboundedPreceding
      case preceding(Expression)
      case currentRow
      case following(Expression)
      case unboundedFollowing
    }

    /// What is left out of the frame: EXCLUDE.
    package enum Exclusion: Equatable, Sendable, CaseIterable { case currentRow, group, ties, noOthers }

    package var unit: Unit
    package var start: Bound
    package var end: Bound
    package var exclusion: Exclusion?
    @NotCompared package var span: SourceSpan
  }
}
