package import Expressions

/// How MATCH_RECOGNIZE runs.
package struct MatchRecognizeSpec: Sendable {
  package enum Mode: Sendable {
    /// Rows are taken in order as the clock passes their time, for good.
    case inOrder(EventTime)
    /// Rows are taken as they come.
    case asTheyCome
    /// Partitions that changed are gone through anew.
    case allRows
  }

  package var pattern: RowPatternSpec
  package var order: [SortKey]
  package var mode: Mode
}
