package import Columnar
package import Diagnostics

/// A scalar function chosen for given argument types: its parameter types, its result, its row code.
package struct BoundFunction: Sendable {
  package var name: String
  /// Arguments are cast to these before the call; one per argument.
  package var parameters: [DataType]
  package var result: DataType
  package var nulls: NullRule
  package var isNullable: Bool
  /// False for `rand()` and its like.
  package var isDeterministic: Bool
  /// Whether `evaluate` can throw.
  package var canFail: Bool
  package var evaluate: Kernel

  /// Gets the operands, returns a column of `context.rows` rows.
  package typealias Kernel = @Sendable (inout KernelContext, [Operand]) throws(SQLError) -> Column

  package enum NullRule: Sendable {
    /// NULL in, NULL out. The evaluator masks the result with `context.validity` (the rows where all arguments are
    /// valid); the kernel may compute anything for the others, but must not raise for them.
    case propagate
    /// The kernel looks at validity itself and sets that of its result.
    case handled
  }

  package init(
    _ name: String, _ parameters: [DataType], returns result: DataType, nulls: NullRule = .propagate,
    isNullable: Bool = true, isDeterministic: Bool = true, canFail: Bool = false, _ evaluate: @escaping Kernel
  ) {
    self.name = name
    self.parameters = parameters
    self.result = result
    self.nulls = nulls
    self.isNullable = isNullable
    self.isDeterministic = isDeterministic
    self.canFail = canFail
    self.evaluate = evaluate
  }
}

/// An argument of a kernel: a column, or one value that stands for all rows.
package struct Operand: Sendable {
  package var column: Column
  /// If true, `column` has one row, the value of every row.
  package var isConstant: Bool

  package init(_ column: Column, isConstant: Bool = false) {
    self.column = column
    self.isConstant = isConstant
  }

  /// The factor that turns a row into an index of `column`: 0 for constants.
  @inlinable package var stride: Int { isConstant ? 0 : 1 }

  /// The constant's value, if it is one.
  package var constant: Value? { isConstant ? column.value(at: 0) : nil }

  /// A column of `rows` rows.
  package func flattened(rows: Int) -> Column {
    isConstant && rows != 1 ? column.gather([Int32](repeating: 0, count: rows)) : column
  }
}

/// What a kernel may know besides its operands.
package struct KernelContext {
  /// Rows to compute.
  package var rows: Int
  /// Rows where every argument is valid; `nil` is all. Set under `NullRule.propagate`.
  package var validity: Validity?
  /// The place of the call, for errors.
  package var span: SourceSpan
  package let evaluation: EvaluationContext
  /// The places of the rows in the input, which nondeterministic functions go by.
  package var order: RowOrder
  /// Evaluates a lambda of the call (higher-order functions only).
  package var lambdas: LambdaEvaluator?

  package init(
    rows: Int, validity: Validity?, span: SourceSpan, evaluation: EvaluationContext,
    order: RowOrder = .sequence(from: 0), lambdas: LambdaEvaluator? = nil
  ) {
    self.rows = rows
    self.validity = validity
    self.span = span
    self.evaluation = evaluation
    self.order = order
    self.lambdas = lambdas
  }

  @inlinable package func isValid(_ row: Int) -> Bool { validity.map { $0[row] } ?? true }
}

/// Runs lambda `index` for a batch of element rows: `parameters[i]` is the column of the i-th parameter, `parents[r]`
/// the row of the call's batch that element row r belongs to.
package struct LambdaEvaluator: Sendable {
  package var evaluate: @Sendable (_ index: Int, _ parameters: [Column], _ parents: [Int32]) throws(SQLError) -> Column
  package init(
    evaluate: @escaping @Sendable (Int, [Column], [Int32]) throws(SQLError) -> Column
  ) { self.evaluate = evaluate }
}

/// What expressions read from the step they run in (SEM-13). Immutable during a step.
package struct EvaluationContext: Sendable {
  package var batchNumber: Int64
  /// Step timestamp, µs since the UTC epoch.
  package var timestampMicros: Int64
  /// Watermark in force, µs; nil before the first.
  package var watermarkMicros: Int64?
  package var settings: SessionSettings

  package init(
    batchNumber: Int64 = 0, timestampMicros: Int64 = 0, watermarkMicros: Int64? = nil,
    settings: SessionSettings = SessionSettings()
  ) {
    self.batchNumber = batchNumber
    self.timestampMicros = timestampMicros
    self.watermarkMicros = watermarkMicros
    self.settings = settings
  }
}

/// Session settings that expressions depend on; captured when a query starts.
package struct SessionSettings: Sendable {
  /// `spark.sql.ansi.enabled`.
  package var isANSI = true
  /// Name of the session zone, as given to `SET TIME ZONE`.
  package var zoneName = "UTC"
  /// The schema that names without one belong to (`USE`).
  package var schemaName = "default"
  /// A name in GROUP BY may be an item of the select list (`spark.sql.groupByAliases`).
  package var groupsByAliases = true
  /// A whole number in GROUP BY or ORDER BY counts items of the select list (`spark.sql.groupByOrdinal`, `….orderByOrdinal`).
  package var groupsByOrdinals = true
  package var ordersByOrdinals = true
  /// HAVING without GROUP BY is WHERE (`spark.sql.legacy.parser.havingWithoutGroupByAsWhere`).
  package var takesHavingAsWhere = false
  /// `!` is NOT, wherever that stands (`spark.sql.legacy.bangEqualsNot`).
  package var takesBangAsNot = false
  /// Digits behind the point give way to those before it (`spark.sql.decimalOperations.allowPrecisionLoss`).
  package var allowsPrecisionLoss = true
  /// Seed of nondeterministic functions.
  package var randomSeed: UInt64 = 0
  /// Of several watermarks the greatest counts, not the least (`spark.sql.streaming.multipleWatermarkPolicy`).
  package var usesGreatestWatermark = false
  /// After so long without rows a source holds the watermark back no longer (`table.exec.source.idle-timeout`); nil: never.
  package var sourceIdleMicros: Int64?
  /// Of equal keys of a map the last one counts, where they are an error otherwise (`spark.sql.mapKeyDedupPolicy`).
  package var keepsLastOfEqualKeys = false
  /// Rounds of a WITH RECURSIVE at which it is given up (`spark.sql.cteRecursionLevelLimit`); nil: no bound.
  package var recursionLevelsMax: Int? = 100
  /// Rows of a WITH RECURSIVE at which it is given up (`spark.sql.cteRecursionRowLimit`); nil: no bound.
  package var recursionRowsMax: Int? = 1_000_000

  package init() {}
}
