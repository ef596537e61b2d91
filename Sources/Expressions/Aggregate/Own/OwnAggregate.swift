package import Columnar
package import Diagnostics

/// An aggregate that a user defined (CREATE AGGREGATE): a value a group, and expressions that change it row by row.
///
/// `update` runs over the columns (state, arguments…), `inverse` too, `merge` over two states, `result` over one. A state
/// that becomes NULL drops its group. With `merge` the order of rows does not count: rows with a NULL argument are left
/// out, as built-in aggregates do, and a NULL state is an error.
package struct OwnAggregate: Sendable {
  package var name: String
  package var parameters: [DataType]
  package var state: DataType
  package var result: DataType
  /// The state before the first row.
  package var initial: Value
  package var update: BoundExpression
  package var inverse: BoundExpression?
  package var merge: BoundExpression?
  /// nil: the state itself.
  package var finish: BoundExpression?
  package var timeoutMicros: Int64?
  /// Rows that bring a state of their own come first (INITIAL FROM): two more arguments, the state and whether it is one.
  package var takesStates = false
  /// Settings of the session that the calls are bound in.
  package var settings = SessionSettings()

  package init(
    name: String, parameters: [DataType], state: DataType, result: DataType, initial: Value, update: BoundExpression,
    inverse: BoundExpression? = nil, merge: BoundExpression? = nil, finish: BoundExpression? = nil,
    timeoutMicros: Int64? = nil
  ) {
    self.name = name
    self.parameters = parameters
    self.state = state
    self.result = result
    self.initial = initial
    self.update = update
    self.inverse = inverse
    self.merge = merge
    self.finish = finish
    self.timeoutMicros = timeoutMicros
  }

  /// As a call's aggregate. Without `merge` it sees rows in input order and is never split among workers.
  package var bound: BoundAggregate {
    let own = self
    var bound = BoundAggregate(
      name, takesStates ? parameters + [state, .boolean] : parameters, returns: result,
      stateTypes: [.tinyint, state, OrderedRows.stateType(arguments)], isOrderSensitive: merge == nil,
      isInvertible: inverse != nil
    ) { retractable in OwnAccumulator(own, keepsRows: retractable && own.inverse == nil) }
    bound.own = BoundAggregate.OwnTraits(aggregate: own)
    return bound
  }
}

extension BoundAggregate {
  /// What the planner asks of an aggregate of the user.
  package struct OwnTraits: Sendable {
    package var canMerge: Bool
    package var canInvert: Bool
    package var timeoutMicros: Int64?
    package var state: DataType
    package var takesStates: Bool
    /// The same aggregate with two more arguments: a state that a row brings, and whether it brings one.
    package var takingStates: @Sendable () -> BoundAggregate

    init(aggregate: OwnAggregate) {
      canMerge = aggregate.merge != nil
      canInvert = aggregate.inverse != nil
      timeoutMicros = aggregate.timeoutMicros
      state = aggregate.state
      takesStates = aggregate.takesStates
      takingStates = {
        var copy = aggregate
        copy.takesStates = true
        return copy.bound
      }
    }
  }
}

/// An accumulator whose groups may be over before their rows are gone.
package protocol GroupDropping: Accumulator {
  /// Those of `groups` whose state has become NULL.
  func dropped(among groups: [Int32]) throws(SQLError) -> [Int32]
}
