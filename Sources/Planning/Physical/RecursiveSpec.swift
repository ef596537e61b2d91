package import Diagnostics

/// How a recursion runs.
package struct RecursiveSpec: Sendable {
  package var name: String
  /// What makes new rows of rows found: a plan over `recursivePort`s, which has no sources.
  package var step: PhysicalNode
  /// UNION ALL.
  package var isAll: Bool
  /// What it gives for the sum of two sets of rows is the sum of what it gives for each.
  package var isLinear: Bool
  package var levelsMax: Int?
  package var rowsMax: Int?
  /// No more rows than these are asked for.
  package var rowsWanted: Int?
  package var span: SourceSpan
}
