package import Columnar
package import Diagnostics

/// A row pattern whose variables are numbers: the PATTERN of MATCH_RECOGNIZE (SQL:2016, ISO/IEC 19075-5).
package indirect enum RowPattern: Sendable {
  case variable(Int)
  case empty
  case sequence([RowPattern])
  /// Earlier alternatives are preferred.
  case alternation([RowPattern])
  /// More rounds are preferred, fewer if reluctant.
  case repeated(RowPattern, least: Int, most: Int?, isReluctant: Bool)
  /// `{- p -}`: matched, but not in the output of ALL ROWS PER MATCH.
  case excluded(RowPattern)
  /// `^`
  case partitionStart
  /// `$`
  case partitionEnd
}

/// A value that a condition or a measure reads from the rows of a match: `LAST(B.price, 1)`, `sum(A.price)`.
package struct RowNavigation: Sendable {
  package enum Value: Sendable {
    /// Over the input's columns, of the row that is found.
    case expression(BoundExpression)
    /// Over the input's columns, of all rows of the variables.
    case aggregate(BoundAggregate, arguments: [BoundExpression])
    /// The name of the variable that the row was taken for.
    case classifier
    /// How many matches the partition has so far, this one included.
    case matchNumber
  }

  package var value: Value
  /// The variables whose rows count; nil: all rows of the match.
  package var variables: Set<Int>?
  /// From the first row of those on, or from the last one back.
  package var isFromFirst: Bool
  package var offset: Int
  /// PREV and NEXT: rows of the partition behind (or, negative, before) the row that was found.
  package var step: Int
  /// The whole match counts, not its rows up to the current one.
  package var isFinal: Bool
  /// Type of the value; NULL where there is no such row.
  package var type: DataType
  /// As written, for EXPLAIN.
  package var text: String

  package init(
    _ value: Value, variables: Set<Int>?, isFromFirst: Bool = false, offset: Int = 0, step: Int = 0,
    isFinal: Bool = false, type: DataType, text: String
  ) {
    self.value = value
    self.variables = variables
    self.isFromFirst = isFromFirst
    self.offset = offset
    self.step = step
    self.isFinal = isFinal
    self.type = type
    self.text = text
  }

  package var isAggregate: Bool {
    if case .aggregate = value { return true }
    return false
  }

  /// The expressions over the input that it reads.
  package var expressions: [BoundExpression] {
    switch value {
    case .expression(let expression): [expression]
    case .aggregate(_, let arguments): arguments
    case .classifier, .matchNumber: []
    }
  }

  package func mapExpressions<E: Error>(
    _ transform: (BoundExpression) throws(E) -> BoundExpression
  ) throws(E) -> RowNavigation {
    var copy = self
    switch value {
    case .expression(let expression): copy.value = .expression(try transform(expression))
    case .aggregate(let aggregate, var arguments):
      for index in arguments.indices { arguments[index] = try transform(arguments[index]) }
      copy.value = .aggregate(aggregate, arguments: arguments)
    case .classifier, .matchNumber: break
    }
    return copy
  }
}

/// MATCH_RECOGNIZE with everything bound: what to look for in each partition's rows, and what to show of a match.
package struct RowPatternSpec: Sendable {
  package struct Variable: Sendable {
    package var name: String
    /// DEFINE, over the values of `navigations`; nil: any row.
    package var condition: BoundExpression?
    package init(name: String, condition: BoundExpression? = nil) {
      self.name = name
      self.condition = condition
    }
  }

  /// Where the search goes on behind a match.
  package enum Skip: Sendable, Hashable {
    case pastLastRow, toNextRow
    case toFirst(Set<Int>), toLast(Set<Int>)
  }

  package enum RowsPerMatch: Sendable, Hashable {
    case one
    case all(showsEmpty: Bool)
    /// Also rows that are in no match.
    case allWithUnmatched
  }

  package enum OutputColumn: Sendable {
    case partition(Int)
    case measure(Int)
    /// An input column of the row (ALL ROWS PER MATCH).
    case input(BoundExpression)
  }

  package var partition: [BoundExpression]
  package var pattern: RowPattern
  package var variables: [Variable]
  /// What conditions read.
  package var navigations: [RowNavigation]
  package var skip: Skip
  package var rowsPerMatch: RowsPerMatch
  /// Time from the first row of a match to its last is less than this.
  package var withinMicros: Int64?
  /// Over the values of `measureNavigations`.
  package var measures: [BoundExpression]
  package var measureNavigations: [RowNavigation]
  package var output: [OutputColumn]
  /// Of `output`.
  package var fields: [Field]
  package var span: SourceSpan

  package init(
    partition: [BoundExpression], pattern: RowPattern, variables: [Variable], navigations: [RowNavigation], skip: Skip,
    rowsPerMatch: RowsPerMatch, withinMicros: Int64?, measures: [BoundExpression], measureNavigations: [RowNavigation],
    output: [OutputColumn], fields: [Field], span: SourceSpan
  ) {
    self.partition = partition
    self.pattern = pattern
    self.variables = variables
    self.navigations = navigations
    self.skip = skip
    self.rowsPerMatch = rowsPerMatch
    self.withinMicros = withinMicros
    self.measures = measures
    self.measureNavigations = measureNavigations
    self.output = output
    self.fields = fields
    self.span = span
  }
}

