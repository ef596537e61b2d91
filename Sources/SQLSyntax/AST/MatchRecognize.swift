import Diagnostics

extension AST {
  /// The clause of SQL:2016 that finds patterns in ordered rows.
  package struct MatchRecognize: Equatable, Sendable {
    package enum RowsPerMatch: Equatable, Sendable, CaseIterable {
      case one, allShowEmpty, allOmitEmpty, allWithUnmatched
    }

    package enum AfterMatch: Equatable, Sendable {
      case pastLastRow
      case toNextRow
      case toFirst(Identifier)
      case toLast(Identifier)
    }

    package struct Subset: Equatable, Sendable {
      package var name: Identifier
      package var variables: [Identifier]
    }

    package struct Definition: Equatable, Sendable {
      package var variable: Identifier
      package var condition: Expression
    }

    package var partitionBy: [Expression] = []
    package var orderBy: [SortItem] = []
    package var measures: [SelectItem] = []
    package var rowsPerMatch: RowsPerMatch = .one
    package var afterMatch: AfterMatch = .pastLastRow
    package var pattern: RowPattern
    /// `WITHIN INTERVAL '1' HOUR`: the longest time between the first and the last row of a match.
    package var within: Duration?
    package var subsets: [Subset] = []
    package var definitions: [Definition] = []
    @NotCompared package var span: SourceSpan
  }

  package struct RowPattern: Equatable, Sendable {
    package var kind: RowPatternKind
    @NotCompared package var span: SourceSpan
  }

  package indirect enum RowPatternKind: Equatable, Sendable {
    case variable(Identifier)
    /// `()`
    case empty
    /// At least two, none a sequence itself.
    case sequence([RowPattern])
    /// At least two, none an alternation itself.
    case alternation([RowPattern])
    /// `A*`, `A+?`, `A{2,5}`; no `most` means any number.
    case quantified(RowPattern, least: Int, most: Int?, isReluctant: Bool)
    /// `{- A -}`: matched, but not in the output.
    case excluded(RowPattern)
    case permute([RowPattern])
    /// `^` and `$`
    case start
    case end
  }
}
