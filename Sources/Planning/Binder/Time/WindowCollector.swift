internal import Columnar
internal import Diagnostics
internal import Expressions

/// The windows of one SELECT that a row is not in alone: sliding ones, of which it is in several, and sessions, which rows
/// make together. Equal ones once. A tumbling window is an expression and needs no entry.
final class WindowCollector {
  struct Entry {
    enum Kind {
      case shape(WindowShape)
      case session(gap: BoundExpression)
    }

    var time: BoundExpression
    var kind: Kind
    var span: SourceSpan

    var isSession: Bool {
      if case .session = kind { return true }
      return false
    }

    func isSame(as other: Entry) -> Bool {
      guard time.isSame(as: other.time) else { return false }
      switch (kind, other.kind) {
      case (.shape(let a), .shape(let b)): return a == b
      case (.session(let a), .session(let b)): return a.isSame(as: b)
      case (.shape, .session), (.session, .shape): return false
      }
    }
  }

  private(set) var entries: [Entry] = []

  /// The struct of the window's start and end.
  func add(_ entry: Entry) -> BoundExpression {
    let index = entries.firstIndex { $0.isSame(as: entry) } ?? entries.count
    if index == entries.count { entries.append(entry) }
    let field = Field("", entry.time.type, isNullable: false)
    let start = BoundExpression.column(Placeholder.windows + 2 * index, field, span: entry.span)
    var end = BoundExpression.column(Placeholder.windows + 2 * index + 1, field, span: entry.span)
    if case .shape(.sliding(let size, _, _)) = entry.kind {
      end = TimeWindows.shift(start, byMicros: size, span: entry.span)
    }
    return TimeWindows.make(start: start, end: end, span: entry.span)
  }
}
