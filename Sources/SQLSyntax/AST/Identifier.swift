import Diagnostics

extension AST {
  /// One name: a column, an alias, a relation, a part of a dotted name. Compared with regard to case here; the binder
  /// compares without.
  package struct Identifier: Equatable, Sendable {
    package var text: String

    /// Written in backquotes, or in double quotes where only a name can stand.
    @NotCompared package var isQuoted: Bool
    @NotCompared package var span: SourceSpan

    package init(_ text: String, isQuoted: Bool = false, span: SourceSpan = .none) {
      self.text = text
      self.isQuoted = isQuoted
      self.span = span
    }
  }

  /// A dotted name: `a`, `t.a`, `catalog.db.t`, `window.end`. Never empty.
  package struct ObjectName: Equatable, Sendable {
    package var parts: [Identifier]

    package init(_ parts: [Identifier]) { self.parts = parts }

    package init(_ text: String) { self.parts = [Identifier(text)] }

    package var span: SourceSpan { parts.reduce(.none) { $0.union($1.span) } }

    /// The last part: the column of `t.a`, the relation of `db.t`.
    package var last: Identifier { parts.last ?? Identifier("") }

    /// The parts joined by dots, unquoted; for messages and lookups.
    package var text: String { parts.map(\.text).joined(separator: ".") }
  }

  /// The bytes of a string literal after escapes; not always valid UTF-8.
  package struct StringLiteral: Equatable, Sendable {
    package var bytes: [UInt8]
    @NotCompared package var span: SourceSpan

    package init(bytes: [UInt8], span: SourceSpan = .none) {
      self.bytes = bytes
      self.span = span
    }

    package init(_ text: String, span: SourceSpan = .none) {
      self.init(bytes: Array(text.utf8), span: span)
    }

    /// The text, invalid UTF-8 repaired.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
  }
}
