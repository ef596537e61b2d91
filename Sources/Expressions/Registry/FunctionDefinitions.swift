package import Columnar
package import Diagnostics

/// What every function says of itself: shown by `.functions`, `DESCRIBE FUNCTION` and the reference, tested by its examples.
package struct FunctionDoc: Sendable {
  package var name: String
  package var aliases: [String]
  package var category: FunctionCategory
  /// `upper(str)`, `substring(str, pos[, len])`.
  package var signature: String
  /// One sentence.
  package var summary: String
  package var examples: [FunctionExample]

  package init(
    _ name: String, aliases: [String] = [], _ category: FunctionCategory, _ signature: String, _ summary: String,
    _ examples: [FunctionExample]
  ) {
    self.name = name
    self.aliases = aliases
    self.category = category
    self.signature = signature
    self.summary = summary
    self.examples = examples
  }
}

package enum FunctionCategory: String, Sendable, CaseIterable {
  case `operator`, string, regexp, math, datetime, conditional, json, array, map, structure, lambda, aggregate
  case generator, conversion, hash, window, stream, misc
  /// Defined by CREATE FUNCTION or CREATE AGGREGATE.
  case user
}

/// A query of one value and the text it prints (in `tsv`, NULL as `NULL`).
package struct FunctionExample: Sendable {
  package var sql: String
  package var result: String
  package init(_ sql: String, _ result: String) {
    self.sql = sql
    self.result = result
  }
}

/// A call as the binder sees it: bound arguments, not yet cast to the parameters.
package struct FunctionCall: Sendable {
  package var name: String
  package var arguments: [BoundExpression]
  package var span: SourceSpan
  package var settings: SessionSettings
  /// The names of arguments that are columns or fields, which some results keep (`arrays_zip`, `struct`).
  package var columnNames: [String?] = []
  /// Of aggregates with WITHIN GROUP: how its items order, whose expressions are the last arguments.
  package var orderings: [CallOrdering] = []
  /// Of window functions: IGNORE NULLS follows.
  package var isIgnoringNulls = false
  /// How many parameters the last lambda was written with, of those that may have one or two.
  package var lambdaParameterCount = 0
  /// Reads a schema written as DDL, for `from_json` and its like.
  package var parseSchema: (@Sendable (String) throws(SQLError) -> DataType)?

  package init(
    name: String, arguments: [BoundExpression], span: SourceSpan, settings: SessionSettings = SessionSettings()
  ) {
    self.name = name
    self.arguments = arguments
    self.span = span
    self.settings = settings
  }

  package var types: [DataType] { arguments.map(\.type) }
}

/// The direction of one item of WITHIN GROUP (ORDER BY …).
package struct CallOrdering: Sendable, Hashable {
  package var isDescending: Bool
  package var nullsFirst: Bool
  package init(isDescending: Bool, nullsFirst: Bool) {
    self.isDescending = isDescending
    self.nullsFirst = nullsFirst
  }
}

/// A scalar function: documentation, and how to bind it to argument types.
package struct ScalarFunction: Sendable {
  package var doc: FunctionDoc
  /// Chooses parameter types, result and row code; throws WRONG_NUM_ARGS, DATATYPE_MISMATCH… for calls it does not take.
  package var bind: @Sendable (FunctionCall) throws(SQLError) -> BoundFunction
  /// For higher-order functions: the parameters of the lambda that stands at a position, nil where a plain value does.
  /// The call holds the arguments before it (of lambdas their bodies); `declared` is how many names were written, nil
  /// where a plain expression stands for a lambda that ignores its parameters.
  package var lambdaParameters: LambdaParameters?

  package typealias LambdaParameters =
    @Sendable (FunctionCall, _ position: Int, _ declared: Int?) throws(SQLError) -> [Field]?

  /// In the call that `bind` of a higher-order function gets, the bodies of lambdas are arguments like others: their
  /// types are known, and they are cast to the parameter of their place.
  package init(
    _ doc: FunctionDoc, lambdaParameters: LambdaParameters? = nil,
    bind: @escaping @Sendable (FunctionCall) throws(SQLError) -> BoundFunction
  ) {
    self.doc = doc
    self.bind = bind
    self.lambdaParameters = lambdaParameters
  }
}

/// An aggregate function.
package struct AggregateFunction: Sendable {
  package var doc: FunctionDoc
  package var bind: @Sendable (FunctionCall) throws(SQLError) -> BoundAggregate
  /// Whether WITHIN GROUP may follow.
  package var takesOrdering: Bool
  /// Whether ORDER BY may stand behind the arguments, inside the parentheses. It says the same as WITHIN GROUP.
  package var takesInnerOrdering: Bool

  package init(
    _ doc: FunctionDoc, takesOrdering: Bool = false, takesInnerOrdering: Bool = false,
    bind: @escaping @Sendable (FunctionCall) throws(SQLError) -> BoundAggregate
  ) {
    self.doc = doc
    self.bind = bind
    self.takesOrdering = takesOrdering
    self.takesInnerOrdering = takesInnerOrdering
  }
}

