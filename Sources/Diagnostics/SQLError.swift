/// The one error of the engine: what went wrong, where, and what to do about it.
///
/// Wording lives in factories (`extension SQLError { static func … }`) near the code that raises it: lower case, names
/// the object, says what was found and what was expected.
package struct SQLError: Error, Hashable, Sendable {
  /// Where in the life of a query the error arose; decides the exit code.
  package enum Kind: Hashable, Sendable, CaseIterable {
    /// A wrong option or argument of the command line.
    case usage
    case parse, bind, plan
    /// Raised by a value while running: overflow, a failed cast, a malformed row.
    case data
    case source, sink
    /// An `ASSERT` that does not hold.
    case assertion
    /// A bug in the engine.
    case `internal`
  }

  package var kind: Kind

  /// Spark's error class where one exists: `PARSE_SYNTAX_ERROR`, `UNRESOLVED_COLUMN`, `DIVIDE_BY_ZERO` …
  package var errorClass: String
  package var message: String
  package var span: SourceSpan?
  package var hint: String?
  /// The text that `span` lies in, where that is another one than the text being run: a query that failed in the
  /// background, a statement that a command made.
  package private(set) var text: OwnText?

  /// A text by reference, so that an error stays small.
  package final class OwnText: Hashable, Sendable {
    let source: SourceText
    init(_ source: SourceText) { self.source = source }
    package static func == (a: OwnText, b: OwnText) -> Bool { a === b || a.source == b.source }
    package func hash(into hasher: inout Hasher) { hasher.combine(source.name) }
  }

  package init(
    _ kind: Kind, _ errorClass: String, _ message: String, span: SourceSpan? = nil, hint: String? = nil
  ) {
    self.kind = kind
    self.errorClass = errorClass
    self.message = message
    self.span = span
    self.hint = hint
  }

  /// The same error, placed at `span` if it had no place yet.
  package func located(at span: SourceSpan) -> SQLError {
    guard self.span == nil, !span.isNone else { return self }
    var copy = self
    copy.span = span
    return copy
  }

  /// The same error, whose place is one of `text` whatever is being run when it is shown. Without a place it stays as it is.
  package func placed(in text: SourceText) -> SQLError {
    guard self.text == nil, span != nil else { return self }
    var copy = self
    copy.text = OwnText(text)
    return copy
  }

  /// The same error with a hint, unless it has one.
  package func hinted(_ hint: String?) -> SQLError {
    guard self.hint == nil else { return self }
    var copy = self
    copy.hint = hint
    return copy
  }
}

extension SQLError.Kind {
  /// The exit code of the process when a script stops at such an error.
  package var exitCode: Int32 {
    switch self {
    case .parse, .bind, .plan: 1
    case .usage: 2
    case .data, .source, .sink, .internal: 3
    case .assertion: 4
    }
  }
}

extension SQLError: CustomStringConvertible {
  /// One line without a place, for logs and for texts that nobody typed.
  package var description: String { "error[\(errorClass)]: \(message)" }
}

extension SQLError {
  /// Something that cannot happen did.
  package static func `internal`(_ what: String) -> SQLError {
    SQLError(
      .internal, "INTERNAL_ERROR", what, hint: "this is a bug in streamsql; please report the query")
  }

  /// A feature that is known by name and not there.
  package static func unsupported(
    _ what: String, span: SourceSpan? = nil, hint: String? = nil, kind: Kind = .plan
  ) -> SQLError {
    SQLError(kind, "UNSUPPORTED_FEATURE", "\(what) is not supported", span: span, hint: hint)
  }
}
