package import Columnar
package import SQLSyntax

/// A variable of the session: a name that stands for a value wherever no column has it.
package struct SessionVariable: Sendable {
  package var name: String
  package var type: DataType
  /// Of CHAR(n) and VARCHAR(n): what its values are fitted to.
  package var lengths: TextLengths?
  package var value: Value
  /// What DEFAULT sets it to again.
  package var fallback: AST.Expression?

  package init(name: String, type: DataType, lengths: TextLengths? = nil, value: Value, fallback: AST.Expression?) {
    self.name = name
    self.type = type
    self.lengths = lengths
    self.value = value
    self.fallback = fallback
  }

  /// The variable's own name of `x`, `session.x` or `system.session.x` in lower case, and how many parts it took; nil if the
  /// qualifier is another one.
  package static func split(_ name: AST.ObjectName) -> (key: String, length: Int)? {
    let parts = name.parts.map { $0.text.lowercased() }
    for qualifier in [["system", "session"], ["session"]] where parts.count > qualifier.count && parts.starts(with: qualifier) {
      return (parts[qualifier.count], qualifier.count + 1)
    }
    return parts.first.map { ($0, 1) }
  }
}
