package import Columnar
package import Diagnostics
package import Expressions

/// What a query asks for: a tree of relational operators over bound expressions.
///
/// Every node knows its output schema; expressions refer to their input's columns by ordinal. The binder makes it, the
/// optimizer's rules rewrite it, the physical planner chooses how to run it.
package indirect enum LogicalPlan: Sendable {
  case scan(Scan)
  /// Rows of constants. One row without columns is the FROM of a SELECT that has none.
  case values(Values)
  case filter(Filter)
  case project(Project)
  case generate(Generate)
  case aggregate(Aggregate)
  case distinct(Distinct)
  case sort(Sort)
  case limit(Limit)
  case union(Union)
  case watermark(Watermark)
  case windowAssign(WindowAssign)
  case join(Join)
  case matchRecognize(MatchRecognize)
  case recursive(Recursive)
  case recursiveReference(RecursiveReference)
  case over(Over)
  case rankLimit(RankLimit)

  package struct Scan: Sendable {
    package var source: SourceReference
    /// Ordinals of the source's columns that are read, in output order.
    package var columns: [Int]
    package var span: SourceSpan
    package init(source: SourceReference, columns: [Int], span: SourceSpan) {
      self.source = source
      self.columns = columns
      self.span = span
    }
  }

  package struct Values: Sendable {
    package var schema: Schema
    package var rows: [[BoundExpression]]
    package init(schema: Schema, rows: [[BoundExpression]]) {
      self.schema = schema
      self.rows = rows
    }
  }

  package struct Filter: Sendable {
    package var input: LogicalPlan
    package var predicate: BoundExpression
    package init(input: LogicalPlan, predicate: BoundExpression) {
      self.input = input
      self.predicate = predicate
    }
  }

  package struct Project: Sendable {
    package var input: LogicalPlan
    package var columns: [NamedExpression]
    package init(input: LogicalPlan, columns: [NamedExpression]) {
      self.input = input
      self.columns = columns
    }
  }

  /// Each input row's columns, repeated for every row its generator makes, then the generator's columns.
  package struct Generate: Sendable {
    package var input: LogicalPlan
    /// Input columns that are kept, by ordinal.
    package var kept: [Int]
    package var generator: BoundGenerator
    package var arguments: [BoundExpression]
    /// LATERAL VIEW OUTER: a row that makes none is kept once, with NULLs.
    package var isOuter: Bool
    /// Output fields of the generator.
    package var fields: [Field]
    package var span: SourceSpan
    package init(
      input: LogicalPlan, kept: [Int], generator: BoundGenerator, arguments: [BoundExpression], isOuter: Bool,
      fields: [Field], span: SourceSpan
    ) {
      self.input = input
      self.kept = kept
      self.generator = generator
      self.arguments = arguments
      self.isOuter = isOuter
      self.fields = fields
      self.span = span
    }
  }

  /// Output: the keys, then the calls. No keys: one group, which always exists.
  package struct Aggregate: Sendable {
    package var input: LogicalPlan
    package var keys: [NamedExpression]
    package var calls: [AggregateCall]
    package var windowing: Windowing?
    package init(
      input: LogicalPlan, keys: [NamedExpression], calls: [AggregateCall], windowing: Windowing? = nil
    ) {
      self.input = input
      self.keys = keys
      self.calls = calls
      self.windowing = windowing
    }

    /// Output columns before those of the calls.
    package var keyFields: [Field] { keys.map(\.field) + (windowing?.sessionFields ?? []) }
  }

  package struct Distinct: Sendable {
    package var input: LogicalPlan
    package init(input: LogicalPlan) { self.input = input }
  }

  package struct Sort: Sendable {
    package var input: LogicalPlan
    package var keys: [SortKey]
    package init(input: LogicalPlan, keys: [SortKey]) {
      self.input = input
      self.keys = keys
    }
  }

  package struct Limit: Sendable {
    package var input: LogicalPlan
    /// nil: no bound (OFFSET alone).
    package var count: Int?
    package var offset: Int
    package init(input: LogicalPlan, count: Int?, offset: Int) {
      self.input = input
      self.count = count
      self.offset = offset
    }
  }

  /// UNION ALL; inputs have equal types.
  package struct Union: Sendable {
    package var inputs: [LogicalPlan]
    package var schema: Schema
    package init(inputs: [LogicalPlan], schema: Schema) {
      self.inputs = inputs
      self.schema = schema
    }
  }
}

/// An output column: what it holds and what it is called.
package struct NamedExpression: Sendable {
  package var expression: BoundExpression
  package var name: String
  package init(_ expression: BoundExpression, as name: String) {
    self.expression = expression
    self.name = name
  }
  package var field: Field { Field(name, expression.type, isNullable: expression.isNullable, lengths: expression.lengths) }
}

/// One aggregate of a GROUP BY.
package struct AggregateCall: Sendable {
  package var aggregate: BoundAggregate
  /// Already cast to the aggregate's parameter types.
  package var arguments: [BoundExpression]
  /// FILTER (WHERE …).
  package var filter: BoundExpression?
  package var isDistinct: Bool
  package var name: String
  package var span: SourceSpan
  package init(
    aggregate: BoundAggregate, arguments: [BoundExpression], filter: BoundExpression?, isDistinct: Bool,
    name: String, span: SourceSpan
  ) {
    self.aggregate = aggregate
    self.arguments = arguments
    self.filter = filter
    self.isDistinct = isDistinct
    self.name = name
    self.span = span
  }
  package var field: Field { Field(name, aggregate.result, isNullable: aggregate.isNullable) }
}

/// One key of an ORDER BY.
package struct SortKey: Sendable {
  package var expression: BoundExpression
  package var isDescending: Bool
  package var nullsFirst: Bool
  package init(_ expression: BoundExpression, isDescending: Bool = false, nullsFirst: Bool? = nil) {
    self.expression = expression
    self.isDescending = isDescending
    // Spark: NULLs are smallest.
    self.nullsFirst = nullsFirst ?? !isDescending
  }
}