extension RowPatternSpec {
  /// The expressions over the input's columns.
  package var inputExpressions: [BoundExpression] {
    partition + (navigations + measureNavigations).flatMap(\.expressions)
      + output.compactMap { if case .input(let column) = $0 { column } else { nil } }
  }

  /// The expressions over what navigations find.
  package var patternExpressions: [BoundExpression] { variables.compactMap(\.condition) + measures }

  package func mapInputExpressions<E: Error>(
    _ transform: (BoundExpression) throws(E) -> BoundExpression
  ) throws(E) -> RowPatternSpec {
    var copy = self
    for index in partition.indices { copy.partition[index] = try transform(partition[index]) }
    for index in navigations.indices { copy.navigations[index] = try navigations[index].mapExpressions(transform) }
    for index in measureNavigations.indices {
      copy.measureNavigations[index] = try measureNavigations[index].mapExpressions(transform)
    }
    for index in output.indices {
      if case .input(let column) = output[index] { copy.output[index] = .input(try transform(column)) }
    }
    return copy
  }

  /// Rows behind the current one that must be there before it can be judged (NEXT).
  package var lookAhead: Int { (navigations + measureNavigations).map(\.step).max().map { max($0, 0) } ?? 0 }

  package var usesMatchNumber: Bool {
    (navigations + measureNavigations).contains { if case .matchNumber = $0.value { true } else { false } }
  }
}

extension RowPattern {
  /// Whether it asks for a border of the partition (`^`, `$`).
  package var isAnchored: Bool {
    switch self {
    case .partitionStart, .partitionEnd: true
    case .variable, .empty: false
    case .sequence(let parts), .alternation(let parts): parts.contains(where: \.isAnchored)
    case .repeated(let part, _, _, _), .excluded(let part): part.isAnchored
    }
  }

  /// Steps of the pattern once its repetitions are written out; counted no further than `limit`.
  package func stepCount(upTo limit: Int) -> Int {
    switch self {
    case .variable, .partitionStart, .partitionEnd: return 1
    case .empty: return 0
    case .excluded(let part): return part.stepCount(upTo: limit)
    case .sequence(let parts), .alternation(let parts):
      var count = 0
      // A choice costs two steps.
      for part in parts where count < limit { count += 2 + part.stepCount(upTo: limit - count) }
      return min(count, limit)
    case .repeated(let part, let least, let most, _):
      let rounds = max(most ?? 0, least.addingReportingOverflow(1).partialValue, least)
      let (count, overflow) = rounds.multipliedReportingOverflow(by: part.stepCount(upTo: limit) + 2)
      return overflow ? limit : min(count, limit)
    }
  }

  /// Most rows of a match; nil if there is no bound.
  package var longestRows: Int? {
    switch self {
    case .variable: return 1
    case .empty, .partitionStart, .partitionEnd: return 0
    case .sequence(let parts):
      return parts.reduce(0 as Int?) { sum, part in
        guard let sum, let rows = part.longestRows else { return nil }
        let (total, overflow) = sum.addingReportingOverflow(rows)
        return overflow ? nil : total
      }
    case .alternation(let parts):
      var most = 0
      for part in parts {
        guard let rows = part.longestRows else { return nil }
        most = max(most, rows)
      }
      return most
    case .repeated(let part, _, let times, _):
      guard let rows = part.longestRows else { return nil }
      if rows == 0 { return 0 }
      guard let times else { return nil }
      let (total, overflow) = rows.multipliedReportingOverflow(by: times)
      return overflow ? nil : total
    case .excluded(let part): return part.longestRows
    }
  }
}
