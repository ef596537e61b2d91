/// A half-open range of byte offsets in the text that was lexed.
///
/// Which text it belongs to is not stored: spans are copied into every node, the `SourceText` is given when an error
/// is drawn. `Int32` is enough because a statement is limited to a few megabytes.
package struct SourceSpan: Hashable, Sendable {
  package var lower: Int32
  package var upper: Int32

  package init(lower: Int32, upper: Int32) {
    self.lower = lower
    self.upper = max(lower, upper)
  }

  package init(_ lower: Int, _ upper: Int) {
    self.init(lower: Int32(clamping: lower), upper: Int32(clamping: upper))
  }

  /// The span of nodes that no source text stands for, such as those built by the Swift API.
  package static let none = SourceSpan(lower: -1, upper: -1)

  package var isNone: Bool { lower < 0 }

  /// The smallest span that holds both.
  package func union(_ other: SourceSpan) -> SourceSpan {
    if isNone { return other }
    if other.isNone { return self }
    return SourceSpan(lower: min(lower, other.lower), upper: max(upper, other.upper))
  }
}