/// An aggregate chosen for given argument types.
package struct BoundAggregate: Sendable {
  package var name: String
  package var parameters: [DataType]
  package var result: DataType
  package var isNullable: Bool
  /// Types of the columns of `Accumulator.state(of:)`.
  package var stateTypes: [DataType]
  /// True where the answer depends on input order (`first`, `collect_list`): such aggregates see rows, never partial
  /// states, in input order (SEM-11).
  package var isOrderSensitive: Bool
  /// True where a row can be taken back exactly in O(1) from O(1) state (`sum`, `count`): panes may subtract.
  package var isInvertible: Bool
  /// Of an aggregate that the user defined: what else the planner may ask.
  package var own: OwnTraits?
  /// The directions of WITHIN GROUP: they tell calls apart that are alike otherwise.
  package var orderings: [CallOrdering] = []
  /// New, empty state. `retractable`: rows with negative weight will come.
  package var make: @Sendable (_ retractable: Bool) -> any Accumulator

  package init(
    _ name: String, _ parameters: [DataType], returns result: DataType, isNullable: Bool = true,
    stateTypes: [DataType], isOrderSensitive: Bool = false, isInvertible: Bool = false,
    make: @escaping @Sendable (_ retractable: Bool) -> any Accumulator
  ) {
    self.name = name
    self.parameters = parameters
    self.result = result
    self.isNullable = isNullable
    self.stateTypes = stateTypes
    self.isOrderSensitive = isOrderSensitive
    self.isInvertible = isInvertible
    self.make = make
  }
}

/// The states of one aggregate call for all groups of a table, in columns.
///
/// Groups are dense numbers from 0. Calls come once a batch. Not thread-safe: an accumulator belongs to one operator.
package protocol Accumulator: AnyObject {
  /// Makes room for groups `0 ..< count`; new ones are empty.
  func grow(to count: Int)
  /// Adds rows: row i goes to group `groups[i]` with weight `weights[i]` (nil: +1). NULL arguments follow the function's
  /// own rule. Overflow is kept in a wider state and judged in `result` (SEM-10).
  func update(_ input: AggregateInput) throws(SQLError)
  /// Adds partial states: row i of `state` to group `groups[i]`.
  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError)
  /// The states of `groups` as columns of `stateTypes`: for exchange, snapshot and restore.
  func state(of groups: [Int32]) throws(SQLError) -> [Column]
  /// The values of `groups`; raises what the function raises (overflow).
  func result(of groups: [Int32]) throws(SQLError) -> Column
  /// Makes `groups` empty again, for reuse.
  func reset(_ groups: [Int32])
  /// Bytes held beyond the process's fixed cost.
  var memoryBytes: Int { get }
}

/// One batch for `Accumulator.update`.
package struct AggregateInput {
  package var rows: Int
  package var groups: [Int32]
  package var arguments: [Operand]
  package var weights: [Int64]?
  package var order: RowOrder
  package var context: EvaluationContext
  package var span: SourceSpan

  package init(
    rows: Int, groups: [Int32], arguments: [Operand], weights: [Int64]?, order: RowOrder,
    context: EvaluationContext, span: SourceSpan
  ) {
    self.rows = rows
    self.groups = groups
    self.arguments = arguments
    self.weights = weights
    self.order = order
    self.context = context
    self.span = span
  }
}

/// A function that stands before OVER and nowhere else.
package struct WindowFunction: Sendable {
  package var doc: FunctionDoc
  /// Whether IGNORE NULLS may follow.
  package var takesNullTreatment: Bool
  package var bind: @Sendable (FunctionCall) throws(SQLError) -> BoundWindowFunction

  package init(
    _ doc: FunctionDoc, takesNullTreatment: Bool = false,
    bind: @escaping @Sendable (FunctionCall) throws(SQLError) -> BoundWindowFunction
  ) {
    self.doc = doc
    self.takesNullTreatment = takesNullTreatment
    self.bind = bind
  }
}

/// A table-generating function: zero or more rows for each row (`explode`).
package struct GeneratorFunction: Sendable {
  package var doc: FunctionDoc
  package var bind: @Sendable (FunctionCall) throws(SQLError) -> BoundGenerator

  package init(_ doc: FunctionDoc, bind: @escaping @Sendable (FunctionCall) throws(SQLError) -> BoundGenerator) {
    self.doc = doc
    self.bind = bind
  }
}

package struct BoundGenerator: Sendable {
  package var name: String
  package var parameters: [DataType]
  /// Output columns with their default names (`col`, `pos`, `key`, `value`).
  package var fields: [Field]
  /// The produced columns, and for each produced row the input row it came from, ascending.
  package var generate: @Sendable (inout KernelContext, [Operand]) throws(SQLError) -> GeneratedRows

  package init(
    _ name: String, _ parameters: [DataType], fields: [Field],
    generate: @escaping @Sendable (inout KernelContext, [Operand]) throws(SQLError) -> GeneratedRows
  ) {
    self.name = name
    self.parameters = parameters
    self.fields = fields
    self.generate = generate
  }
}

package struct GeneratedRows {
  package var columns: [Column]
  package var count: Int
  /// `offsets[i] ..< offsets[i + 1]` are the rows made from input row i.
  package var offsets: [Int32]
  package init(columns: [Column], count: Int, offsets: [Int32]) {
    self.columns = columns
    self.count = count
    self.offsets = offsets
  }
}
